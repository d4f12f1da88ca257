internal import RelayCore
internal import RelayJSON

extension StoreConformanceContext {
    private static let retention = RetentionPeriods(
        delivered: .seconds(100), dead: .seconds(1000), messages: .seconds(5000), dedup: .seconds(10_000)
    )

    private func sweep() async throws -> Int {
        var total = 0
        while true {
            let count = try await store.sweep(Self.retention, at: now, limit: 3)
            try expect(count <= 3, "no more than asked")
            if count == 0 { return total }
            total += count
        }
    }

    func sweepsWhatIsPastItsTime() async throws {
        let ids = try await queue(4)
        let events = try await everything().map(\.event)
        let bare = try await event()
        try await store.commit([EventProcessingResult(event: bare.id)], at: now)
        _ = try await send("crm", .delivered)
        _ = try await send("crm", .dead(.refused))
        _ = try await store.cancel(ids[2], at: now)
        let message = Message(
            session: "acct", chat: "a@s", id: "M", isOutbound: false, sender: nil, type: "text", content: .null,
            status: .sent, timestamp: now, event: bare.id
        )
        let carrier = try await event()
        try await store.commit([EventProcessingResult(event: carrier.id, records: [.message(message)])], at: now)

        clock.advance(by: .seconds(99))
        try equal(try await sweep(), 0, "nothing before its time")
        clock.advance(by: .seconds(2))
        _ = try await sweep()
        try equal(try await everything().map(\.id), [ids[1], ids[3]])
        try expect(try await store.body(of: ids[0]) == nil, "the body goes")
        try equal(try await store.attempts(of: ids[0]).count, 0, "attempts go")
        for gone in [events[0], events[2], bare.id, carrier.id] {
            try expect(try await store.event(gone) == nil, "an event without deliveries")
        }
        for kept in [events[1], events[3]] {
            try expect(try await store.event(kept) != nil, "an event that a delivery is of")
        }
        clock.advance(by: .seconds(1000))
        _ = try await sweep()
        try equal(try await everything().map(\.id), [ids[3]])
        try expect(try await store.event(events[1]) == nil, "its event goes with a dead letter")
        try equal(try await store.countMessages(HistoryMessageQuery()), 1)
        clock.advance(by: .seconds(5000))
        _ = try await sweep()
        try equal(try await store.countMessages(HistoryMessageQuery()), 0)
        try equal(try await store.chats(session: nil, search: nil, offset: 0, limit: 1).chats.first?.messageCount, 1)
        try equal(try await sweep(), 0)
        try await checkCounts()
    }

    func neverSweepsWhatIsQueued() async throws {
        let queued = try await queue(2, to: "crm", lane: "l")
        let flying = try await queue(to: "erp")
        _ = try await claim("erp")
        let retrying = try await queue(to: "pbx")
        _ = try await send("pbx", .retry(at: now + .seconds(5)))
        let pending = try await event()
        clock.advance(by: .seconds(10_000_000))
        _ = try await sweep()
        try equal(try await everything().map(\.id), queued + flying + retrying)
        try equal(try await store.pendingEvents(after: EventID(0), limit: 10).map(\.id), [pending.id])
        for id in queued + flying + retrying { try expect(try await store.body(of: id) != nil, "the body stays") }
        try await checkCounts()
    }

    func forgetsDuplicatesInTheEnd() async throws {
        let first = try await store.accept([Self.message("1", key: "k")], source: "t", at: now)[0]
        try await store.commit([EventProcessingResult(event: first.id)], at: now)
        clock.advance(by: .seconds(9000))
        _ = try await sweep()
        try expect(try await store.event(first.id) == nil, "the event is gone")
        let again = try await store.accept([Self.message("1", key: "k")], source: "t", at: now)[0]
        try equal(again, EventAcceptanceResult(id: first.id, isDuplicate: true), "and still known")
        clock.advance(by: .seconds(1001))
        _ = try await sweep()
        let new = try await store.accept([Self.message("1", key: "k")], source: "t", at: now)[0]
        try equal(new.isDuplicate, false)
        try expect(new.id > first.id, "ids rise")
    }

    func neverGivesAnIDTwice() async throws {
        let event = try await event()
        let id = try await store.enqueue(plan(event, to: "crm"), event: event.id, at: now)
        try await store.commit([EventProcessingResult(event: event.id)], at: now)
        _ = try await send()
        _ = try await store.sweep(
            RetentionPeriods(delivered: .zero, dead: .zero, messages: .zero, dedup: .zero), at: now + .seconds(1),
            limit: 100
        )
        try equal(try await everything().count, 0)
        let run = try await reopened()
        // The clock stands where it stood: a wall clock that was set back.
        let next = try await run.event()
        try expect(next.id > event.id, "events")
        try expect(try await run.store.enqueue(plan(next, to: "crm"), event: next.id, at: now) > id, "deliveries")
        try await conformance.discard(run.store)
    }
}
