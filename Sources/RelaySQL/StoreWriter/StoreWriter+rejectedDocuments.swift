internal import RelayCore

/// A rejected document, prepared for its row.
struct RejectedDocumentRow: Sendable {
    let document: RejectedDocument
    let digest: [UInt8]
    let excerpt: [UInt8]?
}

extension StoreWriter {
    func keep(_ row: RejectedDocumentRow, source: String, session: String?, at moment: Timestamp) throws {
        let earlier = try database.prepared(
            "DELETE FROM rejected_documents WHERE digest = ? RETURNING occurrences, first_received_at"
        ).first(.blob(row.digest)) { ($0.int(0), $0.time(1)) }
        let last = try database.prepared("SELECT max(number) FROM rejected_documents").first { $0.optionalInt(0) }
        let number = SortableIDCodec.next(after: (last ?? nil) ?? 0, at: moment)
        let document = row.document
        try database.run(
            """
            INSERT INTO rejected_documents (number, digest, occurrences, first_received_at, last_received_at, source,
                session, code, position, size, bytes, pointer, reason, excerpt)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            .int(number), .blob(row.digest), .int((earlier?.0 ?? 0) + 1),
            .int((earlier?.1 ?? moment).milliseconds), .int(moment.milliseconds), .text(source), SQLValue(session),
            .text(document.code.rawValue), SQLValue(document.index), SQLValue(document.size),
            .int(Int64(row.excerpt?.count ?? 0)), SQLValue(document.pointer), .text(document.reason),
            SQLValue(row.excerpt)
        )
    }

    /// Deletes the oldest documents beyond the limits of count and size.
    func limitRejectedDocuments() throws {
        try database.run(
            """
            DELETE FROM rejected_documents WHERE number IN (
                SELECT number FROM (
                    SELECT number, row_number() OVER newest AS place, sum(bytes) OVER newest AS total
                    FROM rejected_documents WINDOW newest AS (ORDER BY number DESC)
                ) AS ranked WHERE place > ? OR total > ?
            )
            """,
            .int(Int64(RejectedDocumentLimits.count)), .int(Int64(RejectedDocumentLimits.bytes))
        )
    }

    func deleteRejectedDocument(_ id: RejectedDocumentID) throws -> Bool {
        try database.run("DELETE FROM rejected_documents WHERE number = ?", .int(id.rawValue))
        return try database.changesCount() == 1
    }

    /// Those that were last received before a moment.
    func sweepRejectedDocuments(before moment: Timestamp, limit: Int) throws -> Int {
        try database.run(
            """
            DELETE FROM rejected_documents WHERE number IN (
                SELECT number FROM rejected_documents WHERE last_received_at < ? ORDER BY number LIMIT ?
            )
            """,
            .int(moment.milliseconds), .int(Int64(limit))
        )
        return try database.changesCount()
    }
}
