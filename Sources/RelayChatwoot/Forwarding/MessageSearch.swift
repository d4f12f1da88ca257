internal import RelayCore

/// Looks for a message in a conversation by its `source_id`, which Chatwoot can only list.
struct MessageSearch {
    let api: ChatwootAPI
    let conversation: Int64

    /// How far Chatwoot's clock and ours may be apart.
    private static let clockSkew: Duration = .seconds(600)

    /// Among the messages behind one.
    func find(_ sourceID: String, after id: Int64) async throws(ChatwootError) -> Int64? {
        var last = id
        while true {
            let page = try await api.messages(in: conversation, after: last)
            if let found = page.first(where: { $0.sourceID == sourceID }) { return found.id }
            guard page.count >= 100, let end = page.last?.id, end > last else { return nil }
            last = end
        }
    }

    /// Among those made since a moment: after a restart no message is known that it must be behind.
    func find(_ sourceID: String, since moment: Timestamp) async throws(ChatwootError) -> Int64? {
        var before: Int64?
        while true {
            let page = try await api.messages(in: conversation, before: before)
            if let found = page.first(where: { $0.sourceID == sourceID }) { return found.id }
            guard let first = page.first, first.createdAt >= moment - Self.clockSkew, before != first.id else {
                return nil
            }
            before = first.id
        }
    }
}
