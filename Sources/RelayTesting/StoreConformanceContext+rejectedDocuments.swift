internal import RelayCore
internal import RelayJSON

extension StoreConformanceContext {
    private func document(
        _ reason: String, index: Int? = 1, pointer: String? = "/data/1", excerpt: JSON? = ["event": "x"],
        size: Int? = 40
    ) -> RejectedDocument {
        RejectedDocument(
            index: index, pointer: pointer, code: .notAnEvent, reason: reason, excerpt: excerpt, size: size)
    }

    private func reasons(_ store: any RelayStore, source: String? = nil) async throws -> [String] {
        try await store.rejectedDocuments(source: source, before: nil, limit: 2000).map(\.document.reason)
    }

    func keepsRejectedDocuments() async throws {
        let bare = document("bare", index: nil, pointer: nil, excerpt: nil, size: nil)
        try await store.keepRejected([document("first"), bare], source: "meta", session: "acct", at: now)
        try await store.keepRejected([document("other")], source: "web", session: nil, at: now + .seconds(1))
        try equal(try await reasons(store), ["other", "bare", "first"])
        try equal(try await reasons(store, source: "meta"), ["bare", "first"])
        let all = try await store.rejectedDocuments(source: nil, before: nil, limit: 2)
        try equal(all.count, 2)
        let rest = try await store.rejectedDocuments(source: nil, before: all[1].id, limit: 2)
        try equal(
            rest,
            [
                KeptRejectedDocument(
                    id: rest.first?.id ?? RejectedDocumentID(0), source: "meta", session: "acct",
                    document: document("first"), occurrences: 1, firstReceivedAt: now, lastReceivedAt: now)
            ])
        let reopened = try await reopened()
        try equal(try await reopened.store.rejectedDocument(all[1].id)?.document, bare)
        try equal(try await reopened.store.deleteRejectedDocument(all[1].id), true)
        try equal(try await reopened.store.deleteRejectedDocument(all[1].id), false)
        try equal(try await reopened.store.rejectedDocument(all[1].id), nil)
        let retention = RetentionPeriods()
        _ = try await reopened.store.sweep(retention, at: now + retention.dead, limit: 100)
        try equal(try await reasons(reopened.store), ["other", "first"])
        _ = try await reopened.store.sweep(retention, at: now + retention.dead + .milliseconds(1), limit: 100)
        try equal(try await reasons(reopened.store), ["other"])
        try await conformance.discard(reopened.store)
    }

    func countsRepeatedRejections() async throws {
        try await store.keepRejected([document("again"), document("other")], source: "meta", session: nil, at: now)
        let later = now + .seconds(60)
        try await store.keepRejected([document("again")], source: "meta", session: nil, at: later)
        let all = try await store.rejectedDocuments(source: nil, before: nil, limit: 10)
        try equal(all.map(\.document.reason), ["again", "other"])
        try equal(all.map(\.occurrences), [2, 1])
        try equal(all[0].firstReceivedAt, now)
        try equal(all[0].lastReceivedAt, later)
        // The same document of another source or session, or with another content, is another.
        try await store.keepRejected([document("again")], source: "web", session: nil, at: later)
        try await store.keepRejected([document("again")], source: "meta", session: "acct", at: later)
        try await store.keepRejected(
            [document("again", excerpt: ["event": "y"])], source: "meta", session: nil, at: later)
        try equal(try await reasons(store).count, 5)
    }

    func limitsRejectedDocuments() async throws {
        let count = RejectedDocumentLimits.count
        let many = (0..<count + 5).map { document("\($0)") }
        for start in stride(from: 0, to: many.count, by: RejectedDocument.maximumListed) {
            let part = Array(many[start..<min(start + RejectedDocument.maximumListed, many.count)])
            try await store.keepRejected(part, source: "meta", session: nil, at: now)
        }
        try equal(try await reasons(store), (5..<count + 5).reversed().map { "\($0)" }, "the newest stay")

        let text = JSON.string(String(repeating: "x", count: 16_000))
        let large = (0..<RejectedDocumentLimits.bytes / 16_000 + 10).map { document("large \($0)", excerpt: text) }
        try await store.keepRejected(large, source: "meta", session: nil, at: now)
        let kept = try await store.rejectedDocuments(source: nil, before: nil, limit: 2000)
        try equal(kept.first?.document.reason, large.last?.reason)
        let bytes = kept.reduce(0) { $0 + ($1.document.excerpt?.bytes.count ?? 0) }
        try equal(bytes <= RejectedDocumentLimits.bytes, true, "\(bytes) bytes")
        try equal(kept.count >= RejectedDocumentLimits.bytes / 16_002 - 1, true, "\(kept.count) documents")
    }
}
