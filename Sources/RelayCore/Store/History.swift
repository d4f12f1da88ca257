/// The directory of names, as pipelines read it: what the store knows of those whom events name.
public protocol DirectoryStore: Sendable {
    func contacts(_ ids: Set<DirectoryKey>) async throws(StoreError) -> [Contact]
    func groups(_ ids: Set<DirectoryKey>) async throws(StoreError) -> [Group]
    /// Who is behind hidden identities: the contacts that have one of them as ``Contact/lid``.
    func contacts(lids: Set<DirectoryKey>) async throws(StoreError) -> [Contact]
}

/// Message history and the directory of names: written by pipelines' commits, read here.
public protocol History: DirectoryStore {
    /// Newest first.
    func messages(_ query: MessageQuery, offset: Int, limit: Int) async throws(StoreError) -> [Message]
    func countMessages(_ query: MessageQuery) async throws(StoreError) -> Int
    /// By last message, newest first.
    func chats(session: String?, search: String?, offset: Int, limit: Int) async throws(StoreError) -> (
        chats: [Chat], total: Int
    )
    /// By id.
    func contacts(session: String?, search: String?, offset: Int, limit: Int) async throws(StoreError) -> (
        contacts: [Contact], total: Int
    )
    func groups(session: String?, search: String?, offset: Int, limit: Int) async throws(StoreError) -> (
        groups: [Group], total: Int
    )
}

/// An entry's place in the directory.
public struct DirectoryKey: Sendable, Hashable {
    public var session: String
    /// The canonical address of a contact or group.
    public var id: String

    public init(session: String, id: String) {
        self.session = session
        self.id = id
    }
}

/// Which messages are meant; nil means any.
public struct MessageQuery: Sendable {
    public var session: String?
    public var chat: String?
    public var type: String?
    public var isOutbound: Bool?
    public var since: Timestamp?
    public var until: Timestamp?

    public init(
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
