import RelayAPI
import RelayCore
import RelayJSON
import RelayTesting
import Synchronization

extension FakeStore {
    /// Adds a delivery in the state in which a pipeline and its attempts would have left it.
    @discardableResult
    func seedDelivery(
        _ state: DeliveryState,
        to destination: DestinationKey = "crm",
        session: String = "abc-123",
        type: EventType = .messageReceived,
        chat: String? = "5511999999999@s.whatsapp.net",
        reason: DeadLetterReason? = nil,
        status: Int? = nil,
        error: String? = nil,
        target: String? = "https://your-app.com/webhook",
        attempts: Int = 0,
        at moment: Timestamp
    ) -> DeliveryID {
        contents.withLock { data in
            let id = DeliveryID(SortableIDCodec.next(after: data.lastDelivery, at: moment))
            data.lastDelivery = id.rawValue
            let isFinished = state != .queued && state != .inFlight
            data.deliveries[id] = FakeDelivery(
                record: DeliveryDetails(
                    id: id, event: EventID(7), pipeline: "default", destination: destination, session: session,
                    type: type, chat: chat, state: state, attemptCount: attempts, receivedAt: moment,
                    createdAt: moment, dueAt: state == .queued ? moment : nil,
                    finishedAt: isFinished ? moment : nil, deadReason: reason, lastStatus: status,
                    lastError: error, lastTarget: target
                ),
                body: Array(#"{"event":"message.received","payload":{"n":12345678901234567890}}"#.utf8),
                attempts: (0..<attempts).map { number in
                    DeliveryAttempt(
                        number: number + 1,
                        startedAt: moment,
                        result: AttemptResult(
                            outcome: status.map { $0 < 300 ? .delivered : .refused } ?? .failed(.timeout),
                            status: status, error: error, target: target ?? "", duration: .milliseconds(12)
                        )
                    )
                }
            )
            return id
        }
    }

    // MARK: - OutboxAdministration

    func deliveries(
        _ filter: DeliveryFilter, before: DeliveryID?, offset: Int, limit: Int
    ) async throws(StoreError) -> [DeliveryDetails] {
        try fail()
        let rows = matching(filter).filter { row in before.map { row.id < $0 } ?? true }
        return Array(rows.dropFirst(offset).prefix(limit))
    }

    func countDeliveries(_ filter: DeliveryFilter) async throws(StoreError) -> Int { matching(filter).count }

    func delivery(_ id: DeliveryID) async throws(StoreError) -> DeliveryDetails? {
        contents.withLock { $0.deliveries[id]?.record }
    }

    func attempts(of id: DeliveryID) async throws(StoreError) -> [DeliveryAttempt] {
        contents.withLock { $0.deliveries[id]?.attempts ?? [] }
    }

    func body(of id: DeliveryID) async throws(StoreError) -> [UInt8]? {
        contents.withLock { $0.deliveries[id]?.body }
    }

    func retry(_ id: DeliveryID, at moment: Timestamp) async throws(StoreError) -> DeliveryChangeResult {
        change(id, from: [.queued, .dead, .cancelled], to: .queued, at: moment)
    }

    func cancel(_ id: DeliveryID, at moment: Timestamp) async throws(StoreError) -> DeliveryChangeResult {
        change(id, from: [.queued, .dead], to: .cancelled, at: moment)
    }

    func cancelQueued(destination: DestinationKey, at moment: Timestamp) async throws(StoreError) -> Int {
        let queued = matching(DeliveryFilter(states: [.queued], destination: destination))
        for delivery in queued { _ = change(delivery.id, from: [.queued], to: .cancelled, at: moment) }
        return queued.count
    }

    func replayDeadLetters(_ filter: DeliveryFilter, at moment: Timestamp) async throws(StoreError) -> Int {
        let dead = matching(filter).filter { $0.state == .dead }
        for delivery in dead { _ = change(delivery.id, from: [.dead], to: .queued, at: moment) }
        return dead.count
    }

    func purgeDeadLetters(_ filter: DeliveryFilter) async throws(StoreError) -> Int {
        let dead = matching(filter).filter { $0.state == .dead }
        contents.withLock { data in
            for delivery in dead { data.deliveries[delivery.id] = nil }
        }
        return dead.count
    }

    func enqueue(
        _ delivery: PlannedDelivery, event: EventID, at moment: Timestamp
    ) async throws(StoreError) -> DeliveryID {
        try fail()
        return contents.withLock { data in
            let id = DeliveryID(SortableIDCodec.next(after: data.lastDelivery, at: moment))
            data.lastDelivery = id.rawValue
            data.planned[id] = delivery
            data.deliveries[id] = FakeDelivery(
                record: DeliveryDetails(
                    id: id, event: event, pipeline: delivery.pipeline, destination: delivery.destination,
                    session: delivery.session, type: delivery.type, chat: delivery.chat, state: .queued,
                    attemptCount: 0, receivedAt: delivery.receivedAt, createdAt: moment, dueAt: moment,
                    finishedAt: nil, deadReason: nil, lastStatus: nil, lastError: nil, lastTarget: nil
                ),
                body: delivery.body(for: id),
                attempts: []
            )
            return id
        }
    }

    func planned(_ id: DeliveryID) -> PlannedDelivery? { contents.withLock { $0.planned[id] } }

    func destinationCounts() async throws(StoreError) -> [DestinationDeliveryCounts] { [] }
    func pauses() async throws(StoreError) -> [DestinationPause] { [] }
    func pause(_ pause: DestinationPause) async throws(StoreError) {}
    func resume(
        destination: DestinationKey, rate: RateLimit?, at moment: Timestamp
    ) async throws(StoreError) -> Bool { false }
    func releases() async throws(StoreError) -> [DestinationRelease] { [] }
    func sweep(_ retention: RetentionPeriods, at moment: Timestamp, limit: Int) async throws(StoreError) -> Int { 0 }

    private func matching(_ filter: DeliveryFilter) -> [DeliveryDetails] {
        contents.withLock { data in
            data.deliveries.values.map(\.record).filter { row in
                (filter.states.isEmpty || filter.states.contains(row.state))
                    && (filter.destination == nil || filter.destination == row.destination)
                    && (filter.session == nil || filter.session == row.session)
                    && (filter.chat == nil || filter.chat == row.chat)
                    && (filter.type == nil || filter.type == row.type)
                    && (filter.event == nil || filter.event == row.event)
                    && (filter.deadReason == nil || filter.deadReason == row.deadReason)
                    && (filter.since.map { row.createdAt >= $0 } ?? true)
                    && (filter.until.map { row.createdAt < $0 } ?? true)
            }.sorted { $0.id > $1.id }
        }
    }

    private func change(
        _ id: DeliveryID, from states: Set<DeliveryState>, to next: DeliveryState, at moment: Timestamp
    ) -> DeliveryChangeResult {
        contents.withLock { data in
            guard let state = data.deliveries[id]?.record.state else { return .notFound }
            guard states.contains(state) else { return .refused(state) }
            data.deliveries[id]?.record.state = next
            data.deliveries[id]?.record.dueAt = next == .queued ? moment : nil
            data.deliveries[id]?.record.finishedAt = next == .queued ? nil : moment
            return .done
        }
    }

    // MARK: - Journal and Outbox: the API only reads single events from them.

    func accept(
        _ events: [ParsedEvent], source: String, at moment: Timestamp
    ) async throws(StoreError) -> [EventAcceptanceResult] {
        try fail()
        return contents.withLock { data in
            events.map { new in
                if let known = new.dedupKey.flatMap({ data.dedupKeys[$0] }) {
                    return EventAcceptanceResult(id: known, isDuplicate: true)
                }
                let id = EventID(SortableIDCodec.next(after: data.lastEvent, at: moment))
                data.lastEvent = id.rawValue
                data.events[id] = Event(new, id: id, source: source, receivedAt: moment)
                if let key = new.dedupKey { data.dedupKeys[key] = id }
                return EventAcceptanceResult(id: id, isDuplicate: false)
            }
        }
    }

    func event(_ id: EventID) async throws(StoreError) -> Event? { contents.withLock { $0.events[id] } }
    func pendingEvents(after id: EventID, limit: Int) async throws(StoreError) -> [Event] { [] }
    func commit(_ results: [EventProcessingResult], at moment: Timestamp) async throws(StoreError) {}

    func recover(
        at moment: Timestamp, maxAttempts: @escaping @Sendable (_ destination: DestinationKey) -> Int
    ) async throws(StoreError) -> StoreRecoveryReport { StoreRecoveryReport(requeued: 0, dead: 0) }

    func exchange(
        _ settlements: [AttemptSettlement], claims: [DeliveryClaimRequest], at moment: Timestamp
    ) async throws(StoreError) -> [DeliveryClaimResult] { [] }

    func destinationsThatAnswered(since moment: Timestamp) async throws(StoreError) -> Set<DestinationKey> { [] }
    func dueTimes() async throws(StoreError) -> [DestinationKey: Timestamp] { [:] }
    var newlyDue: AsyncStream<Set<DestinationKey>> { AsyncStream { $0.finish() } }

    // MARK: - KeyStore

    func apiKeyDigests() async throws(StoreError) -> [[UInt8]] { [] }
    func addAPIKey(digest: [UInt8], name: String, at moment: Timestamp) async throws(StoreError) {}
}

extension FakeStore {
    func process(with processor: any NewEventProcessor) {}
    func claim(with claimer: any NewDeliveryClaimer) {}
}
