internal import RelayCore

/// What destinations hold, and what deliveries wait for.
extension StoreConformanceContext {
    func keepsReleases() async throws {
        let pause = DestinationPause(destination: "crm", reason: .gone, since: now, receiver: "https://a")
        try await store.pause(pause)
        let held = try await queue(3, lane: "l") + queue(2)
        try equal(try await store.releases().count, 0)
        let rate = RateLimit(count: 20, per: .seconds(1))
        try equal(try await store.resume(destination: "crm", rate: rate, at: now), true)
        // What comes later is not what was held.
        let later = try await queue(4)
        var run = self
        for expected in [5, 4, 3] {
            run = try await run.reopened()
            _ = try await run.store.recover(at: now) { _ in 5 }
            let release = try some(await run.store.releases().first)
            try equal(release.destination, "crm")
            try equal(release.rate, rate)
            try expect(release.last >= held[4] && release.last < later[0], "the release is for what was held")
            try equal(release.remaining, expected)
            let claimed = try await run.claim().first { held.contains($0.id) }
            try await run.settle(try some(claimed), .delivered)
            _ = try await run.store.recover(at: now) { _ in 5 }
            if expected == 3 {
                // A new pause holds everything.
                try await run.store.pause(pause)
                try equal(try await run.store.releases().count, 0)
                try equal(try some(await run.store.pauses().first).receiver, "https://a")
                _ = try await run.store.resume(destination: "crm", rate: rate, at: now)
                _ = try await run.store.resume(destination: "crm", at: now)
                try equal(try await run.store.releases().count, 0, "as a whole")
            }
        }
        try await conformance.discard(run.store)
    }

    func saysBehindWhichDelivery() async throws {
        let ids = try await queue(3, lane: "l")
        func behind(_ id: DeliveryID) async throws -> String? { try some(await store.delivery(id)).behind }
        let head = try some(await store.delivery(ids[0])).name
        try equal(try await behind(ids[0]), nil)
        try equal(try await behind(ids[1]), head)
        try equal(try await behind(ids[2]), head, "the first of the lane")
        let page = try await store.deliveries(DeliveryFilter(), before: nil, offset: 0, limit: 10)
        try equal(page.map(\.behind), [head, head, nil])
        let flying = try some(await claim().first)
        try equal(try await behind(ids[0]), nil, "it is under way")
        try equal(try await behind(ids[1]), head)
        try await settle(flying, .dead(.refused))
        try equal(try await behind(ids[1]), nil)
        let second = try some(await store.delivery(ids[1])).name
        let next = try some(await claim().first)
        _ = try await store.retry(ids[0], at: now)
        try equal(try await behind(ids[0]), second, "a lower one waits for the one that is under way")
        try await settle(next, .delivered)
        try equal(try await behind(ids[0]), nil)
        try equal(try await behind(ids[2]), head)
        try equal(try await behind(ids[1]), nil, "it is delivered")
        let single = try await queue()
        try equal(try await behind(single[0]), nil)
    }
}
