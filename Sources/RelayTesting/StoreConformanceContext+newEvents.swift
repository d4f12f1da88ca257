internal import RelayCore
internal import RelayJSON
internal import Synchronization

/// What a store does with a ``NewEventProcessor`` and a ``NewDeliveryClaimer``.
extension StoreConformanceContext {
    func processesEventsAsItAcceptsThem() async throws {
        let trace = EventTrace(bytes: [1, 2, 3])
        let processor = ScriptedProcessor { event in
            guard event.payload["text"] == "now" else { return nil }
            let message = Message(
                session: event.session, chat: "a@s", id: "M", isOutbound: false, sender: nil, type: "text",
                content: ["text": "now"], status: .delivered, timestamp: event.receivedAt, event: event.id)
            let failed = PlannedDelivery(
                of: event, to: "pipeline/other", lane: nil, pipeline: "other", signing: nil)
            return EventProcessingResult(
                event: event.id, records: [.message(message)],
                deliveries: [PlannedDelivery(of: event, to: "crm", lane: "l", pipeline: "default", signing: nil)],
                failures: [StageDeadLetter(stage: "filter-1", message: "no number", delivery: failed)], trace: trace)
        }
        store.process(with: processor)
        let now = Self.message("now", key: "k")
        let accepted = try await store.accept(
            [now, Self.message("later"), now], source: "test", at: self.now)
        try equal(accepted.map(\.isDuplicate), [false, false, true])
        try equal(accepted[2].id, accepted[0].id)
        try equal(
            try await store.pendingEvents(after: EventID(0), limit: 10).map(\.id), [accepted[1].id],
            "only what has no result is pending")
        try equal(processor.processed, accepted.prefix(2).map(\.id), "a duplicate is not processed")
        try equal(processor.pending, [accepted[1].id])
        try equal(processor.ends, [true])
        let event = try some(await store.event(accepted[0].id))
        try equal(event.payload["text"], "now")
        try equal(try await store.trace(of: event.id), trace)
        try equal(try await store.messages(HistoryMessageQuery(), offset: 0, limit: 10).map(\.id), ["M"])
        let deliveries = try await store.deliveries(DeliveryFilter(event: event.id), before: nil, offset: 0, limit: 10)
        try equal(Set(deliveries.map(\.state)), [.queued, .dead])
        try equal(try await claimIDs("crm").count, 1)
        // A commit of the same event adds nothing.
        try await store.commit(
            [EventProcessingResult(event: event.id, deliveries: [plan(event, to: "erp")])], at: self.now)
        try equal(try await store.countDeliveries(DeliveryFilter(destination: "erp")), 0)
        // Everything is there after a crash.
        let next = try await reopened()
        try equal(try await next.store.trace(of: event.id), trace)
        try equal(try await next.store.pendingEvents(after: EventID(0), limit: 10).map(\.id), [accepted[1].id])
    }

    func tellsTheProcessorWhatIsPending() async throws {
        let first = try await event(chat: "a@s")
        let second = try await event(chat: nil)
        let done = try await event(chat: "b@s")
        try await store.commit([EventProcessingResult(event: done.id)], at: now)
        let processor = ScriptedProcessor { _ in nil }
        store.process(with: processor)
        let third = try await store.accept([Self.message("x", chat: "c@s")], source: "test", at: now)[0].id
        try equal(
            processor.atBegin,
            [
                PendingEventKey(id: first.id, session: "acct", chat: "a@s"),
                PendingEventKey(id: second.id, session: "acct", chat: nil),
            ])
        try equal(processor.pending, [third])
    }

    func claimsDeliveriesAsItQueuesThem() async throws {
        let claimer = ScriptedClaimer(places: 2)
        store.claim(with: claimer)
        let first = try await queue(lane: "l")[0]
        let behind = try await queue(lane: "l")[0]
        let other = try await queue(lane: "m")[0]
        let late = try await queue(lane: "n")[0]
        try equal(claimer.started.map(\.id), [first, other], "the first of each lane, while there are places")
        try equal(try await store.delivery(first)?.state, .inFlight)
        try equal(try await store.delivery(first)?.attemptCount, 1)
        try equal(claimer.started.first?.body, try await store.body(of: first))
        try equal(try await claimIDs(), [late], "what has no place is due, and nothing behind a claim")
        try await settle(claimer.started[0], .delivered)
        try equal(try await claimIDs(), [behind])
        try equal(try await store.attempts(of: first).map(\.number), [1])
        try equal(claimer.released, [])
        try await checkCounts()
        // A crash ends the attempt.
        let next = try await reopened()
        try equal(try await next.store.recover(at: now) { _ in 3 }.requeued, 3)
        try equal(try await next.store.attempts(of: other).map(\.result.outcome), [.failed(.interrupted)])
        try await next.checkCounts()
    }

    func storesTheSameBodyOnce() async throws {
        let event = try await event()
        let planned = ["crm", "erp", "log"].map { plan(event, to: $0) }
        try await store.commit([EventProcessingResult(event: event.id, deliveries: planned)], at: now)
        let deliveries = try await store.deliveries(DeliveryFilter(event: event.id), before: nil, offset: 0, limit: 10)
        try equal(deliveries.count, 3)
        func check(_ deliveries: [DeliveryDetails]) async throws {
            for delivery in deliveries {
                try equal(try await store.body(of: delivery.id), planned[0].body(for: delivery.id))
            }
        }
        try await check(deliveries)
        // Deleting one of them keeps the body of the others.
        for destination in ["crm", "erp"] as [DestinationKey] {
            _ = try await send(destination, .dead(.refused))
            try equal(try await store.purgeDeadLetters(DeliveryFilter(destination: destination)), 1)
            let left = try await store.deliveries(DeliveryFilter(event: event.id), before: nil, offset: 0, limit: 10)
            try await check(left)
        }
        let claimed = try some(await claim("log").first)
        try equal(claimed.body, planned[0].body(for: deliveries[0].id))
        try await settle(claimed, .dead(.refused))
        try equal(try await store.purgeDeadLetters(DeliveryFilter(destination: "log")), 1)
        // The body is gone, and is stored again.
        let last = try await store.enqueue(planned[0], event: event.id, at: now)
        try equal(try some(await claim().first).body, planned[0].body(for: last))
        try equal(try await store.body(of: last), planned[0].body(for: last))
    }

    /// The messages of a chat whose number another chat had before are its own.
    func keepsMessagesOfDeletedSessionsApart() async throws {
        func write(_ id: String, session: String, chat: String) async throws {
            let event = try await event(session: session, chat: chat)
            let message = Message(
                session: session, chat: chat, id: id, isOutbound: false, sender: nil, type: "text",
                content: ["text": "hello"], status: .delivered, timestamp: now, event: event.id)
            try await store.commit([EventProcessingResult(event: event.id, records: [.message(message)])], at: now)
        }
        for id in ["M0", "M1"] { try await write(id, session: "old", chat: "a@s") }
        _ = try await store.deleteSession("old", at: now)
        try await write("M2", session: "new", chat: "b@s")
        try await write("M3", session: "old", chat: "a@s")
        for (session, id) in [("new", "M2"), ("old", "M3")] {
            let found = try await store.messages(HistoryMessageQuery(session: session), offset: 0, limit: 10)
            try equal(found.map(\.id), [id], session)
        }
    }

    func recordsAFirstAttemptThatDelivers() async throws {
        let id = try await queue()[0]
        _ = try some(await claim().first)
        let result = AttemptResult(
            outcome: .delivered, status: 202, error: nil, response: "thanks", target: "https://crm.example/hook",
            duration: .microseconds(1234))
        let attempt = DeliveryAttempt(number: 1, startedAt: now + .milliseconds(7), result: result)
        _ = try await store.exchange(
            [AttemptSettlement(delivery: id, attempt: attempt, next: .delivered)], claims: [], at: now)
        try equal(try await store.attempts(of: id), [attempt])
        // It is still there when others follow.
        clock.advance(by: .seconds(1))
        let selection = ReplaySelection(from: .deliver)
        let replay = try await store.createReplay(
            selection, rate: RateLimit(count: 50, per: .seconds(1)), estimate: store.estimate(selection, at: now))
        _ = try await store.advanceReplay(replay.id, limit: 10, at: now)
        try equal(try await store.attempts(of: id), [attempt])
        let second = settlement(try some(await claim().first), .delivered)
        _ = try await store.exchange([second], claims: [], at: now)
        try equal(try await store.attempts(of: id), [attempt, second.attempt])
    }
}

/// Gives each new event to a function, and notes the calls.
private final class ScriptedProcessor: NewEventProcessor {
    private struct Calls {
        var processed: [EventID] = []
        var pending: [EventID] = []
        var atBegin: [PendingEventKey] = []
        var ends: [Bool] = []
    }

    private let calls = Mutex(Calls())
    private let result: @Sendable (Event) -> EventProcessingResult?

    init(_ result: @escaping @Sendable (Event) -> EventProcessingResult?) { self.result = result }

    var processed: [EventID] { calls.withLock { $0.processed } }
    var pending: [EventID] { calls.withLock { $0.pending } }
    var atBegin: [PendingEventKey] { calls.withLock { $0.atBegin } }
    var ends: [Bool] { calls.withLock { $0.ends } }

    func beginTransaction(isShared: Bool, _ pending: (_ limit: Int) throws -> [PendingEventKey]) throws {
        let found = try pending(100)
        calls.withLock { if $0.ends.isEmpty { $0.atBegin = found } }
    }

    func process(
        _ event: Event, fingerprint: UInt64, size: Int, directory: any StoredDirectory
    ) throws -> EventProcessingResult? {
        calls.withLock { $0.processed.append(event.id) }
        return result(event)
    }

    func isPending(_ event: PendingEventKey) { calls.withLock { $0.pending.append(event.id) } }
    func join(session: String, lid: String, phone: String) {}
    func endTransaction(isCommitted: Bool) { calls.withLock { $0.ends.append(isCommitted) } }
}

/// Has places for some deliveries.
private final class ScriptedClaimer: NewDeliveryClaimer {
    private struct Calls {
        var places: Int
        var started: [ClaimedDelivery] = []
        var released: [DestinationKey] = []
    }

    private let calls: Mutex<Calls>

    init(places: Int) { calls = Mutex(Calls(places: places)) }

    var started: [ClaimedDelivery] { calls.withLock { $0.started } }
    var released: [DestinationKey] { calls.withLock { $0.released } }

    func reserve(_ destination: DestinationKey) -> Bool {
        calls.withLock { calls in
            guard calls.places > 0 else { return false }
            calls.places -= 1
            return true
        }
    }

    func start(_ deliveries: [ClaimedDelivery]) { calls.withLock { $0.started += deliveries } }
    func release(_ destinations: [DestinationKey]) { calls.withLock { $0.released += destinations } }
}
