internal import RelayCore

extension StoreConformanceContext {
    private static let four = BatchPolicy(maxEvents: 4, maxWait: .seconds(2))

    private func claimBatches(
        _ policy: BatchPolicy = StoreConformanceContext.four, limit: Int = 100
    ) async throws -> (batches: [[ClaimedDelivery]], nextDue: Timestamp?) {
        let result = try await store.exchange(
            [], claims: [DeliveryClaimRequest(destination: "crm", limit: limit, batch: policy)], at: now)[0]
        return (result.batches, result.nextDue)
    }

    private func settle(
        _ deliveries: [ClaimedDelivery], _ next: AttemptSettlement.Next, batch: DeliveryID? = nil
    ) async throws {
        let settlements = deliveries.map { delivery in
            var settlement = settlement(delivery, next)
            settlement.batch = batch
            return settlement
        }
        _ = try await store.exchange(settlements, claims: [], at: now)
    }

    func waitsUntilABatchIsFull() async throws {
        var newlyDue = store.newlyDue.makeAsyncIterator()
        let first = try await queue(2, lane: "a")
        _ = await newlyDue.next()
        var claimed = try await claimBatches()
        try equal(claimed.batches.count, 0, "two of four, and no time has passed")
        try equal(claimed.nextDue, now + .seconds(2), "when the oldest has waited long enough")
        clock.advance(by: .seconds(1))
        let second = try await queue(1, lane: "a")
        try equal(await newlyDue.next(), ["crm"], "one that follows a head that is due")
        let third = try await queue(2, lane: nil)
        claimed = try await claimBatches()
        try equal(
            claimed.batches.map { $0.map(\.id) }, [first + third],
            "heads first, then those behind them, in order of their ids")
        try equal(claimed.nextDue, nil, "what follows in a lane is due after it")
        try equal(try await count(.inFlight), 4)
        for delivery in claimed.batches[0] { try equal(delivery.attempt, 1) }
        try await settle(claimed.batches[0], .delivered)
        claimed = try await claimBatches()
        try equal(claimed.batches.count, 0)
        try equal(claimed.nextDue, now + .seconds(2), "it waits from when its turn came")
        clock.advance(by: .seconds(2))
        claimed = try await claimBatches()
        try equal(claimed.batches.map { $0.map(\.id) }, [second], "what has waited long enough goes as it is")
        try await checkCounts()
    }

    func sendsALaneInOneBatchAtATime() async throws {
        let one = try await queue(6, lane: "a")
        let other = try await queue(1, lane: "b")
        let claimed = try await claimBatches()
        try equal(claimed.batches.map { $0.map(\.id) }, [Array(one.prefix(3)) + other])
        let more = try await queue(4, lane: "c")
        clock.advance(by: .seconds(9))
        let beside = try await claimBatches()
        try equal(beside.batches.map { $0.map(\.id) }, [more], "another lane's go beside it")
        // The results of a batch are settled one by one; only the last one releases the lane.
        for delivery in claimed.batches[0].prefix(2) {
            try await settle([delivery], .delivered)
            try equal(try await claimBatches().batches.count, 0, "one of the lane is still in flight")
            try equal(try await due(one[3]), nil)
        }
        try await settle([claimed.batches[0][2]], .delivered)
        try equal(try await due(one[3]), now)
        clock.advance(by: .seconds(2))
        try equal(try await claimBatches().batches.map { $0.map(\.id) }, [Array(one.suffix(3))])
    }

    func keepsABatchTogether() async throws {
        let ids = try await queue(3, lane: "a") + queue(1, lane: "b")
        let claimed = try await claimBatches().batches
        try equal(claimed.map { $0.map(\.id) }, [ids])
        let later = now + .seconds(5)
        try await settle(claimed[0], .retry(at: later), batch: ids[0])
        try equal(try await due(ids[0]), later)
        try equal(try await due(ids[1]), nil, "its head alone is due")
        // More deliveries arrive, in the same lanes and in others.
        let behind = try await queue(1, lane: "a")
        let beside = try await queue(3, lane: "c")
        clock.advance(by: .seconds(2))
        try equal(try await claimBatches().batches.map { $0.map(\.id) }, [beside], "a retry holds up its own lanes")
        clock.set(later)
        let again = try await claimBatches().batches
        try equal(again.map { $0.map(\.id) }, [ids], "the same, and nothing else")
        try equal(again[0].map(\.attempt), [2, 2, 2, 2])
        // After a crash, all of them are queued again and sent in the same batch.
        let after = try await reopened()
        let report = try await after.store.recover(at: now) { _ in 10 }
        try equal(report.requeued, 7)
        let third = try await after.claimBatches().batches
        try equal(Set(third.map { $0.map(\.id) }), [ids, beside])
        try equal(third.first { $0.count == 4 }?.map(\.attempt), [3, 3, 3, 3])
        for batch in third { try await after.settle(batch, .delivered) }
        clock.advance(by: .seconds(2))
        try equal(try await after.claimBatches().batches.map { $0.map(\.id) }, [behind])
        try await after.checkCounts()
        try await conformance.discard(after.store)
    }

    func takesABatchApart() async throws {
        let ids = try await queue(2, lane: "a") + queue(2, lane: "b")
        let claimed = try await claimBatches().batches[0]
        let settlements = claimed.map { delivery in
            var settlement = settlement(delivery, .retry(at: now))
            settlement.batch = delivery.id
            return settlement
        }
        _ = try await store.exchange(settlements, claims: [], at: now)
        _ = try await queue(5, lane: "c")
        var sent: [[DeliveryID]] = []
        for _ in 0..<2 {
            let batches = try await claimBatches(limit: 2).batches
            sent += batches.map { $0.map(\.id) }
            for batch in batches { try await settle(batch, .delivered) }
        }
        try equal(sent, [[ids[0]], [ids[2]], [ids[1]], [ids[3]]], "each by itself, in the order of its lane")
    }

    func fillsBatchesByBytes() async throws {
        let ids = try await queue(3, lane: "a")
        let size = try some(await store.body(of: ids[0])).count
        let two = BatchPolicy(maxEvents: 100, maxWait: .seconds(60), maxBytes: 2 + 2 * size + 1)
        let claimed = try await claimBatches(two)
        try equal(claimed.batches.map { $0.map(\.id) }, [Array(ids.prefix(2))], "two, and the comma between them")
        try await settle(claimed.batches[0], .delivered)
        let small = BatchPolicy(maxEvents: 100, maxWait: .seconds(60), maxBytes: size)
        try equal(
            try await claimBatches(small).batches.map { $0.map(\.id) }, [[ids[2]]],
            "one that is larger than a batch may be goes by itself")
    }

    func claimsSinglyWhatWentTogether() async throws {
        let ids = try await queue(2, lane: "a") + queue(2, lane: nil)
        try await settle(claimBatches().batches[0], .retry(at: now), batch: ids[0])
        let claimed = try await claim()
        try equal(claimed.map(\.id), [ids[0], ids[2], ids[3]], "the destination takes no batches any more")
        for delivery in claimed { try await settle(delivery, .retry(at: now)) }
        clock.advance(by: .seconds(2))
        try equal(
            try await claimBatches().batches.map { $0.map(\.id) }, [[ids[0], ids[2], ids[3]]],
            "as any that come at one time")
    }

    private func count(_ state: DeliveryState) async throws -> Int {
        try await store.countDeliveries(DeliveryFilter(states: [state]))
    }
}
