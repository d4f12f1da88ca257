internal import GRDB
internal import RelayCore

/// An event for the journal, encoded before the writer's thread gets it.
struct EncodedJournalEntry: Sendable {
    var event: ParsedEvent
    /// The event's dedup key; nil: never a duplicate.
    var dedupKey: [UInt8]?
    var payload: [UInt8]
}

extension StoreWriter {
    func accept(_ entry: EncodedJournalEntry, source: String, at moment: Timestamp) throws -> EventAcceptanceResult {
        let id = nextEvent(at: moment)
        if let key = entry.dedupKey {
            if let rank = entry.event.rank {
                try statements.raiseDedup.run(.int(id), .blob(key), .int(Int64(rank)))
            } else {
                try statements.insertDedup.run(.int(id), .blob(key))
            }
            if database.changesCount == 0 {
                let first = try statements.findDedup.first(.blob(key)) { $0.int(0) }
                return EventAcceptanceResult(id: EventID(first ?? id), isDuplicate: true)
            }
        }
        let event = entry.event
        try statements.insertEvent.run(
            .int(id), .text(source), .text(event.session), .text(event.type.name), SQLValue(event.chat),
            SQLValue(event.occurredAt), .int(moment.milliseconds), .blob(entry.payload),
            SQLValue(event.raw?.signature), SQLValue(event.raw?.bytes)
        )
        if isNewSession(event.session) {
            try statements.registerSession.run(.text(event.session), .int(moment.milliseconds))
        }
        return EventAcceptanceResult(id: EventID(id), isDuplicate: false)
    }

    func commit(_ result: EventProcessingResult, at moment: Timestamp) throws {
        let run = try statements.finishEvent.first(.int(result.event.rawValue), SQLValue(result.run)) { $0.int(0) }
        guard let run else { return }
        for record in result.records { try write(record, isRerun: run > 0) }
        let replay = run > 0 ? try finishRerun(result, at: moment) : nil
        var planned = EarlierDeliveries()
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
        if let trace = result.trace { try write(trace, of: result.event, isFirst: run == 0) }
    }

    private func write(_ trace: EventTrace, of event: EventID, isFirst: Bool) throws {
        var whole = trace
        if !isFirst, var earlier = try Self.trace(of: event, in: database) {
            earlier.append(trace)
            whole = earlier
        }
        try statements.insertTrace.run(.int(event.rawValue), .blob(whole.bytes))
    }

    static func trace(of event: EventID, in database: Database) throws -> EventTrace? {
        try database.prepared("SELECT trace FROM traces WHERE event_id = ?")
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
        return database.changesCount == 1
    }
}

/// The deliveries that earlier runs of an event have planned. Receivers know them by their ids, so they are not queued
/// again. When a pipeline delivers an event to a destination several times, the first of them are the known ones.
private struct EarlierDeliveries {
    private struct Key: Hashable {
        var destination: DestinationKey
        var pipeline: String
    }

    private var left: [Key: Int64] = [:]

    /// Whether a delivery is one of them. A known delivery is used up by the call.
    mutating func takes(_ delivery: PlannedDelivery, event: EventID, from database: Database) throws -> Bool {
        let key = Key(destination: delivery.destination, pipeline: delivery.pipeline)
        let known = try left[key] ?? count(key, event, database)
        left[key] = max(0, known - 1)
        return known > 0
    }

    private func count(_ key: Key, _ event: EventID, _ database: Database) throws -> Int64 {
        let sql = """
            SELECT count(*) FROM deliveries WHERE event_id = ?1 AND destination = ?2 AND pipeline = ?3
                AND id > (SELECT run_start FROM events WHERE id = ?1)
            """
        return try database.prepared(sql)
            .first(.int(event.rawValue), SQLValue(key.destination), .text(key.pipeline)) { $0.int(0) } ?? 0
    }
}
