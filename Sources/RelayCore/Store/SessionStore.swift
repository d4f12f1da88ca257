/// Sessions and their webhooks.
///
/// A change is described by a closure that gets what is stored and makes of it what is to be stored, or refuses. It runs
/// in the transaction that writes, so that no change in between is lost. It may be called again when that transaction
/// fails, and must be quick: nothing else is written meanwhile.
package protocol SessionStore: Sendable {
    /// - Throws: ``StoreError/Code/conflict`` when the id is taken.
    func createSession(_ session: Session, webhooks: [SessionWebhook]) async throws(StoreError)
    func session(_ id: String) async throws(StoreError) -> Session?
    func sessions(_ query: SessionQuery, offset: Int, limit: Int) async throws(StoreError) -> (
        sessions: [Session], total: Int
    )

    /// Changes a session's label, metadata and `updatedAt`, and its webhooks: those that the closure removes are deleted,
    /// as ``deleteWebhook(_:of:at:if:)`` does it, and those that it adds are created.
    /// - Throws: ``StoreError/Code/notFound``; ``StoreError/Code/limitReached`` for too many webhooks.
    func changeSession<Refusal: Error>(
        _ id: String,
        at moment: Timestamp,
        _ change: @escaping @Sendable (inout SessionWithWebhooks) throws(Refusal) -> Void
    ) async throws(StoreError) -> Result<ChangedSession, Refusal>

    /// Deletes the session, its webhooks, history and directory. Its webhooks' deliveries end as with
    /// ``deleteWebhook(_:of:at:if:)``. Returns the webhooks' ids; nil when the session is unknown.
    /// - Parameter check: may refuse.
    func deleteSession<Refusal: Error>(
        _ id: String,
        at moment: Timestamp,
        if check: @escaping @Sendable (Session) throws(Refusal) -> Void
    ) async throws(StoreError) -> Result<[String]?, Refusal>

    /// All webhooks of all sessions, for the start. The relay keeps them in memory.
    func webhooks() async throws(StoreError) -> [SessionWebhook]
    /// Oldest first.
    func webhooks(session: String) async throws(StoreError) -> [SessionWebhook]
    func webhook(_ id: String) async throws(StoreError) -> SessionWebhook?

    /// - Throws: ``StoreError/Code/notFound`` when there is no such session; ``StoreError/Code/limitReached`` when it has
    ///   ``SessionWebhook/maximumPerSession`` webhooks.
    func createWebhook(_ webhook: SessionWebhook) async throws(StoreError)

    /// - Parameter session: the webhook's.
    /// - Throws: ``StoreError/Code/notFound``.
    func changeWebhook<Refusal: Error>(
        _ id: String,
        of session: String,
        _ change: @escaping @Sendable (inout SessionWebhook) throws(Refusal) -> Void
    ) async throws(StoreError) -> Result<SessionWebhook, Refusal>

    /// Deletes a webhook and cancels its queued deliveries; those in flight are cancelled when their attempt ends
    /// without success. From then on nothing is queued for it: what pipelines planned for it is cancelled.
    /// - Parameter check: may refuse.
    /// - Returns: false when unknown.
    func deleteWebhook<Refusal: Error>(
        _ id: String,
        of session: String,
        at moment: Timestamp,
        if check: @escaping @Sendable (SessionWebhook) throws(Refusal) -> Void
    ) async throws(StoreError) -> Result<Bool, Refusal>
}

extension SessionStore {
    /// Returns the ids of the session's webhooks; nil when the session is unknown.
    package func deleteSession(_ id: String, at moment: Timestamp) async throws(StoreError) -> [String]? {
        let result: Result<[String]?, Never> = try await deleteSession(id, at: moment) { _ in }
        return result.get()
    }

    /// Returns false when unknown.
    package func deleteWebhook(_ id: String, of session: String, at moment: Timestamp) async throws(StoreError) -> Bool
    {
        let result: Result<Bool, Never> = try await deleteWebhook(id, of: session, at: moment) { _ in }
        return result.get()
    }
}

/// The result of a change of a session.
package struct ChangedSession: Sendable {
    /// As it is now.
    package var session: Session
    /// Oldest first.
    package var webhooks: [SessionWebhook]
    /// The ids of the webhooks that were created, changed or deleted.
    package var changedWebhooks: [String]

    package init(session: Session, webhooks: [SessionWebhook], changedWebhooks: [String]) {
        self.session = session
        self.webhooks = webhooks
        self.changedWebhooks = changedWebhooks
    }
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
