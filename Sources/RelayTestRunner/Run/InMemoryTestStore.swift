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
        /// The phones' JIDs of hidden identities; nil for one under which an event came while no phone was known.
        var phones: [DirectoryEntryKey: String?] = [:]
        /// Contacts by their canonical id.
        var contacts: [DirectoryEntryKey: Contact] = [:]
        var groups: [DirectoryEntryKey: Group] = [:]
        var lateMedia: [LateMedia] = []
        var drops: [(id: EventID, drop: PipelineTestRecord.Drop)] = []
        var failures: [PipelineTestRecord.Failure] = []
        var lastID: Int64 = 0
        /// The identities that the test gives; without a session: of every session.
        var knownPhones: [(session: String?, pair: IdentityPair)] = []

        /// The phone's JID behind a hidden identity; nil when it is not known.
        func phone(ofLID lid: String, session: String) -> String? {
            if let phone = phones[DirectoryEntryKey(session: session, id: lid)]?.flatMap({ $0 }) { return phone }
            return knownPhones.first { $0.pair.lid == lid && ($0.session ?? session) == session }?.pair.phone
        }
    }

    struct SessionEventKey: Hashable, Sendable {
        var session: String
        var key: String
    }

    private let clock: SkippingTestClock
    private let outbox: InMemoryOutbox
    private let lateNews = AsyncStream<Void>.makeStream()
    let state = Mutex(State())
    let contacts: [KnownContact]
    let groups: [KnownGroup]

    /// - Parameter test: the test, whose known contacts and groups fill the directory.
    init(_ test: PipelineTest, outbox: InMemoryOutbox, clock: SkippingTestClock) {
        contacts = test.contacts
        groups = test.groups
        self.outbox = outbox
        self.clock = clock
        state.withLock { state in
            for known in test.contacts {
                guard let pair = IdentityPair(known.contact.lid, known.contact.id) else { continue }
                state.knownPhones.append((known.session, pair))
            }
        }
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
        state.withLock { state in
            for event in events {
                for pair in IdentityPair.pairs(in: event.payload) {
                    state.learn(pair, session: event.session, source: source, at: moment)
                }
            }
            return events.map { state.accept($0, source: source, at: moment) }
        }
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
                for record in result.records {
                    if case .contact(let contact) = record, let pair = IdentityPair(contact.lid, contact.id) {
                        state.learn(pair, session: contact.session, source: event.source, at: moment)
                    }
                    state.keep(record)
                }
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
    /// Stores who is behind a hidden identity. When events came under it before, that is an event of its own.
    fileprivate mutating func learn(_ pair: IdentityPair, session: String, source: String, at moment: Timestamp) {
        let place = DirectoryEntryKey(session: session, id: pair.lid)
        let known = phones[place]
        guard phone(ofLID: pair.lid, session: session) == nil else { return }
        phones[place] = pair.phone
        guard known != nil else { return }
        for (key, value) in keys where key.session == session {
            let text = LIDResolver.canonicalKey(key.key) { phone(ofLID: $0, session: session) }
            guard text != key.key else { continue }
            keys[key] = nil
            let joined = InMemoryTestStore.SessionEventKey(session: session, key: text)
            if let other = keys[joined], (other.rank ?? -1) >= (value.rank ?? -1) { continue }
            keys[joined] = value
        }
        _ = accept(.contactIdentified(pair, session: session, at: moment), source: source, at: moment)
    }

    fileprivate mutating func accept(_ event: ParsedEvent, source: String, at moment: Timestamp)
        -> EventAcceptanceResult
    {
        var event = event
        let session = event.session
        event.chat = LIDResolver.resolve(chat: event.chat, payload: &event.payload) {
            phone(ofLID: $0, session: session)
        }
        event.dedupKey = event.dedupKey.map { key in
            LIDResolver.canonicalKey(key) { phone(ofLID: $0, session: session) }
        }
        for lid in LIDResolver.lids(chat: event.chat, payload: event.payload) {
            phones[DirectoryEntryKey(session: session, id: lid)] = .some(nil)
        }
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
        lastID = SortableIDCodec.next(after: lastID, at: moment)
        return lastID
    }

    fileprivate mutating func keep(_ record: HistoryChange) {
        switch record {
        case .contact(let contact):
            let key = DirectoryEntryKey(session: contact.session, id: ChatIDRules.canonical(contact.id))
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
