internal import RelayCore

/// Finds a message in a conversation by its `source_id`. Chatwoot cannot search for it, so the messages are listed.
struct ChatwootMessageSearch {
    let api: ChatwootAPIClient
    let conversation: Int64

    /// The maximum difference between Chatwoot's clock and the relay's.
    private static let clockSkew: Duration = .seconds(600)

    /// Searches the messages after a message.
    func find(_ sourceID: String, after id: Int64) async throws(ChatwootError) -> Int64? {
        var last = id
        while true {
            let page = try await api.messages(in: conversation, after: last)
            if let found = page.first(where: { $0.sourceID == sourceID }) { return found.id }
            guard page.count >= 100, let end = page.last?.id, end > last else { return nil }
            last = end
        }
    }

    /// Searches the messages created since a time. Used after a restart, when no earlier message id is known.
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
