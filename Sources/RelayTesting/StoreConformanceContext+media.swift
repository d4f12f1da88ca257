internal import RelayCore
internal import RelayJSON

extension StoreConformanceContext {
    private func status(_ rank: Int, key: String = "status|a@s|M|") -> ParsedEvent {
        ParsedEvent(
            type: .messageDelivered, session: "acct", chat: "a@s", dedupKey: key, rank: rank,
            payload: ["rank": .int(Int64(rank))]
        )
    }

    /// Of events with one key, only those with a higher rank than before are accepted: repetitions and late earlier
    /// ones are duplicates.
    func takesRisingRanksOnly() async throws {
        let (store, now) = (store, now)
        let first = try await store.accept([status(3)], source: "meta", at: now)[0]
        try equal(first.isDuplicate, false)
        let again = try await store.accept([status(3)], source: "meta", at: now)[0]
        try equal(again, EventAcceptanceResult(id: first.id, isDuplicate: true))
        let late = try await store.accept([status(1)], source: "meta", at: now)[0]
        try equal(late, EventAcceptanceResult(id: first.id, isDuplicate: true), "sent after delivered")
        let document = try await store.accept([status(4), status(3), status(5)], source: "meta", at: now)
        try equal(document.map(\.isDuplicate), [false, true, false])
        let other = try await store.accept([status(1, key: "status|a@s|N|")], source: "meta", at: now)[0]
        try equal(other.isDuplicate, false, "another message")
        let ranks = try await store.pendingEvents(after: EventID(0), limit: 10).map { $0.payload["rank"]?.int }
        try equal(ranks, [3, 4, 5, 1])

        let reopened = try await reopened()
        let afterwards = try await reopened.store.accept([status(4)], source: "meta", at: now)[0]
        try equal(afterwards, EventAcceptanceResult(id: document[2].id, isDuplicate: true))
        try await conformance.discard(reopened.store)
    }

    func remembersLateMedia() async throws {
        let limits = MediaFetchLimits(maxSize: 5 << 20, attempts: 2, timeout: .milliseconds(1500))
        var events: [EventID] = []
        for wait in [30, 10, 20] {
            let event = try await event()
            events.append(event.id)
            let media = LateMedia(event: EventID(0), limits: limits, dueAt: now + .seconds(wait))
            try await store.commit([EventProcessingResult(event: event.id, lateMedia: media)], at: now)
        }
        try equal(
            try await store.lateMedia(limit: 2),
            [
                LateMedia(event: events[1], limits: limits, dueAt: now + .seconds(10)),
                LateMedia(event: events[2], limits: limits, dueAt: now + .seconds(20)),
            ]
        )
        let postponed = LateMedia(event: events[1], limits: limits, failures: 1, dueAt: now + .seconds(90))
        try await store.postpone(postponed)
        try equal(try await store.lateMedia(limit: 9).map(\.event), [events[2], events[0], events[1]])
        try equal(try await store.lateMedia(limit: 9).last, postponed)

        let news = Self.message("here", key: "media")
        try await store.settleLateMedia(of: events[1], announcing: news, source: "meta", at: now)
        try await store.settleLateMedia(of: events[0], announcing: nil, source: "meta", at: now)
        try equal(try await store.lateMedia(limit: 9).map(\.event), [events[2]])
        let pending = try await store.pendingEvents(after: EventID(0), limit: 9)
        try equal(pending.map(\.payload), [news.payload])
        try equal(pending.map(\.source), ["meta"])

        // The second result neither announces the file again nor restores the row.
        try await store.settleLateMedia(
            of: events[1], announcing: Self.message("again"), source: "meta", at: now)
        try await store.postpone(postponed)
        try equal(try await store.pendingEvents(after: EventID(0), limit: 9).count, 1)
        try equal(try await store.lateMedia(limit: 9).map(\.event), [events[2]])
    }
}
