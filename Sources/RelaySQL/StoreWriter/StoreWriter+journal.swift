internal import RelayCore
internal import RelayCrypto
internal import RelayJSON

/// An event for the journal, encoded before the writer's thread gets it.
struct EncodedJournalEntry: Sendable {
    let event: ParsedEvent
    let source: String
    /// The digest of the event's dedup key; nil: never a duplicate.
    let dedupKey: [UInt8]?
    let payload: [UInt8]
    /// The hidden identities that its chat, its author and its dedup key have.
    let lids: [String]

    /// The same whenever the same event arrives, in this process and in later ones.
    var fingerprint: UInt64 {
        if let dedupKey { return dedupKey.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) } }
        // FNV-1a.
        return payload.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }

    init(_ event: ParsedEvent, source: String) {
        var event = event
        event.dedupKey = event.dedupKey.map { LIDResolver.canonicalKey($0) { _ in nil } }
        self.event = event
        self.source = source
        dedupKey = event.dedupKey.map { Self.digest(source: source, session: event.session, key: $0) }
        payload = JSON.object(event.payload).bytes
        lids =
            LIDResolver.lids(chat: event.chat, payload: event.payload)
            + (event.dedupKey.map(LIDResolver.lids(inKey:)) ?? [])
    }

    /// A dedup key as 16 bytes. Each part has its length before it, so that no two triples give the same bytes.
    static func digest(source: String, session: String, key: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(source.utf8.count + session.utf8.count + key.utf8.count + 24)
        for part in [source, session, key] {
            withUnsafeBytes(of: UInt64(part.utf8.count).littleEndian) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: part.utf8)
        }
        return Array(SHA256.digest(of: bytes).prefix(16))
    }
}

extension StoreWriter {
    /// Accepts the events of one document.
    /// - Parameter pairs: the identities that the events report, by session. They are stored before anything is
    ///   decided about the events.
    func accept(
        _ entries: [EncodedJournalEntry], _ pairs: [(session: String, pair: IdentityPair)], source: String,
        at moment: Timestamp
    ) throws -> [EventAcceptanceResult] {
        for (session, pair) in pairs { try learn(pair, session: session, source: source, at: moment) }
        return try entries.map { try accept($0, at: moment) }
    }

    private func accept(_ entry: EncodedJournalEntry, at moment: Timestamp) throws -> EventAcceptanceResult {
        let entry = try resolved(entry)
        let id = try ids.nextEvent(at: moment)
        if let key = entry.dedupKey {
            if entry.event.rank == nil, let first = try storedDuplicate(ofKey: key) {
                return EventAcceptanceResult(id: EventID(first), isDuplicate: true)
            }
            let isNew: Bool
            if let rank = entry.event.rank {
                try statements.raiseDedup.run(.int(id), .blob(key), .int(Int64(rank)))
                isNew = try database.changesCount() == 1
            } else {
                isNew = try statements.insertDedup.run(.int(id), .blob(key))
            }
            if !isNew {
                let first = try statements.findDedup.first(.blob(key)) { $0.int(0) }
                return EventAcceptanceResult(id: EventID(first ?? id), isDuplicate: true)
            }
        }
        if !entry.lids.isEmpty { try noteUnresolved(entry, as: id) }
        let event = Event(entry.event, id: EventID(id), source: entry.source, receivedAt: moment)
        let accepted = EventAcceptanceResult(id: event.id, isDuplicate: false)
        guard
            let result = try processor?.process(
                event, fingerprint: entry.fingerprint, size: entry.payload.count,
                directory: DirectoryRows(database: database))
        else {
            try insert(entry, as: event)
            return accepted
        }
        try insert(entry, as: event, isProcessed: true, result.trace)
        try write(result, source: entry.source, run: 0, at: moment)
        return accepted
    }

    /// The event that has a key which this node accepted lately; nil: perhaps there is none.
    ///
    /// Where rows are sent in batches, an insert that finds its key taken fails the batch. So those that are likely to are not
    /// tried.
    private func storedDuplicate(ofKey key: [UInt8]) throws -> Int64? {
        guard share != nil else { return nil }
        let start = key.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
        guard recentKeys[start] != nil else {
            recentKeys[start] = ()
            return nil
        }
        return try statements.findDedup.first(.blob(key)) { $0.int(0) }
    }

    /// Writes a new event, for the pipelines to read.
    func insert(_ entry: EncodedJournalEntry, as event: Event) throws {
        try insert(entry, as: event, isProcessed: false, nil)
        noteAccepted(event, size: entry.payload.count + (event.raw?.bytes.count ?? 0))
    }

    private func insert(
        _ entry: EncodedJournalEntry, as event: Event, isProcessed: Bool, _ trace: EventTrace?
    ) throws {
        try statements.insertEvent.run(
            .int(event.id.rawValue), SQLValue(isProcessed), .text(entry.source), .text(event.session),
            .text(event.type.name), SQLValue(event.chat),
            SQLValue(event.occurredAt), .int(event.receivedAt.milliseconds), .blob(entry.payload),
            SQLValue(event.raw.flatMap(Self.column(ofHeaders:))), SQLValue(event.raw?.bytes), SQLValue(trace?.bytes)
        )
        // The session of a document is its source, which is no WhatsApp account.
        if event.type != .documentReceived, isNewSession(event.session) {
            try statements.registerSession.run(
                .text(event.session), .int(event.receivedAt.milliseconds), .blob(Array("{}".utf8)))
        }
    }

    /// The kept header fields of a document: a JSON list of pairs. Rows of earlier versions have the bare signature.
    private static func column(ofHeaders document: RawGatewayDocument) -> String? {
        document.headers.isEmpty ? nil : RawGatewayDocument.json(document.headers).text
    }

    static func document(_ bytes: [UInt8], headersColumn column: String?) -> RawGatewayDocument {
        guard let column, column.hasPrefix("["), let json = try? JSON(parsing: Array(column.utf8)) else {
            return RawGatewayDocument(bytes: bytes, signature: column)
        }
        return RawGatewayDocument(bytes: bytes, headers: RawGatewayDocument.headers(json))
    }

    func commit(_ result: EventProcessingResult, at moment: Timestamp) throws {
        let finished = try statements.finishEvent.first(
            .int(result.event.rawValue), SQLValue(result.run), SQLValue(result.trace?.bytes)
        ) {
            (run: $0.int(0), source: $0.text(1))
        }
        guard let (run, source) = finished else { return }
        noteProcessed(result.event)
        try write(result, source: source, run: run, at: moment)
        if run > 0, let trace = result.trace { try add(trace, to: result.event) }
    }

    /// Writes what the pipelines decided about an event.
    /// - Parameter run: 0 for the first.
    private func write(_ result: EventProcessingResult, source: String, run: Int64, at moment: Timestamp) throws {
        for record in result.records {
            // A gateway's answer may have told whose the identity is.
            if case .contact(let contact) = record, let pair = IdentityPair(contact.lid, contact.id) {
                try learn(pair, session: contact.session, source: source, at: moment)
            }
            try write(record, isRerun: run > 0)
        }
        let replay = run > 0 ? try finishRerun(result, at: moment) : nil
        var planned = PreviousEventRunDeliveries()
        for delivery in result.deliveries {
            if run > 0, replay == nil, try planned.takes(delivery, event: result.event, from: database) { continue }
            let id = try insert(delivery, event: result.event, at: moment)
            if let replay { try note(id.rawValue, of: replay) }
        }
        for failure in result.failures { try insert(failure, event: result.event, at: moment) }
        if var media = result.lateMedia {
            media.event = result.event
            try write(media)
        }
    }

    /// Adds the trace of a rerun to those of the runs before.
    private func add(_ trace: EventTrace, to event: EventID) throws {
        var whole = try Self.trace(of: event, in: database) ?? EventTrace(bytes: [])
        whole.append(trace)
        try statements.setTrace.run(.int(event.rawValue), .blob(whole.bytes))
    }

    static func trace(of event: EventID, in database: SQLConnection) throws -> EventTrace? {
        try database.prepared("SELECT trace FROM events WHERE id = ? AND trace IS NOT NULL")
            .first(.int(event.rawValue)) { EventTrace(bytes: $0.bytes(0)) }
    }

    /// Sends a processed event through its pipelines again. False when retention has deleted it, or a replay has it.
    func reopenEvent(_ id: Int64) throws -> Bool {
        try database.run(
            """
            UPDATE events SET state = 0, reruns = reruns + 1
            WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM reruns WHERE event_id = ?1)
            """,
            .int(id)
        )
        return try database.changesCount() == 1
    }
}

/// The deliveries that earlier runs of an event have planned. Receivers know them by their ids, so they are not queued
/// again. When a pipeline delivers an event to a destination several times, the first of them are the known ones.
private struct PreviousEventRunDeliveries {
    private struct Key: Hashable {
        var destination: DestinationKey
        var pipeline: String
    }

    private var left: [Key: Int64] = [:]

    /// Whether a delivery is one of them. A known delivery is used up by the call.
    mutating func takes(_ delivery: PlannedDelivery, event: EventID, from database: SQLConnection) throws -> Bool {
        let key = Key(destination: delivery.destination, pipeline: delivery.pipeline)
        let known = try left[key] ?? count(key, event, database)
        left[key] = max(0, known - 1)
        return known > 0
    }

    private func count(_ key: Key, _ event: EventID, _ database: SQLConnection) throws -> Int64 {
        let sql = """
            SELECT count(*) FROM deliveries WHERE event_id = ?1 AND destination = ?2 AND pipeline = ?3
                AND id > (SELECT run_start FROM events WHERE id = ?1)
            """
        return try database.prepared(sql)
            .first(.int(event.rawValue), SQLValue(key.destination), .text(key.pipeline)) { $0.int(0) } ?? 0
    }
}
