package import RelayConfig
internal import RelayCore

/// `type: chatwoot`: the account and inbox that receive the conversations, and how WhatsApp's messages are shown there.
///
/// Timeout, ordering, retry and event types are common to all kinds. Use one destination for each inbox or account,
/// each with its `sessions`.
package struct ChatwootDestinationOptions: DestinationOptions {
    package static let kind = "chatwoot"
    package static let summary = "Writes conversations into a Chatwoot inbox of the type API."
    package static let example = """
        url: https://chatwoot.example.com
        account: 1
        inbox: 7
        token: "${CHATWOOT_TOKEN:-an agent's access token}"
        """
    package static let fields = access + shown + changes + conversations + wording

    /// Chatwoot's URL, without a trailing slash.
    package let url: String
    package let account: Int
    package let inbox: Inbox
    /// The access token of a user: an agent of the inbox, or an administrator when the relay creates the inbox.
    package let token: String
    /// The inbox's identifier in the public API; nil: the relay requests it from Chatwoot.
    package let inboxIdentifier: String?
    package let sessions: SessionFilter

    package let groups: GroupForwardingPolicy
    package let ownMessages: OwnMessageDisplayPolicy
    /// Whether messages sent from the phone may open a conversation.
    package let opensForOwn: Bool
    package let edits: MessageChangeDisplayPolicy
    package let deletes: DeletedMessageDisplayPolicy
    package let reactions: MessageChangeDisplayPolicy
    package let votes: MessageChangeDisplayPolicy
    package let calls: CallDisplayPolicy
    package let groupChanges: GroupChangeDisplayPolicy
    /// Whether messages of a history synchronization are forwarded.
    package let history: Bool
    package let media: MediaUploadMode
    /// In bytes; larger files are linked.
    package let maxSize: Int

    package let reopen: ConversationReopenPolicy
    package let contactNames: ContactNameUpdatePolicy
    package let receipts: Bool
    package let typing: Bool
    package let alerts: Bool

    package let language: AgentNoticeLanguage
    package let signNames: Bool
    /// A message older than this is shown with the time at which it was sent.
    package let latePrefix: Duration
    package let clock: UTCOffset

    /// How the inbox is chosen.
    package enum Inbox: Sendable, Hashable {
        case id(Int)
        /// The inbox with this name; the relay creates it when there is none.
        case named(String)
    }

    package init(_ options: OptionReader) throws {
        url = Self.base(try options(Self.url))
        account = try options(Self.account)
        inbox = try options(Self.inbox).map(Inbox.id) ?? .named(try options(Self.createInbox) ?? "")
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

    /// The URL without slashes at its end.
    private static func base(_ url: String) -> String {
        var url = url
        while url.hasSuffix("/") { url.removeLast() }
        return url
    }

    package static func conflicts(of options: OptionReader) -> [any Error] {
        var conflicts: [any Error] = []
        if let address = options.valid(url) {
            if address.contains("?") {
                conflicts.append(options.fail(url, "the URL has a query", help: "write the URL without it"))
            } else if base(address).hasSuffix("/api/v1") {
                conflicts.append(options.fail(url, "the address has the API's path", help: "write it without /api/v1"))
            }
        }
        switch (options.isSet(inbox), options.isSet(createInbox)) {
        case (false, false):
            conflicts.append(
                options.fail(
                    "it needs \"inbox\" or \"create_inbox\"",
                    help: "add inbox: the number in the inbox's URL in Chatwoot, or create_inbox: a name"))
        case (true, true):
            conflicts.append(options.fail(createInbox, "\"inbox\" says which already", help: "keep one of them"))
        case (true, false), (false, true): break
        }
        return conflicts
    }
}
