internal import RelayCore
internal import RelayJSON
internal import Synchronization

/// The run of one behaviour: its own store, a clock, and helpers for the tests.
final class StoreConformanceContext: Sendable {
    let conformance: StoreConformance
    let clock: ManualClock
    let store: any RelayStore
    private let clockOffset = Mutex(Duration.zero)

    init(conformance: StoreConformance, clock: ManualClock, store: any RelayStore) {
        self.conformance = conformance
        self.clock = clock
        self.store = store
    }

    var now: Timestamp { clock.now + clockOffset.withLock { $0 } }

    /// Sets the time that the store is told forward or back, as a machine's clock may be between two runs.
    func stepClock(by offset: Duration) {
        clockOffset.withLock { $0 += offset }
    }

    /// Another run on what this run's store has made durable.
    func reopened() async throws -> StoreConformanceContext {
        StoreConformanceContext(
            conformance: conformance, clock: clock, store: try await conformance.reopen(store, clock))
    }

    // MARK: Expectations

    func expect(
        _ condition: Bool, _ what: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
    ) throws {
        if !condition { throw StoreConformanceError(description: "\(file):\(line): \(what())") }
    }

    func equal<T: Equatable>(
        _ actual: T, _ expected: T, _ what: String = "", file: StaticString = #fileID, line: UInt = #line
    ) throws {
        if actual != expected {
            throw StoreConformanceError(description: "\(file):\(line): \(what): got \(actual), not \(expected)")
        }
    }

    func some<T>(_ value: T?, file: StaticString = #fileID, line: UInt = #line) throws -> T {
        guard let value else { throw StoreConformanceError(description: "\(file):\(line): got nothing") }
        return value
    }

    func fails(
        with code: StoreError.Code, file: StaticString = #fileID, line: UInt = #line, _ body: () async throws -> Void
    ) async throws {
        do {
            try await body()
        } catch let error as StoreError {
            return try equal(error.code, code, error.message, file: file, line: line)
        }
        throw StoreConformanceError(description: "\(file):\(line): did not fail with \(code)")
    }

    // MARK: Fixtures

    static func message(_ text: String, session: String = "acct", chat: String? = "a@s", key: String? = nil)
        -> ParsedEvent
    {
        ParsedEvent(
            type: .messageReceived, session: session, chat: chat, dedupKey: key,
            payload: ["text": .string(text)]
        )
    }

    /// Accepts one event and returns it from the journal.
    func event(session: String = "acct", chat: String? = "a@s", type: EventType = .messageReceived) async throws
        -> Event
    {
        var new = Self.message("hello", session: session, chat: chat)
        new.type = type
        let id = try await store.accept([new], source: "test", at: now)[0].id
        return try some(await store.event(id))
    }

    func plan(_ event: Event, to destination: DestinationKey, lane: String? = nil) -> PlannedDelivery {
        PlannedDelivery(of: event, to: destination, lane: lane, pipeline: "default", signing: nil)
    }

    /// Queues deliveries, each of its own event. Returns their ids in order.
    func queue(
        _ count: Int = 1, to destination: DestinationKey = "crm", lane: String? = nil, session: String = "acct",
        chat: String? = "a@s"
    ) async throws -> [DeliveryID] {
        var ids: [DeliveryID] = []
        for _ in 0..<count {
            let event = try await event(session: session, chat: chat)
            let planned = plan(event, to: destination, lane: lane)
            try await store.commit([EventProcessingResult(event: event.id, deliveries: [planned])], at: now)
            let filter = DeliveryFilter(event: event.id)
            ids.append(try some(await store.deliveries(filter, before: nil, offset: 0, limit: 1).first).id)
        }
        return ids
    }

    // MARK: Sending

    func claim(_ destination: DestinationKey = "crm", limit: Int = 100) async throws -> [ClaimedDelivery] {
        try await store.exchange([], claims: [DeliveryClaimRequest(destination: destination, limit: limit)], at: now)[0]
            .deliveries
    }

    func claimIDs(_ destination: DestinationKey = "crm", limit: Int = 100) async throws -> [DeliveryID] {
        try await claim(destination, limit: limit).map(\.id)
    }

    func settlement(_ delivery: ClaimedDelivery, _ next: AttemptSettlement.Next, error: String? = nil)
        -> AttemptSettlement
    {
        let isDelivered = if case .delivered = next { true } else { false }
        let result = AttemptResult(
            outcome: isDelivered ? .delivered : .refused, status: isDelivered ? 200 : 503,
            error: isDelivered ? nil : error ?? "503", target: "http://crm", duration: .milliseconds(3)
        )
        return AttemptSettlement(
            delivery: delivery.id, attempt: DeliveryAttempt(number: delivery.attempt, startedAt: now, result: result),
            next: next
        )
    }

    func settle(_ delivery: ClaimedDelivery, _ next: AttemptSettlement.Next) async throws {
        _ = try await store.exchange([settlement(delivery, next)], claims: [], at: now)
    }

    /// Claims the one that is due, and settles it.
    func send(_ destination: DestinationKey = "crm", _ next: AttemptSettlement.Next = .delivered) async throws
        -> DeliveryID
    {
        let claimed = try await claim(destination, limit: 1)
        try equal(claimed.count, 1, "due deliveries of \(destination)")
        try await settle(claimed[0], next)
        return claimed[0].id
    }

    func state(_ id: DeliveryID) async throws -> DeliveryState? {
        try await store.delivery(id)?.state
    }

    func due(_ id: DeliveryID) async throws -> Timestamp? {
        try await store.delivery(id)?.dueAt
    }

    /// All deliveries, oldest first.
    func everything() async throws -> [DeliveryDetails] {
        var records: [DeliveryDetails] = []
        while true {
            let page = try await store.deliveries(DeliveryFilter(), before: records.last?.id, offset: 0, limit: 700)
            if page.isEmpty { return records.reversed() }
            records += page
        }
    }

    /// Compares the stored counts with the rows.
    func checkCounts() async throws {
        var rows: [DestinationKey: [DeliveryState: Int]] = [:]
        for record in try await everything() { rows[record.destination, default: [:]][record.state, default: 0] += 1 }
        var kept: [DestinationKey: [DeliveryState: Int]] = [:]
        for figures in try await store.destinationCounts() {
            kept[figures.destination] = figures.counts.filter { $0.value != 0 }
        }
        try equal(kept.filter { !$0.value.isEmpty }, rows, "counts")
        for state in DeliveryState.allCases {
            let sum = rows.values.reduce(0) { $0 + ($1[state] ?? 0) }
            try equal(try await store.countDeliveries(DeliveryFilter(states: [state])), sum, "count of \(state.name)")
            let beginning = Timestamp(milliseconds: 0)
            try equal(
                try await store.countDeliveries(DeliveryFilter(states: [state], since: beginning)), sum,
                "rows of \(state.name)"
            )
        }
    }
}
