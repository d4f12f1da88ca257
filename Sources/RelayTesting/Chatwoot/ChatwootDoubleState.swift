internal import RelayCore
internal import RelayJSON

/// The tables of an installation. All code that reads or changes them is in extensions of this type and runs under the
/// double's lock, so that a request is one transaction.
struct ChatwootDoubleState: Sendable {
    typealias Double = ChatwootDouble

    let profile: Double.Release
    let options: Double.Options
    /// The base URL of the installation, used in all URLs that it returns.
    var baseURL = ""
    /// The time of the current request.
    var now: Timestamp
    var throttle = ChatwootDoubleRateLimiter()
    var chaos: ChatwootDoubleFaults

    var accounts: [Int: Double.Account] = [:]
    var users: [Int: Double.User] = [:]
    var bots: [Int: Double.AgentBot] = [:]
    var actors: [String: ChatwootDoubleRequest.Actor] = [:]
    var inboxes: [Int: Double.Inbox] = [:]
    var contacts = ChatwootDoubleContactTable()
    var contactInboxes = ChatwootDoubleContactInboxTable()
    var conversations = ChatwootDoubleConversationTable()
    var messages: [Int: Double.Message] = [:]
    var blobs: [String: ChatwootDoubleBlob] = [:]
    /// The defined contact attributes of each account: only these can be used in filters.
    var attributeDefinitions: [Int: Set<String>] = [:]

    var typing: [Double.Typing] = []
    var whatsAppPosts: [Double.WhatsAppPost] = []
    var webhooks: [Double.WebhookCall] = []
    /// Webhooks that are not sent yet, as indices of ``webhooks``.
    var unsentWebhooks: [UnsentWebhook] = []

    private var lastIDs: [IDKind: Int] = [:]
    private var lastDisplayIDs: [Int: Int] = [:]
    private var lastToken = 0

    enum IDKind { case account, user, bot, inbox, channel, contact, contactInbox, conversation, message, attachment }

    struct UnsentWebhook: Sendable {
        let index: Int
        /// The message that is marked as failed when the webhook fails.
        let messageID: Int?
    }

    init(profile: Double.Release, options: Double.Options) {
        self.profile = profile
        self.options = options
        now = options.clock.wall
        chaos = ChatwootDoubleFaults(seed: options.seed)
    }

    mutating func nextID(_ kind: IDKind) -> Int {
        lastIDs[kind, default: 0] += 1
        return lastIDs[kind, default: 0]
    }

    mutating func nextDisplayID(account: Int) -> Int {
        lastDisplayIDs[account, default: 0] += 1
        return lastDisplayIDs[account, default: 0]
    }

    /// A unique token of 24 letters and digits, the same in every run.
    mutating func nextToken() -> String {
        lastToken += 1
        var value = UInt64(truncatingIfNeeded: lastToken) &* 0x9e37_79b9_7f4a_7c15
        var text = ""
        for _ in 0..<12 {
            let letters = Array("abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789")
            text.append(letters[Int(value >> 40) % letters.count])
            value = value &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        }
        let digits = String(lastToken, radix: 16)
        return text + String(repeating: "0", count: max(0, 12 - digits.count)) + digits
    }

    mutating func nextUUID() -> String {
        lastToken += 1
        let digits = String(UInt64(truncatingIfNeeded: lastToken) &* 0x9e37_79b9_7f4a_7c15 | 1 << 63, radix: 16)
        let number = String(lastToken, radix: 16)
        let tail = String(repeating: "0", count: max(0, 12 - number.count)) + number
        return
            "\(digits.prefix(8))-\(digits.dropFirst(8).prefix(4))-4\(digits.suffix(3))-8\(digits.suffix(6).prefix(3))-\(tail)"
    }
}

extension ChatwootDoubleState {
    func inbox(_ id: Int, account: Int) throws(ChatwootDoubleRefusalError) -> Double.Inbox {
        guard let inbox = inboxes[id], inbox.accountID == account else { throw .missing }
        return inbox
    }

    func contact(_ id: Int, account: Int) throws(ChatwootDoubleRefusalError) -> Double.Contact {
        guard let contact = contacts[id], contact.accountID == account else { throw .missing }
        return contact
    }

    /// Whether an actor can see an inbox: administrators all of the account, agents their own, bots those of their
    /// account.
    func mayShow(_ inbox: Double.Inbox, to actor: ChatwootDoubleRequest.Actor?) -> Bool {
        switch actor {
        case .user(let id):
            guard let user = users[id] else { return false }
            return user.role == .administrator || user.inboxes.contains(inbox.id)
        case .bot(let id): return bots[id]?.accountID == inbox.accountID
        case nil: return false
        }
    }

    func authorize(_ inbox: Double.Inbox, for call: ChatwootDoubleRequest) throws(ChatwootDoubleRefusalError) {
        if !mayShow(inbox, to: call.actor) { throw .notAllowed }
    }

    func isAdministrator(_ call: ChatwootDoubleRequest) -> Bool {
        guard case .user(let id) = call.actor else { return false }
        return users[id]?.role == .administrator
    }
}
