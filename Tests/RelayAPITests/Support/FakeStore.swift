import RelayAPI
import RelayCore
import RelayJSON
import Synchronization

/// An in-memory store with the operations that the API uses.
final class FakeStore: RelayStore {
    struct Data {
        var sessions: [Session] = []
        var webhooks: [SessionWebhook] = []
        var deliveries: [DeliveryID: FakeDelivery] = [:]
        var planned: [DeliveryID: PlannedDelivery] = [:]
        var events: [EventID: Event] = [:]
        var dedupKeys: [String: EventID] = [:]
        var traces: [EventID: EventTrace] = [:]
        var messages: [Message] = []
        var chats: [ChatSummary] = []
        var contacts: [Contact] = []
        var groups: [Group] = []
        var replays: [Replay] = []
        var rejected: [KeptRejectedDocument] = []
        var lastDelivery: Int64 = 0
        var lastEvent: Int64 = 0
        /// The error that the next calls throw; nil for none.
        var failure: StoreError?
    }

    let contents = Mutex(Data())

    /// The accepted events in order.
    var accepted: [Event] { contents.withLock { $0.events.values.sorted { $0.id < $1.id } } }

    func edit(_ change: (inout Data) -> Void) { contents.withLock { change(&$0) } }

    func fail() throws(StoreError) {
        if let failure = contents.withLock({ $0.failure }) { throw failure }
    }

    // MARK: - SessionStore

    func createSession(_ session: Session, webhooks: [SessionWebhook]) async throws(StoreError) {
        try fail()
        let isTaken = contents.withLock { data in
            if data.sessions.contains(where: { $0.id == session.id }) { return true }
            data.sessions.append(session)
            data.webhooks += webhooks
            return false
        }
        if isTaken { throw StoreError(.conflict, "There is a session \(session.id) already.") }
    }

    func session(_ id: String) async throws(StoreError) -> Session? {
        try fail()
        return contents.withLock { $0.sessions.first { $0.id == id } }
    }

    func sessions(
        _ query: SessionQuery, offset: Int, limit: Int
    ) async throws(StoreError) -> (sessions: [Session], total: Int) {
        try fail()
        let all = contents.withLock { $0.sessions }.filter { session in
            let texts = [session.id, session.label ?? "", session.phoneNumber ?? ""]
            return (query.status.map { $0 == session.status } ?? true)
                && (query.search.map { search in texts.contains { $0.contains(search) } } ?? true)
        }
        let sorted = all.sorted { left, right in
            switch query.sort {
            case .createdAt: left.createdAt < right.createdAt
            case .updatedAt: left.updatedAt < right.updatedAt
            case .id: left.id < right.id
            case .label: (left.label ?? "") < (right.label ?? "")
            }
        }
        let ordered = query.isDescending ? sorted.reversed() : sorted
        return (Array(ordered.dropFirst(offset).prefix(limit)), all.count)
    }

    func changeSession<Refusal: Error>(
        _ id: String,
        at moment: Timestamp,
        _ change: @escaping @Sendable (inout SessionWithWebhooks) throws(Refusal) -> Void
    ) async throws(StoreError) -> Result<ChangedSession, Refusal> {
        let result: Result<ChangedSession, Refusal>? = contents.withLock { data in
            guard let index = data.sessions.firstIndex(where: { $0.id == id }) else { return nil }
            let before = data.webhooks.filter { $0.session == id }
            var stored = SessionWithWebhooks(session: data.sessions[index], webhooks: before)
            do throws(Refusal) {
                try change(&stored)
            } catch {
                return .failure(error)
            }
            stored.session.revision += 1
            let changed = Set(before).symmetricDifference(stored.webhooks).map(\.id)
            for position in stored.webhooks.indices where changed.contains(stored.webhooks[position].id) {
                stored.webhooks[position].revision += 1
            }
            data.sessions[index] = stored.session
            data.webhooks.removeAll { $0.session == id }
            data.webhooks += stored.webhooks
            return .success(
                ChangedSession(
                    session: stored.session, webhooks: stored.webhooks, changedWebhooks: Set(changed).sorted()))
        }
        guard let result else { throw StoreError(.notFound, "There is no session \(id).") }
        return result
    }

    func deleteSession<Refusal: Error>(
        _ id: String,
        at moment: Timestamp,
        if check: @escaping @Sendable (Session) throws(Refusal) -> Void
    ) async throws(StoreError) -> Result<[String]?, Refusal> {
        contents.withLock { data in
            guard let session = data.sessions.first(where: { $0.id == id }) else { return .success(nil) }
            do throws(Refusal) {
                try check(session)
            } catch {
                return .failure(error)
            }
            let webhooks = data.webhooks.filter { $0.session == id }.map(\.id)
            data.sessions.removeAll { $0.id == id }
            data.webhooks.removeAll { $0.session == id }
            return .success(webhooks)
        }
    }

    func webhooks() async throws(StoreError) -> [SessionWebhook] { contents.withLock { $0.webhooks } }

    func webhooks(session: String) async throws(StoreError) -> [SessionWebhook] {
        contents.withLock { $0.webhooks.filter { $0.session == session } }
    }

    func webhook(_ id: String) async throws(StoreError) -> SessionWebhook? {
        contents.withLock { $0.webhooks.first { $0.id == id } }
    }

    func createWebhook(_ webhook: SessionWebhook) async throws(StoreError) {
        let count = contents.withLock { data in
            let count = data.webhooks.count { $0.session == webhook.session }
            if count < SessionWebhook.maximumPerSession { data.webhooks.append(webhook) }
            return count
        }
        guard count < SessionWebhook.maximumPerSession else {
            throw StoreError(.limitReached, "the session has \(count) webhooks")
        }
    }

    func changeWebhook<Refusal: Error>(
        _ id: String,
        of session: String,
        _ change: @escaping @Sendable (inout SessionWebhook) throws(Refusal) -> Void
    ) async throws(StoreError) -> Result<SessionWebhook, Refusal> {
        let result: Result<SessionWebhook, Refusal>? = contents.withLock { data in
            let found = data.webhooks.firstIndex { $0.id == id && $0.session == session }
            guard let index = found else { return nil }
            var webhook = data.webhooks[index]
            do throws(Refusal) {
                try change(&webhook)
            } catch {
                return .failure(error)
            }
            webhook.revision += 1
            data.webhooks[index] = webhook
            return .success(webhook)
        }
        guard let result else { throw StoreError(.notFound, "There is no webhook \(id).") }
        return result
    }

    func deleteWebhook<Refusal: Error>(
        _ id: String,
        of session: String,
        at moment: Timestamp,
        if check: @escaping @Sendable (SessionWebhook) throws(Refusal) -> Void
    ) async throws(StoreError) -> Result<Bool, Refusal> {
        contents.withLock { data in
            let found = data.webhooks.firstIndex { $0.id == id && $0.session == session }
            guard let index = found else { return .success(false) }
            do throws(Refusal) {
                try check(data.webhooks[index])
            } catch {
                return .failure(error)
            }
            data.webhooks.remove(at: index)
            return .success(true)
        }
    }

    func checkWriting(at moment: Timestamp) async throws(StoreError) { try fail() }

    // MARK: - EventTraceStore

    func trace(of id: EventID) async throws(StoreError) -> EventTrace? { contents.withLock { $0.traces[id] } }

    // MARK: - History

    func contacts(_ ids: Set<DirectoryEntryKey>) async throws(StoreError) -> [Contact] { [] }
    func groups(_ ids: Set<DirectoryEntryKey>) async throws(StoreError) -> [Group] { [] }

    func messages(_ query: HistoryMessageQuery, offset: Int, limit: Int) async throws(StoreError) -> [Message] {
        Array(matching(query).dropFirst(offset).prefix(limit))
    }

    func countMessages(_ query: HistoryMessageQuery) async throws(StoreError) -> Int { matching(query).count }

    private func matching(_ query: HistoryMessageQuery) -> [Message] {
        contents.withLock { $0.messages }.filter { message in
            (query.session == nil || query.session == message.session)
                && (query.chat == nil || query.chat == message.chat)
                && (query.type == nil || query.type == message.type)
                && (query.isOutbound == nil || query.isOutbound == message.isOutbound)
                && (query.since.map { message.timestamp >= $0 } ?? true)
                && (query.until.map { message.timestamp < $0 } ?? true)
        }.sorted { $0.timestamp > $1.timestamp }
    }

    func chats(
        session: String?, search: String?, offset: Int, limit: Int
    ) async throws(StoreError) -> (chats: [ChatSummary], total: Int) {
        page(contents.withLock { $0.chats }, session: session, search: search, offset: offset, limit: limit) {
            ($0.session, $0.name ?? $0.id)
        }
    }

    func contacts(
        session: String?, search: String?, offset: Int, limit: Int
    ) async throws(StoreError) -> (contacts: [Contact], total: Int) {
        page(contents.withLock { $0.contacts }, session: session, search: search, offset: offset, limit: limit) {
            ($0.session, $0.displayName ?? $0.id)
        }
    }

    func groups(
        session: String?, search: String?, offset: Int, limit: Int
    ) async throws(StoreError) -> (groups: [Group], total: Int) {
        page(contents.withLock { $0.groups }, session: session, search: search, offset: offset, limit: limit) {
            ($0.session, $0.name ?? $0.id)
        }
    }

    private func page<Row>(
        _ rows: [Row], session: String?, search: String?, offset: Int, limit: Int, by name: (Row) -> (String, String)
    ) -> ([Row], Int) {
        let all = rows.filter { row in
            let (owner, text) = name(row)
            return (session == nil || session == owner) && (search.map { text.contains($0) } ?? true)
        }
        return (Array(all.dropFirst(offset).prefix(limit)), all.count)
    }
}

struct FakeDelivery: Sendable {
    var record: DeliveryDetails
    var body: [UInt8]
    var attempts: [DeliveryAttempt]
}
