import RelayCore
import Synchronization

extension FakeStore {
    func keepRejected(
        _ documents: [RejectedDocument], source: String, session: String?, at moment: Timestamp
    ) async throws(StoreError) {
        try fail()
        edit { data in
            for document in documents {
                data.rejected.append(
                    KeptRejectedDocument(
                        id: RejectedDocumentID(Int64(data.rejected.count + 1)), source: source, session: session,
                        document: document, occurrences: 1, firstReceivedAt: moment, lastReceivedAt: moment))
            }
        }
    }

    func rejectedDocuments(
        source: String?, before cursor: RejectedDocumentID?, limit: Int
    ) async throws(StoreError) -> [KeptRejectedDocument] {
        let all = contents.withLock { $0.rejected }.filter { document in
            (source == nil || source == document.source) && (cursor.map { document.id < $0 } ?? true)
        }
        return Array(all.reversed().prefix(limit))
    }

    func rejectedDocument(_ id: RejectedDocumentID) async throws(StoreError) -> KeptRejectedDocument? {
        contents.withLock { $0.rejected.first { $0.id == id } }
    }

    func deleteRejectedDocument(_ id: RejectedDocumentID) async throws(StoreError) -> Bool {
        contents.withLock { data in
            let count = data.rejected.count
            data.rejected.removeAll { $0.id == id }
            return data.rejected.count < count
        }
    }
}
