internal import GRDB
internal import RelayCore

/// An event as it goes into the journal: what can be made before is made before, off the writer's thread.
struct JournalEntry: Sendable {
    var event: NewEvent
    /// What the event is recognized by; nil: never a duplicate.
    var dedupKey: [UInt8]?
    var payload: [UInt8]
}

extension Ledger {
    func accept(_ entry: JournalEntry, source: String, at moment: Timestamp) throws -> Acceptance {
        let id = nextEvent(at: moment)
        if let key = entry.dedupKey {
            if let rank = entry.event.rank {
                try statements.raiseDedup.run(.int(id), .blob(key), .int(Int64(rank)))
            } else {
                try statements.insertDedup.run(.int(id), .blob(key))
            }
            if database.changesCount == 0 {
                let first = try statements.findDedup.first(.blob(key)) { $0.int(0) }
                return Acceptance(id: EventID(first ?? id), isDuplicate: true)
            }
        }
        let event = entry.event
        try statements.insertEvent.run(
            .int(id), .text(source), .text(event.session), .text(event.type.name), SQLValue(event.chat),
            SQLValue(event.occurredAt), .int(moment.milliseconds), .blob(entry.payload)
        )
        if isNewSession(event.session) {
            try statements.registerSession.run(.text(event.session), .int(moment.milliseconds))
        }
        return Acceptance(id: EventID(id), isDuplicate: false)
    }

    func commit(_ result: PipelineResult, at moment: Timestamp) throws {
        guard let reruns = try statements.finishEvent.first(.int(result.event.rawValue), read: { $0.int(0) }) else {
            return
        }
        for record in result.records { try write(record) }
        for delivery in result.deliveries {
            if reruns > 0, try isPlanned(delivery, event: result.event) { continue }
            _ = try insert(delivery, event: result.event, at: moment)
        }
        for failure in result.failures { try insert(failure, event: result.event, at: moment) }
        if var media = result.lateMedia {
            media.event = result.event
            try write(media)
        }
    }

    /// Whether an earlier run of the event has brought the same delivery: receivers know it by that one's id.
    private func isPlanned(_ delivery: PlannedDelivery, event: EventID) throws -> Bool {
        try database.prepared("SELECT 1 FROM deliveries WHERE event_id = ? AND destination = ? AND pipeline = ?")
            .first(.int(event.rawValue), .text(delivery.destination), .text(delivery.pipeline)) { _ in } != nil
    }

    /// Sends a processed event through its pipelines again. False when retention has deleted it.
    func reopenEvent(_ id: Int64) throws -> Bool {
        try database.run("UPDATE events SET state = 0, reruns = reruns + 1 WHERE id = ?", .int(id))
        return database.changesCount == 1
    }
}
