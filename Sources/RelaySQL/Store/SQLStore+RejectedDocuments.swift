package import RelayCore
internal import RelayCrypto
internal import RelayJSON

extension SQLStore {
    package func keepRejected(
        _ documents: [RejectedDocument], source: String, session: String?, at moment: Timestamp
    ) async throws(StoreError) {
        guard !documents.isEmpty else { return }
        let rows = documents.map { document in
            let excerpt = document.excerpt?.bytes
            return RejectedDocumentRow(
                document: document, digest: Self.digest(of: document, excerpt, source: source, session: session),
                excerpt: excerpt)
        }
        let bytes = rows.reduce(0) { $0 + ($1.excerpt?.count ?? 0) + 200 }
        try await write(rows: rows.count, bytes: bytes) { writer in
            for row in rows { try writer.keep(row, source: source, session: session, at: moment) }
            try writer.limitRejectedDocuments()
        }
    }

    package func rejectedDocuments(
        source: String?, before cursor: RejectedDocumentID?, limit: Int
    ) async throws(StoreError) -> [KeptRejectedDocument] {
        try await read { database in
            try database.prepared(
                """
                SELECT \(Self.rejectedColumns) FROM rejected_documents
                WHERE number < ?1 AND (source = ?2 OR ?2 IS NULL) ORDER BY number DESC LIMIT ?3
                """
            ).all(
                [.int(cursor?.rawValue ?? .max), SQLValue(source), .int(Int64(limit))], read: Self.rejectedDocument)
        }
    }

    package func rejectedDocument(_ id: RejectedDocumentID) async throws(StoreError) -> KeptRejectedDocument? {
        try await read { database in
            try database.prepared("SELECT \(Self.rejectedColumns) FROM rejected_documents WHERE number = ?")
                .first(.int(id.rawValue), read: Self.rejectedDocument)
        }
    }

    package func deleteRejectedDocument(_ id: RejectedDocumentID) async throws(StoreError) -> Bool {
        try await write(space: .settles) { try $0.deleteRejectedDocument(id) }
    }

    private static let rejectedColumns = """
        number, occurrences, first_received_at, last_received_at, source, session, code, position, size, pointer, reason,
        excerpt
        """

    private static func rejectedDocument(_ row: ResultRow) throws -> KeptRejectedDocument {
        let document = RejectedDocument(
            index: row.optionalInt(7).map(Int.init),
            pointer: row.optionalText(9),
            code: InvalidDocumentError.Code(rawValue: row.text(6)) ?? .notAnEvent,
            reason: row.text(10),
            excerpt: row.isNull(11) ? Optional.none : try row.json(11),
            size: row.optionalInt(8).map(Int.init)
        )
        return KeptRejectedDocument(
            id: RejectedDocumentID(row.int(0)),
            source: row.text(4),
            session: row.optionalText(5),
            document: document,
            occurrences: Int(row.int(1)),
            firstReceivedAt: row.time(2),
            lastReceivedAt: row.time(3)
        )
    }

    /// The same for a document that is received again.
    private static func digest(
        of document: RejectedDocument, _ excerpt: [UInt8]?, source: String, session: String?
    ) -> [UInt8] {
        let parts = [
            source, session ?? "", document.code.rawValue, document.reason, document.pointer ?? "",
            document.index.map(String.init) ?? "", document.size.map(String.init) ?? "",
        ]
        let head = parts.flatMap { part -> [UInt8] in Array(part.utf8) + [0] }
        return Array(SHA256.digest(of: head + (excerpt ?? [])))
    }
}
