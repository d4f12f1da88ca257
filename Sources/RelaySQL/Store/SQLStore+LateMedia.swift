package import RelayCore

extension SQLStore {
    package func lateMedia(limit: Int) async throws(StoreError) -> [LateMedia] {
        try await read { database in
            try database.prepared(
                """
                SELECT event_id, due_at, failures, max_size, attempts, timeout_ms FROM late_media
                ORDER BY due_at, event_id LIMIT ?
                """
            ).all([.int(Int64(limit))]) { row in
                LateMedia(
                    event: EventID(row.int(0)),
                    limits: MediaFetchLimits(
                        maxSize: Int(row.int(3)), attempts: Int(row.int(4)), timeout: .milliseconds(row.int(5))
                    ),
                    failures: Int(row.int(2)),
                    dueAt: row.time(1)
                )
            }
        }
    }

    package func postpone(_ media: LateMedia) async throws(StoreError) {
        try await write { writer in
            if try writer.deleteLateMedia(of: media.event) { try writer.write(media) }
        }
    }

    package func settleLateMedia(
        of event: EventID,
        announcing announcement: ParsedEvent?,
        source: String,
        at moment: Timestamp
    ) async throws(StoreError) {
        let entry = announcement.map { EncodedJournalEntry($0, source: source) }
        try await write(rows: 3, bytes: entry?.payload.count ?? 0) { writer in
            guard try writer.deleteLateMedia(of: event), let entry else { return }
            _ = try writer.accept([entry], [], source: source, at: moment)
        }
    }
}
