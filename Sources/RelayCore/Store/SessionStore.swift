/// Sessions and their webhooks.
package protocol SessionStore: Sendable {
    /// - Throws: ``StoreError/Code/conflict`` when the id is taken.
    func createSession(_ session: Session, webhooks: [SessionWebhook]) async throws(StoreError)
    func session(_ id: String) async throws(StoreError) -> Session?
    func sessions(_ query: SessionQuery, offset: Int, limit: Int) async throws(StoreError) -> (
        sessions: [Session], total: Int
    )
    /// Replaces label, metadata and `updatedAt`. - Throws: ``StoreError/Code/notFound``.
    func updateSession(_ session: Session) async throws(StoreError)
    /// Deletes the session, its webhooks, history and directory; cancels its webhooks' queued deliveries. False when
    /// unknown.
    func deleteSession(_ id: String, at moment: Timestamp) async throws(StoreError) -> Bool

    /// All webhooks of all sessions. The relay keeps them in memory.
    func webhooks() async throws(StoreError) -> [SessionWebhook]
    /// Oldest first.
    func webhooks(session: String) async throws(StoreError) -> [SessionWebhook]
    func webhook(_ id: String) async throws(StoreError) -> SessionWebhook?
    /// Inserts or replaces.
    func saveWebhook(_ webhook: SessionWebhook) async throws(StoreError)
    /// Deletes it and cancels its queued deliveries. False when unknown.
    func deleteWebhook(_ id: String, at moment: Timestamp) async throws(StoreError) -> Bool
}

package struct SessionQuery: Sendable {
    package enum Sort: String, Sendable, CaseIterable {
        case createdAt = "created_at"
        case updatedAt = "updated_at"
        case id
        case label
    }

    package var status: SessionStatus?
    /// Part of the id, label or phone number.
    package var search: String?
    package var sort: Sort
    package var isDescending: Bool

    package init(
        status: SessionStatus? = nil,
        search: String? = nil,
        sort: Sort = .createdAt,
        isDescending: Bool = true
    ) {
        self.status = status
        self.search = search
        self.sort = sort
        self.isDescending = isDescending
    }
}

/// API keys, of which only digests are kept.
package protocol APIKeyStore: Sendable {
    /// SHA-256 digests of the keys that are valid.
    func apiKeyDigests() async throws(StoreError) -> [[UInt8]]
    /// - Parameter name: what the key is for. A second key of that name replaces the first.
    func addAPIKey(digest: [UInt8], name: String, at moment: Timestamp) async throws(StoreError)
}
