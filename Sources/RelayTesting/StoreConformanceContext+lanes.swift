internal import RelayCore

extension StoreConformanceContext {
    func sendsALaneInOrder() async throws {
        let ids = try await queue(4, lane: "l")
        var sent: [DeliveryID] = []
        for _ in ids {
            let claimed = try await claim()
            try equal(claimed.count, 1, "one of a lane at a time")
            try equal(try await claimIDs(), [], "while one is in flight")
            try await settle(claimed[0], .delivered)
            sent.append(claimed[0].id)
        }
        try equal(sent, ids)
        try equal(try await claimIDs(), [])
        _ = try await queue(1, lane: "l")
        try equal(try await claimIDs().count, 1, "a lane that was empty goes on")
    }

    func letsAFailureHoldUpItsLaneAlone() async throws {
        let slow = try await queue(2, lane: "slow")
        let other = try await queue(2, lane: "other")
        let same = try await queue(1, to: "erp", lane: "slow")
        let first = try await claim()
        try equal(first.map(\.id), [slow[0], other[0]])
        let later = now + .seconds(5)
        try await settle(first[0], .retry(at: later))
        try await settle(first[1], .delivered)
        try equal(try await claimIDs(), [other[1]], "the other lane goes on, the failing one waits")
        try equal(try await claimIDs("erp"), same, "a lane is one destination's")
        clock.advance(by: .milliseconds(4999))
        try equal(try await claimIDs(), [])
        clock.advance(by: .milliseconds(1))
        try equal(try await send(), slow[0])
        try equal(try await send(), slow[1])
    }

    func ordersNothingWithoutALane() async throws {
        let ids = try await queue(3, lane: nil)
        let claimed = try await claim()
        try equal(claimed.map(\.id), ids)
        try await settle(claimed[0], .retry(at: now + .seconds(5)))
        try await settle(claimed[1], .delivered)
        let more = try await queue()
        try equal(try await claimIDs(), more)
        try equal(try await due(ids[0]), now + .seconds(5))
    }

    func goesOnBehindADeadLetter() async throws {
        let ids = try await queue(2, lane: "l")
        try equal(try await send("crm", .dead(.exhausted)), ids[0])
        let record = try some(await store.delivery(ids[0]))
        try equal(record.state, .dead)
        try equal(record.deadReason, .exhausted)
        try equal(record.finishedAt, now)
        try equal(record.dueAt, nil)
        try equal(record.lastStatus, 503)
        try equal(record.lastError, "503")
        try equal(record.lastTarget, "http://crm")
        try equal(try await send(), ids[1])
    }

    func replaysIntoTheOldPlace() async throws {
        let ids = try await queue(3, lane: "l")
        try equal(try await send("crm", .dead(.refused)), ids[0])
        let later = now + .seconds(60)
        try equal(try await send("crm", .retry(at: later)), ids[1])
        try equal(try await store.retry(ids[0], at: now), .done)
        try equal(try await due(ids[0]), now, "the old place is the first")
        try equal(try await due(ids[1]), nil, "the head before it waits")
        try equal(try await send(), ids[0])
        try equal(try await due(ids[1]), later, "its own time is kept")
        clock.set(later)
        try equal(try await send(), ids[1])
        try equal(try await send(), ids[2])
        try await checkCounts()
    }

    func replaysBehindWhatIsInFlight() async throws {
        let ids = try await queue(3, lane: "l")
        try equal(try await send("crm", .dead(.refused)), ids[0])
        let flying = try await claim()
        try equal(flying.map(\.id), [ids[1]])
        try equal(try await store.retry(ids[0], at: now), .done)
        try equal(try await claimIDs(), [], "one of a lane in flight")
        try equal(try await due(ids[0]), nil)
        try await settle(flying[0], .delivered)
        try equal(try await send(), ids[0])
        try equal(try await send(), ids[2])
    }

    func retriesALowerOneFirst() async throws {
        let ids = try await queue(2, lane: "l")
        try equal(try await send("crm", .dead(.refused)), ids[0])
        let flying = try await claim()
        _ = try await store.retry(ids[0], at: now)
        let later = now + .seconds(9)
        try await settle(flying[0], .retry(at: later))
        try equal(try await due(ids[0]), now)
        try equal(try await due(ids[1]), nil)
        try equal(try await send(), ids[0])
        try equal(try await due(ids[1]), later)
    }
}
