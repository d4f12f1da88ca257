internal import RelayCore

/// What a store knows of a series of attempts: how many count, when it began, when its next one is due.
extension StoreConformanceContext {
    func countsNoInterruptedAttempt() async throws {
        let id = try await queue()[0]
        for interruption in 0..<RetryPolicy.uncountedInterruptions {
            let claimed = try some(await claim().first)
            try equal(claimed.attempt, interruption + 1)
            try equal(claimed.attemptInSeries, 1)
            try equal(claimed.interruptionsInSeries, interruption)
            try equal(try await store.recover(at: now) { _ in 1 }.requeued, 1)
        }
        // The sixth counts.
        try equal(try some(await claim().first).attemptInSeries, 1)
        try equal(try await store.recover(at: now) { _ in 2 }.requeued, 1)
        let counted = try some(await claim().first)
        try equal(counted.attempt, 7)
        try equal(counted.attemptInSeries, 2)
        try equal(try await store.recover(at: now) { _ in 2 }.dead, 1)
        try equal(try await store.attempts(of: id).count, 7, "each is recorded")
        try equal(try await store.delivery(id)?.deadReason, .interrupted)

        // A replay begins anew.
        try equal(try await store.retry(id, at: now), .done)
        let replayed = try some(await claim().first)
        try equal(replayed.attemptInSeries, 1)
        try equal(replayed.interruptionsInSeries, 0)
        // What the dispatcher interrupts itself is the same.
        var settlement = settlement(replayed, .retry(at: now))
        settlement.attempt.result.outcome = .failed(.interrupted)
        _ = try await store.exchange([settlement], claims: [], at: now)
        try equal(try some(await claim().first).attemptInSeries, 1)
        try await checkCounts()
    }

    func startsASeriesWithItsFirstAttempt() async throws {
        let id = try await queue(2, lane: "l")
        clock.advance(by: .seconds(60))
        let first = try some(await claim().first)
        try equal(first.seriesStartedAt, now, "not while it waited")
        let began = now
        clock.advance(by: .seconds(10))
        try await settle(first, .retry(at: now))
        try equal(try some(await claim().first).seriesStartedAt, began)
        // An interrupted first attempt is none.
        clock.advance(by: .seconds(10))
        _ = try await store.recover(at: now) { _ in 5 }
        try equal(try some(await claim().first).seriesStartedAt, began)
        _ = try await store.recover(at: now) { _ in 5 }
        clock.advance(by: .seconds(3600))
        try equal(try await send("crm", .delivered), id[0])
        try equal(try some(await claim().first).seriesStartedAt, now, "nor behind one that failed")
    }

    func stopsASeriesWhileItIsPaused() async throws {
        _ = try await queue()
        let began = now
        clock.advance(by: .seconds(1))
        let fresh = try await queue(to: "erp")
        try await settle(try await claim()[0], .retry(at: now))
        try equal(try await claim("erp").map(\.id), fresh)
        for _ in 0..<2 {
            try await store.pause(DestinationPause(destination: "crm", reason: .manual, since: now))
            clock.advance(by: .seconds(100))
            // A pause over another one.
            try await store.pause(DestinationPause(destination: "crm", reason: .gone, since: now))
            clock.advance(by: .seconds(200))
            try equal(try await store.resume(destination: "crm", at: now), true)
            clock.advance(by: .seconds(1))
        }
        let claimed = try some(await claim().first)
        try equal(claimed.seriesStartedAt, began + .seconds(1) + .seconds(600))
        try await settle(claimed, .retry(at: now))
        try equal(try some(await claim().first).seriesStartedAt, claimed.seriesStartedAt)
        let run = try await reopened()
        _ = try await run.store.recover(at: now) { _ in 5 }
        try equal(try some(await run.claim().first).seriesStartedAt, claimed.seriesStartedAt, "after a restart")
        // A series that begins later knows nothing of earlier pauses.
        let later = try await run.queue(lane: "new")
        try equal(try some(await run.claim().first { $0.id == later[0] }).seriesStartedAt, now)
        try await conformance.discard(run.store)
    }

    func pullsInDueTimes() async throws {
        // While the clock was a day ahead: one waits for its retry, one is queued behind it, one was never sent.
        let behind = now
        let ahead = now + .seconds(86_400)
        let lane = try await queue(2, lane: "l")
        let claimed = try await claim()
        _ = try await store.exchange([settlement(claimed[0], .retry(at: ahead + .seconds(30)))], claims: [], at: ahead)
        let event = try await event()
        let new = try await store.enqueue(plan(event, to: "erp"), event: event.id, at: ahead)
        try equal(try await due(lane[0]), ahead + .seconds(30))
        try equal(try await due(new), ahead)
        let report = try await store.recover(at: behind) { _ in 5 }
        try equal(report.pulledIn, 2)
        try equal(try await due(lane[0]), behind + .seconds(30), "the wait that was stored with it")
        try equal(try await due(new), behind)
        try equal(try await store.recover(at: behind) { _ in 5 }.pulledIn, 0, "once")
        clock.advance(by: .seconds(1))
        try equal(try await store.recover(at: now) { _ in 5 }.pulledIn, 0, "a wait that has begun is not begun again")
        try equal(try await due(lane[0]), behind + .seconds(30))
        // What stands behind another is due by its wait when it becomes the head.
        let second = try await queue(2, lane: "m")
        let flying = try await claim(limit: 1)
        try equal(flying.map(\.id), [second[0]])
        _ = try await store.exchange([settlement(flying[0], .dead(.refused))], claims: [], at: now)
        let next = try some(await claim(limit: 1).first)
        _ = try await store.exchange([settlement(next, .retry(at: ahead + .seconds(5)))], claims: [], at: ahead)
        _ = try await store.retry(second[0], at: now)
        try equal(try await due(second[1]), nil)
        try equal(try await send("crm", .delivered), second[0])
        try equal(try await due(second[1]), now + .seconds(5))
        try equal(try await store.recover(at: now) { _ in 5 }.pulledIn, 0)
    }

    func prefersOtherDeliveries() async throws {
        let ids = try await queue(3)
        func claim(_ limit: Int, avoiding: Set<DeliveryID>) async throws -> DeliveryClaimResult {
            let claim = DeliveryClaimRequest(destination: "crm", limit: limit, avoiding: avoiding)
            return try await store.exchange([], claims: [claim], at: now)[0]
        }
        let first = try await claim(1, avoiding: [ids[0]])
        try equal(first.deliveries.map(\.id), [ids[1]])
        try equal(first.nextDue, now, "the others are due")
        let second = try await claim(5, avoiding: [ids[0]])
        try equal(second.deliveries.map(\.id), [ids[2]])
        let last = try await claim(1, avoiding: [ids[0]])
        try equal(last.deliveries.map(\.id), [ids[0]], "there is nothing else")
        try equal(last.nextDue, nil)

        // With batches those of a request that failed are left together.
        let policy = BatchPolicy(maxEvents: 2, maxWait: .zero)
        let batched = try await queue(4, to: "pbx")
        func batch(avoiding: Set<DeliveryID>) async throws -> [ClaimedDelivery] {
            let claim = DeliveryClaimRequest(destination: "pbx", limit: 1, batch: policy, avoiding: avoiding)
            return try await store.exchange([], claims: [claim], at: now)[0].deliveries
        }
        let failed = try await batch(avoiding: [])
        try equal(failed.map(\.id), Array(batched.prefix(2)))
        let settlements = failed.map {
            var settlement = settlement($0, .retry(at: now))
            settlement.batch = batched[0]
            return settlement
        }
        _ = try await store.exchange(settlements, claims: [], at: now)
        try equal(try await batch(avoiding: [batched[0]]).map(\.id), Array(batched.suffix(2)))
        try equal(try await batch(avoiding: [batched[0]]).map(\.id), Array(batched.prefix(2)))
    }

    func takesBackWhatWasNotSent() async throws {
        let ids = try await queue(2, lane: "l")
        for _ in 0..<3 {
            let claimed = try some(await claim().first)
            try equal(claimed.attempt, 1)
            try equal(claimed.attemptInSeries, 1)
            try await settle(claimed, .unsent(until: now + .seconds(1)))
            try equal(try await due(ids[0]), now + .seconds(1))
            try equal(try await store.attempts(of: ids[0]).count, 0)
            try equal(try await store.delivery(ids[0])?.attemptCount, 0)
            try equal(try await store.delivery(ids[0])?.lastError, "503", "it says why")
            clock.advance(by: .seconds(1))
        }
        try equal(try await send("crm", .delivered), ids[0])
        try await checkCounts()
    }
}
