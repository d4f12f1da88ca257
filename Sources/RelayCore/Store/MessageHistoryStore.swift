/// The directory as pipelines read it: what the store knows of the contacts and groups in events.
package protocol DirectoryReader: Sendable {
    func contacts(_ ids: Set<DirectoryEntryKey>) async throws(StoreError) -> [Contact]
    func groups(_ ids: Set<DirectoryEntryKey>) async throws(StoreError) -> [Group]
    /// The phones' JIDs behind hidden identities, by the key of the hidden identity; without those that are not known.
    func phones(ofLIDs lids: Set<DirectoryEntryKey>) async throws(StoreError) -> [DirectoryEntryKey: String]
}

/// Message history and directory. Pipelines' commits write them; they are read here.
package protocol MessageHistoryStore: DirectoryReader {
    /// Newest first.
    func messages(_ query: HistoryMessageQuery, offset: Int, limit: Int) async throws(StoreError) -> [Message]
    func countMessages(_ query: HistoryMessageQuery) async throws(StoreError) -> Int
    /// By last message, newest first.
    func chats(session: String?, search: String?, offset: Int, limit: Int) async throws(StoreError) -> (
        chats: [ChatSummary], total: Int
    )
    /// By id.
    func contacts(session: String?, search: String?, offset: Int, limit: Int) async throws(StoreError) -> (
        contacts: [Contact], total: Int
    )
    func groups(session: String?, search: String?, offset: Int, limit: Int) async throws(StoreError) -> (
        groups: [Group], total: Int
    )
}

/// The key of an entry in the directory.
package struct DirectoryEntryKey: Sendable, Hashable {
    package var session: String
    /// The JID of a contact or group.
    package var id: String

    package init(session: String, id: String) {
        self.session = session
        self.id = id
    }
}

/// Selects messages; nil matches all.
package struct HistoryMessageQuery: Sendable {
    package var session: String?
    package var chat: String?
    package var type: String?
    package var isOutbound: Bool?
    package var since: Timestamp?
    package var until: Timestamp?

    package init(
        session: String? = nil,
        chat: String? = nil,
        type: String? = nil,
        isOutbound: Bool? = nil,
        since: Timestamp? = nil,
        until: Timestamp? = nil
    ) {
        self.session = session
        self.chat = chat
        self.type = type
        self.isOutbound = isOutbound
        self.since = since
        self.until = until
    }
}
