internal import RelayConfig
internal import RelayCore
internal import Synchronization

/// The store of a test: a journal, a directory and late files in memory, with the guarantees of the real stores.
final class InMemoryTestStore: Journal {
    struct State: Sendable {
        var events: [EventID: Event] = [:]
        /// Accepted but unprocessed events, in order.
        var pending: [EventID] = []
        /// The highest rank accepted for each key, and its event.
        var keys: [SessionEventKey: (rank: Int?, event: EventID)] = [:]
        var contacts: [DirectoryEntryKey: Contact] = [:]
        var groups: [DirectoryEntryKey: Group] = [:]
        var lateMedia: [LateMedia] = []
        var drops: [(id: EventID, drop: PipelineTestRecord.Drop)] = []
        var failures: [PipelineTestRecord.Failure] = []
        var lastID: Int64 = 0
    }

    struct SessionEventKey: Hashable, Sendable {
        var session: String
        var key: String
    }

    private let clock: SkippingTestClock
    private let outbox: InMemoryOutbox
    private let lateNews = AsyncStream<Void>.makeStream()
    let state = Mutex(State())
    let contacts: [TestDirectoryContact]
    let groups: [TestDirectoryGroup]

    /// - Parameter test: the test, whose known contacts and groups fill the directory.
    init(_ test: PipelineTest, outbox: InMemoryOutbox, clock: SkippingTestClock) {
        contacts = test.contacts
        groups = test.groups
        self.outbox = outbox
        self.clock = clock
    }

    /// Signals commits that added files to fetch. For a single listener.
    var newLateMedia: AsyncStream<Void> { lateNews.stream }

    /// Whether every event is processed and no file is outstanding.
    var isDone: Bool { state.withLock { $0.pending.isEmpty && $0.lateMedia.isEmpty } }

    /// Events that ended in the pipeline or were repetitions, in order of arrival.
    var drops: [PipelineTestRecord.Drop] { state.withLock { $0.drops.sorted { $0.id < $1.id }.map(\.drop) } }
    /// Events whose stage failed.
    var failures: [PipelineTestRecord.Failure] { state.withLock { $0.failures } }

    /// The same as ``accept(_:source:at:)``, synchronously.
    @discardableResult
    func take(_ events: [ParsedEvent], source: String, at moment: Timestamp) -> [EventAcceptanceResult] {
        state.withLock { state in events.map { state.accept($0, source: source, at: moment) } }
    }

    // MARK: Journal

    func accept(_ events: [ParsedEvent], source: String, at moment: Timestamp) async throws(StoreError)
        -> [EventAcceptanceResult]
    {
        take(events, source: source, at: moment)
    }

    func pendingEvents(after id: EventID, limit: Int) async throws(StoreError) -> [Event] {
        state.withLock { state in
            state.pending.lazy.filter { $0 > id }.prefix(limit).compactMap { state.events[$0] }
        }
    }

    func event(_ id: EventID) async throws(StoreError) -> Event? {
        state.withLock { $0.events[id] }
    }

    func commit(_ results: [EventProcessingResult], at moment: Timestamp) async throws(StoreError) {
        let hasLateMedia = state.withLock { state in
            for result in results {
                guard let event = state.events[result.event], state.pending.contains(event.id) else { continue }
                state.pending.removeAll { $0 == event.id }
                for record in result.records { state.keep(record) }
                for delivery in result.deliveries {
                    outbox.insert(DeliveryID(state.nextID(at: moment)), delivery, at: moment)
                }
                state.drops += result.drops.map {
                    (event.id, PipelineTestRecord.Drop(by: $0.stage, reason: $0.reason, event: event.type))
                }
                state.failures += result.failures.map {
                    PipelineTestRecord.Failure(stage: $0.stage, message: $0.message, event: event.type)
                }
                if var late = result.lateMedia {
                    late.event = event.id
                    state.lateMedia.append(late)
                }
            }
            return !state.lateMedia.isEmpty
        }
        if hasLateMedia { lateNews.continuation.yield() }
    }
}

extension InMemoryTestStore.State {
    fileprivate mutating func accept(_ event: ParsedEvent, source: String, at moment: Timestamp)
        -> EventAcceptanceResult
    {
        let key = event.dedupKey.map { InMemoryTestStore.SessionEventKey(session: event.session, key: $0) }
        if let known = key.flatMap({ keys[$0] }) {
            // A known key is accepted again only with a higher rank.
            guard let rank = event.rank, rank > known.rank ?? -1 else {
                let drop = PipelineTestRecord.Drop(
                    by: ExpectationReader.duplicate, reason: "it had come before", event: event.type)
                drops.append((EventID(nextID(at: moment)), drop))
                return EventAcceptanceResult(id: known.event, isDuplicate: true)
            }
        }
        let id = EventID(nextID(at: moment))
        if let key { keys[key] = (event.rank, id) }
        events[id] = Event(event, id: id, source: source, receivedAt: moment)
        pending.append(id)
        return EventAcceptanceResult(id: id, isDuplicate: false)
    }

    fileprivate mutating func nextID(at moment: Timestamp) -> Int64 {
        lastID = SortableID.next(after: lastID, at: moment)
        return lastID
    }

    fileprivate mutating func keep(_ record: HistoryUpdate) {
        switch record {
        case .contact(let contact):
            let key = DirectoryEntryKey(session: contact.session, id: contact.id)
            contacts[key] = contacts[key]?.merged(with: contact) ?? contact
        case .group(let group):
            let key = DirectoryEntryKey(session: group.session, id: group.id)
            groups[key] = groups[key]?.merged(with: group) ?? group
        case .pictureChanged(let key):
            contacts[key]?.imageURL = nil
            contacts[key]?.checkedAt = nil
            groups[key]?.imageURL = nil
            groups[key]?.checkedAt = nil
        case .message, .status, .edited, .deleted, .session:
            break
        }
    }
}
