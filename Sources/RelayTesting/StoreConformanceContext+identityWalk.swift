internal import RelayCore
internal import RelayJSON

/// A random walk over the events of one person.
extension StoreConformanceContext {
    /// Messages and receipts of one person, each reported several times and under all ids, in any order and any batches,
    /// between commits, requests and crashes.
    ///
    /// From the event on that reports the pair, each message is one event, and receipts only rise. Before it, a message
    /// that comes under both ids is at most two events. Requests of the person go out one at a time.
    func aPersonIsOneInAnyOrder(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        var reports: [(ParsedEvent, message: String)] = []
        for index in 0..<12 {
            for chat in [Self.personPhone, Self.personLID, Self.personPhone, Self.personLID] {
                let lid = chat == Self.personPhone && index > 5 ? Self.personLID : nil
                reports.append((Self.personMessage("M\(index)", chat: chat, lid: lid), "M\(index)"))
                for rank in 3...5 {
                    reports.append((Self.personReceipt("S\(index)", rank: rank, chat: chat), "S\(index)"))
                }
            }
        }
        reports.shuffle(using: &random)
        var walk = IdentityRandomWalkRecord()
        var run = self
        var next = 0
        while next < reports.count {
            let batch = reports[next..<min(next + Int.random(in: 1...4, using: &random), reports.count)]
            next += batch.count
            walk.isKnown = walk.isKnown || batch.contains { $0.0.payload["chatLid"] != nil }
            let results = try await run.store.accept(batch.map(\.0), source: "baileys", at: run.now)
            for (report, result) in zip(batch, results) where !result.isDuplicate {
                try run.note(report, in: &walk, seed)
            }
            if Bool.random(using: &random) { try await run.processPending() }
            if Bool.random(using: &random) { try await run.exchangeSome(&walk, &random, seed) }
            if Int.random(in: 0..<20, using: &random) == 0 {
                run = try await run.reopened()
                _ = try await run.store.recover(at: run.now) { _ in 1000 }
                walk.inFlight = []
            }
        }
        try await run.processPending()
        while try await run.store.countDeliveries(DeliveryFilter(states: [.queued, .inFlight])) > 0 {
            try await run.exchangeSome(&walk, &random, seed)
            run.clock.advance(by: .seconds(1))
        }
        try equal(walk.sentOutOfOrder, [], "seed \(seed): sent before an older one of the person")
        let identified = try await run.store.deliveries(
            DeliveryFilter(type: .contactIdentified), before: nil, offset: 0, limit: 9)
        try equal(identified.count, walk.wasSplit ? 1 : 0, "seed \(seed): contact.identified")
        let chats = Set(try await run.store.chats(session: "acct", search: nil, offset: 0, limit: 9).chats.map(\.id))
        try equal(chats, [Self.personPhone], "seed \(seed): one conversation")
    }

    private func note(_ report: (ParsedEvent, message: String), in walk: inout IdentityRandomWalkRecord, _ seed: UInt64)
        throws
    {
        let key = report.0.rank == nil ? report.message : "\(report.message) \(report.0.rank ?? 0)"
        let isLID = report.0.chat == Self.personLID
        if !walk.isKnown, isLID { walk.wasSplit = true }
        walk.events[key, default: 0] += 1
        try expect(
            walk.events[key, default: 0] <= (walk.isKnown ? walk.before[key, default: 0] + 1 : 2),
            "seed \(seed): \(key)")
        if walk.isKnown {
            try expect(walk.before[key, default: 0] == 0, "seed \(seed): \(key) came before")
        } else {
            walk.before[key, default: 0] += 1
        }
        guard let rank = report.0.rank else { return }
        let person = walk.isKnown ? report.message : "\(report.message) \(isLID)"
        let last =
            walk.isKnown
            ? [person, "\(person) true", "\(person) false"].compactMap { walk.ranks[$0] }.max() : walk.ranks[person]
        try expect(rank > last ?? 0, "seed \(seed): the receipt of \(person) fell from \(last ?? 0) to \(rank)")
        walk.ranks[person] = rank
    }

    /// Commits what a pipeline with `persist` and `deliver` makes of the events.
    private func processPending() async throws {
        let events = try await store.pendingEvents(after: EventID(0), limit: 100)
        let results = events.map { event in
            var result = EventProcessingResult(event: event.id)
            let lane = DestinationDispatchSettings().lane(session: event.session, chat: event.chat)
            result.deliveries = [plan(event, to: "crm", lane: lane)]
            if event.type == .messageReceived, let chat = event.chat {
                result.records = [
                    .message(
                        Message(
                            session: "acct", chat: chat, id: event.payload["messageId"]?.string ?? "",
                            isOutbound: false,
                            sender: chat, type: "text", content: .null, status: .delivered, timestamp: now,
                            event: event.id))
                ]
            }
            return result
        }
        try await store.commit(results, at: now)
    }

    private func exchangeSome(_ walk: inout IdentityRandomWalkRecord, _ random: inout SeededGenerator, _ seed: UInt64)
        async throws
    {
        var settlements: [AttemptSettlement] = []
        for delivery in walk.inFlight.shuffled(using: &random) where Bool.random(using: &random) {
            walk.inFlight.removeAll { $0.id == delivery.id }
            let isDelivered = Int.random(in: 0..<3, using: &random) > 0
            settlements.append(settlement(delivery, isDelivered ? .delivered : .retry(at: now + .milliseconds(500))))
            guard isDelivered else { continue }
            // What was started under either id before the pair became known cannot be put in order any more.
            if walk.sent.contains(where: { $0 > delivery.id }) { walk.sentOutOfOrder.append(delivery.id) }
            if !walk.startedBefore.contains(delivery.id) { walk.sent.append(delivery.id) }
        }
        let claimed = try await store.exchange(
            settlements, claims: [DeliveryClaimRequest(destination: "crm", limit: 9)], at: now)[0].deliveries
        try expect(
            !walk.isKnown || claimed.isEmpty || claimed.count == 1 && walk.inFlight.isEmpty,
            "seed \(seed): two requests of one person")
        walk.inFlight += claimed
        if !walk.isKnown { walk.startedBefore.formUnion(claimed.map(\.id)) }
    }
}

/// What a walk of ``StoreConformanceContext/aPersonIsOneInAnyOrder(seed:)`` has seen.
private struct IdentityRandomWalkRecord {
    /// Whether an event has reported the pair.
    var isKnown = false
    /// Whether an event was accepted under the hidden identity before.
    var wasSplit = false
    /// Accepted events by message, and by message and rank.
    var events: [String: Int] = [:]
    /// Those that were accepted before the pair was known.
    var before: [String: Int] = [:]
    var ranks: [String: Int] = [:]
    var inFlight: [ClaimedDelivery] = []
    /// Deliveries that succeeded, without ``startedBefore``.
    var sent: [DeliveryID] = []
    /// Deliveries whose first request began before the pair was known.
    var startedBefore: Set<DeliveryID> = []
    var sentOutOfOrder: [DeliveryID] = []
}
