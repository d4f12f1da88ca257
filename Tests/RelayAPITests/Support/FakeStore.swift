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

    func updateSession(_ session: Session) async throws(StoreError) {
        let isKnown = contents.withLock { data in
            guard let index = data.sessions.firstIndex(where: { $0.id == session.id }) else { return false }
            data.sessions[index].label = session.label
            data.sessions[index].metadata = session.metadata
            data.sessions[index].updatedAt = session.updatedAt
            return true
        }
        if !isKnown { throw StoreError(.notFound, "There is no session \(session.id).") }
    }

    func deleteSession(_ id: String, at moment: Timestamp) async throws(StoreError) -> Bool {
        contents.withLock { data in
            let count = data.sessions.count
            data.sessions.removeAll { $0.id == id }
            data.webhooks.removeAll { $0.session == id }
            return data.sessions.count < count
        }
    }

    func webhooks() async throws(StoreError) -> [SessionWebhook] { contents.withLock { $0.webhooks } }

    func webhooks(session: String) async throws(StoreError) -> [SessionWebhook] {
        contents.withLock { $0.webhooks.filter { $0.session == session } }
    }

    func webhook(_ id: String) async throws(StoreError) -> SessionWebhook? {
        contents.withLock { $0.webhooks.first { $0.id == id } }
    }

    func saveWebhook(_ webhook: SessionWebhook) async throws(StoreError) {
        contents.withLock { data in
            if let index = data.webhooks.firstIndex(where: { $0.id == webhook.id }) {
                data.webhooks[index] = webhook
            } else {
                data.webhooks.append(webhook)
            }
        }
    }

    func deleteWebhook(_ id: String, at moment: Timestamp) async throws(StoreError) -> Bool {
        contents.withLock { data in
            let count = data.webhooks.count
            data.webhooks.removeAll { $0.id == id }
            return data.webhooks.count < count
        }
    }

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
