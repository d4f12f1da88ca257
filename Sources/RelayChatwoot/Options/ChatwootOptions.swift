public import RelayConfig
internal import RelayCore

/// `type: chatwoot`: the account and inbox that conversations go to, and what agents see there of WhatsApp.
///
/// Timeout, ordering, retry and event types are common to all kinds. Several inboxes or accounts are several
/// destinations, each with its `sessions`.
public struct ChatwootOptions: DestinationOptions {
    public static let kind = "chatwoot"
    public static let summary = "Brings conversations into a Chatwoot inbox of the type API."
    public static let example = """
        url: https://chatwoot.example.com
        account: 1
        inbox: 7
        token: "${CHATWOOT_TOKEN:-an agent's access token}"
        """
    public static let fields = access + shown + changes + conversations + wording

    /// Chatwoot's address, without a slash at its end.
    public let url: String
    public let account: Int
    public let inbox: Inbox
    /// The access token of a user: an agent of the inbox, or an administrator where the relay makes the inbox.
    public let token: String
    /// The inbox's identifier for the public API; nil: it is asked for.
    public let inboxIdentifier: String?
    public let sessions: SessionFilter

    public let groups: GroupPolicy
    public let ownMessages: OwnMessages
    /// Whether messages sent from the phone may open a conversation.
    public let opensForOwn: Bool
    public let edits: Following
    public let deletes: Deletes
    public let reactions: Following
    public let votes: Following
    public let calls: Calls
    public let groupChanges: Changes
    /// Whether messages of a history synchronization are forwarded.
    public let history: Bool
    public let media: MediaPolicy
    /// In bytes; a larger file is linked.
    public let maxSize: Int

    public let reopen: Reopen
    public let contactNames: ContactNames
    public let receipts: Bool
    public let typing: Bool
    public let alerts: Bool

    public let language: Language
    public let signNames: Bool
    /// A message this late says when it was sent.
    public let latePrefix: Duration
    public let clock: ClockOffset

    /// Which inbox of the account.
    public enum Inbox: Sendable, Hashable {
        case id(Int)
        /// The one of this name; where there is none, the relay makes it.
        case named(String)
    }

    public init(_ options: Options) throws {
        var url = try options(Self.url)
        guard !url.contains("?"), !url.contains("#") else {
            throw options.fail(Self.url, "the address has a query", help: "write the address without it")
        }
        while url.hasSuffix("/") { url.removeLast() }
        guard !url.hasSuffix("/api/v1") else {
            throw options.fail(Self.url, "the address has the API's path", help: "write it without /api/v1")
        }
        self.url = url
        account = try options(Self.account)
        switch (try options(Self.inbox), try options(Self.createInbox)) {
        case (let id?, nil): inbox = .id(id)
        case (nil, let name?): inbox = .named(name)
        case (nil, nil):
            throw options.fail(
                "it needs \"inbox\" or \"create_inbox\"",
                help: "add inbox: the number in the inbox's address in Chatwoot, or create_inbox: a name"
            )
        case (_?, _?):
            throw options.fail(Self.createInbox, "\"inbox\" says which already", help: "keep one of them")
        }
        token = try options(Self.token)
        inboxIdentifier = try options(Self.inboxIdentifier)
        sessions = try options(Self.sessions)

        groups = try options(Self.groups)
        ownMessages = try options(Self.ownMessages)
        opensForOwn = try options(Self.openForOwn)
        edits = try options(Self.edits)
        deletes = try options(Self.deletes)
        reactions = try options(Self.reactions)
        votes = try options(Self.votes)
        calls = try options(Self.calls)
        groupChanges = try options(Self.groupChanges)
        history = try options(Self.history)
        media = try options(Self.media)
        maxSize = try options(Self.maxSize)

        reopen = try options(Self.reopen)
        contactNames = try options(Self.contactNames)
        receipts = try options(Self.receipts)
        typing = try options(Self.typing)
        alerts = try options(Self.alerts)

        language = try options(Self.language)
        signNames = try options(Self.signNames)
        latePrefix = try options(Self.latePrefix)
        clock = try options(Self.utcOffset)
    }
}
