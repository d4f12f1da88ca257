package import RelayCore

/// The changes that operations make to the database, and the state between them. It belongs to the writer's thread and
/// lives as long as its connection.
package final class StoreWriter {
    package let database: SQLConnection
    let statements: WriterStatements

    let ids: any StoreIDs
    /// Sessions that are known to be registered.
    private var sessions: Set<String> = []
    /// Webhooks that are known to exist.
    private var webhooks: Set<String> = []
    /// The phones' JIDs of hidden identities: known pairs only, those of this transaction included.
    var identities = TwoGenerationCache<DirectoryEntryKey, String>(capacity: 50_000)
    /// What this transaction adds to the counts, by destination and state.
    private var countChanges: [DestinationKey: SIMD8<Int64>] = [:]
    /// Destinations that this transaction gave new due deliveries.
    private var awakened: Set<DestinationKey> = []
    /// The events that this transaction accepts, in order.
    private var accepted: [RecentEvents.Entry] = []
    /// The newest event that this transaction marks as processed.
    private var processed = EventID(0)
    /// Those of this transaction included: what is not committed is never due.
    var unclaimed = UnclaimedDeliveries()
    /// The bodies of the event whose deliveries were stored last.
    var eventBodies = EventBodies()
    var lanes = OpenLanes()
    /// The numbers of chats, by their canonical ids.
    var chatNumbers = TwoGenerationCache<DirectoryEntryKey, Int64>(capacity: 50_000)
    /// The deduplication keys of events that this node has accepted lately, by their first bytes.
    var recentKeys = TwoGenerationCache<UInt64, Void>(capacity: 50_000)
    /// What was last written to contacts, without the time. See ``isUnchanged(_:)``.
    var writtenContacts = TwoGenerationCache<DirectoryEntryKey, Contact>(capacity: 20_000)
    /// What this node works on; nil: no other node uses the store.
    package var share: NodeShare? {
        didSet { if share?.ownership.version != oldValue?.ownership.version { owned = [:] } }
    }
    /// Whether destinations are this node's, as far as it was asked.
    var owned: [DestinationKey: Bool] = [:]
    /// What other nodes have to know of this transaction.
    var news = NodeNews()
    /// How many requests a destination may begin, of those that are asked for; nil: all. Other nodes may have some in
    /// flight that began before this node became the owner.
    package var claimAllowance: ((_ destination: DestinationKey, _ limit: Int) throws -> Int)?
    /// The deliveries that this transaction claims, and those whose attempts it ends.
    var requests = RequestChanges()
    /// What this transaction adds to chats and to the directory, written when it ends.
    var deferredHistory = DeferredHistory()
    /// How long destinations were paused.
    private(set) var pausedTimes: [DestinationKey: Duration] = [:]
    /// Runs pipelines on new events; nil: they stay pending.
    private(set) var processor: (any NewEventProcessor)?
    /// Claims new deliveries; nil: they stay queued.
    private var claimer: (any NewDeliveryClaimer)?
    /// The claims of this transaction, in order.
    private var claimed: [ClaimedDelivery] = []
    /// The places that the claimer gave in this transaction.
    private var reserved: [DestinationKey] = []

    let dialect: StoreDialect
    var rowLock: String { dialect.rowLock }

    package init(_ database: SQLConnection, ids: any StoreIDs, dialect: StoreDialect) throws {
        self.database = database
        self.ids = ids
        self.dialect = dialect
        statements = try WriterStatements(database, dialect)
    }

    // MARK: Transactions

    /// - Parameter extensions: take part in the transaction.
    package func begin(_ extensions: WriterExtensions) throws {
        (processor, claimer) = (extensions.processor, extensions.claimer)
        try statements.begin.run()
        try processor?.beginTransaction(isShared: (share?.ownership.nodes.count ?? 1) > 1) { limit in
            try database.prepared(
                "SELECT id, session, chat FROM events INDEXED BY events_pending WHERE state = 0 LIMIT ?"
            ).all([.int(Int64(limit))]) { row in
                PendingEventKey(id: EventID(row.int(0)), session: row.text(1), chat: row.optionalText(2))
            }
        }
    }

    package func commit() throws {
        try writeDeferredHistory()
        // In one order, so that nodes do not wait for each other in a circle.
        for (destination, changes) in share == nil ? Array(countChanges) : countChanges.sorted(by: { $0.key < $1.key })
        {
            for state in DeliveryState.allCases where changes[state.rawValue] != 0 {
                try statements.changeCount.run(SQLValue(destination), SQLValue(state), .int(changes[state.rawValue]))
            }
        }
        try statements.commit.run()
        countChanges.removeAll(keepingCapacity: true)
        processor?.endTransaction(isCommitted: true)
        guard !reserved.isEmpty else { return }
        reserved.removeAll(keepingCapacity: true)
        claimer?.start(claimed)
        claimed.removeAll(keepingCapacity: true)
    }

    package func rollback() {
        if database.isInTransaction { try? statements.rollback.run() }
        countChanges.removeAll(keepingCapacity: true)
        awakened = []
        accepted = []
        processed = EventID(0)
        news = NodeNews()
        requests = RequestChanges()
        deferredHistory = DeferredHistory()
        forgetRows()
        processor?.endTransaction(isCommitted: false)
        if !reserved.isEmpty { claimer?.release(reserved) }
        reserved = []
        claimed = []
    }

    /// Forgets what it knows of rows: a transaction has failed, or another writer may have changed them.
    package func forgetRows() {
        unclaimed.removeAll()
        sessions = []
        webhooks = []
        identities.removeAll()
        eventBodies = EventBodies()
        lanes.removeAll()
        chatNumbers.removeAll()
        writtenContacts.removeAll()
        pausedTimes = [:]
    }

    package func takeAwakened() -> Set<DestinationKey> {
        defer { awakened = [] }
        return awakened
    }

    /// An event was stored as pending.
    func noteAccepted(_ event: Event, size: Int) {
        accepted.append(RecentEvents.Entry(event: event, size: size))
        processor?.isPending(PendingEventKey(id: event.id, session: event.session, chat: event.chat))
    }

    /// Takes a place for a request to a destination. The delivery must be stored in flight, see ``noteClaimed(_:)``.
    func reserveClaim(of destination: DestinationKey) -> Bool {
        guard let claimer, claimer.reserve(destination) else { return false }
        reserved.append(destination)
        return true
    }

    /// A delivery was stored in flight.
    func noteClaimed(_ delivery: ClaimedDelivery) {
        claimed.append(delivery)
        noteRequest(delivery.id)
    }

    func rememberPausedTime(_ time: Duration, of destination: DestinationKey) {
        if pausedTimes.count >= 100_000 { pausedTimes = [:] }
        pausedTimes[destination] = time
    }

    func forgetPausedTime(of destination: DestinationKey) { pausedTimes[destination] = nil }

    func noteProcessed(_ event: EventID) {
        processed = max(processed, event)
    }

    /// What the transaction that was committed has done to the journal.
    package func takeJournalChanges() -> (accepted: [RecentEvents.Entry], processed: EventID) {
        defer {
            accepted.removeAll(keepingCapacity: true)
            processed = EventID(0)
        }
        return (accepted, processed)
    }

    // MARK: State between operations

    /// Changes a row, so that its transaction has something to write.
    func noteWriteCheck(at moment: Timestamp) throws {
        try database.setMeta("write_check", moment.milliseconds)
    }

    /// Whether a session must still be registered. It counts as registered from now on.
    func isNewSession(_ session: String) -> Bool {
        // Bounded, because a sender may invent any number of sessions.
        if sessions.count >= 100_000 { sessions = [] }
        return sessions.insert(session).inserted
    }

    func forgetSession(_ session: String) {
        sessions.remove(session)
    }

    func isKnownWebhook(_ id: String) -> Bool { webhooks.contains(id) }

    func rememberWebhook(_ id: String) {
        if webhooks.count >= 100_000 { webhooks = [] }
        webhooks.insert(id)
    }

    func forgetWebhook(_ id: String) {
        webhooks.remove(id)
    }

    /// Moves deliveries from one count to another. Nil: they are new, or deleted.
    func count(_ destination: DestinationKey, from: DeliveryState?, to: DeliveryState?, times: Int = 1) {
        var changes = countChanges[destination] ?? .zero
        if let from { changes[from.rawValue] -= Int64(times) }
        if let to { changes[to.rawValue] += Int64(times) }
        countChanges[destination] = changes
    }

    /// How many deliveries of a destination are in a state, this transaction's included.
    func count(_ destination: DestinationKey, in state: DeliveryState) throws -> Int64 {
        let stored = try database.prepared("SELECT n FROM delivery_counts WHERE destination = ? AND state = ?")
            .first(SQLValue(destination), SQLValue(state)) { $0.int(0) }
        return (stored ?? 0) + (countChanges[destination]?[state.rawValue] ?? 0)
    }

    /// The destinations that have deliveries, this transaction's included.
    func destinations() throws -> Set<DestinationKey> {
        let stored = try database.prepared("SELECT DISTINCT destination FROM delivery_counts").all { $0.destination(0) }
        return Set(stored).union(countChanges.keys)
    }

    func wake(_ destination: DestinationKey) {
        if owns(destination) { awakened.insert(destination) } else { laneChanged(nil, of: destination) }
    }

    /// Runs a body whose result already has the due deliveries of these destinations, so that they are not reported.
    func withoutWaking<T>(_ destinations: [DestinationKey], _ body: () throws -> T) rethrows -> T {
        let before = awakened
        awakened = []
        defer { awakened = before.union(awakened.subtracting(destinations)) }
        return try body()
    }
}
