package import RelayCore

extension SQLStore {
    package func accept(
        _ events: [ParsedEvent], source: String, at moment: Timestamp
    ) async throws(StoreError) -> [EventAcceptanceResult] {
        guard !events.isEmpty else { return [] }
        let entries = events.map { EncodedJournalEntry($0, source: source) }
        let pairs = events.flatMap { event in
            IdentityPair.pairs(in: event.payload).map { (session: event.session, pair: $0) }
        }
        let bytes = entries.reduce(0) { $0 + $1.payload.count + ($1.event.raw?.bytes.count ?? 0) + 200 }
        return try await write(rows: entries.count, bytes: bytes) { writer in
            try writer.accept(entries, pairs, source: source, at: moment)
        }
    }

    package func pendingEvents(after id: EventID, limit: Int) async throws(StoreError) -> [Event] {
        if let share = shared.share.current { return try await pendingEvents(of: share, after: id, limit: limit) }
        if let recent = recentEvents.take(after: id, limit: limit) { return recent }
        return try await read { database in
            try database.prepared(
                """
                SELECT \(Self.eventColumns) FROM events e INDEXED BY events_pending \(Self.rerunJoin)
                WHERE e.state = 0 AND e.id > ? ORDER BY e.id LIMIT ?
                """
            ).all([.int(id.rawValue), .int(Int64(limit))], read: Self.event)
        }
    }

    package func event(_ id: EventID) async throws(StoreError) -> Event? {
        try await read { database in
            try database.prepared("SELECT \(Self.eventColumns) FROM events e \(Self.rerunJoin) WHERE e.id = ?")
                .first(.int(id.rawValue), read: Self.event)
        }
    }

    package func trace(of id: EventID) async throws(StoreError) -> EventTrace? {
        try await read { try StoreWriter.trace(of: id, in: $0) }
    }

    package func commit(_ results: [EventProcessingResult], at moment: Timestamp) async throws(StoreError) {
        guard !results.isEmpty else { return }
        var rows = 0
        var bytes = 0
        for result in results {
            rows += 2 + result.records.count + 2 * (result.deliveries.count + result.failures.count)
            for delivery in result.deliveries { bytes += delivery.byteCount }
        }
        try await write(rows: rows, bytes: bytes) { writer in
            for result in results { try writer.commit(result, at: moment) }
        }
        shared.handedOut.remove(results.lazy.map(\.event))
    }

    /// Columns of events `e` and of the replays `p` because of which they run again.
    static let eventColumns = """
        e.id, e.source, e.type, e.session, e.chat, e.occurred_at, e.received_at, e.reruns, p.pipeline, p.destinations,
        e.payload, e.raw_signature, e.raw
        """
    static let rerunJoin = "LEFT JOIN reruns r ON r.event_id = e.id LEFT JOIN replays p ON p.id = r.replay"

    static func event(_ row: ResultRow) throws -> Event {
        let run = Int(row.int(7))
        return Event(
            id: EventID(row.int(0)),
            source: row.text(1),
            type: EventType(row.text(2)),
            session: row.text(3),
            chat: row.optionalText(4),
            occurredAt: row.optionalTime(5),
            receivedAt: row.time(6),
            payload: try row.object(10),
            raw: row.optionalBytes(12).map { StoreWriter.document($0, headersColumn: row.optionalText(11)) },
            rerun: run == 0
                ? nil
                : EventRerun(
                    number: run, pipeline: row.optionalText(8),
                    destinations: row.text(9).lines.map { DestinationKey($0) })
        )
    }
}
