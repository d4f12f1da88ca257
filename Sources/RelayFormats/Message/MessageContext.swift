internal import RelayCore
internal import RelayJSON

/// The context of a message besides its content: the quoted message, mentions, forwarding, the advertisement.
struct MessageContext {
    var quoted: JSONObject?
    private var mentions: [JSON] = []
    var isForwarded = false
    /// Whether WhatsApp marks the message as forwarded many times.
    var isFrequentlyForwarded = false
    /// The product that the sender asks about.
    var referredProduct: JSONObject?
    /// Where the contact came from; nil when nothing is known.
    var referral: Referral?
    private(set) var isEphemeral = false

    /// Whether all fields are empty.
    var isEmpty: Bool { quoted == nil && mentions.isEmpty && !isForwarded && referral == nil && !isEphemeral }

    init() {}

    /// Makes a context from fields that the format reads itself.
    init(quoted: JSONObject?, isForwarded: Bool = false, referral: Referral? = nil) {
        self.quoted = quoted
        self.isForwarded = isForwarded
        self.referral = referral
    }

    /// - Parameter info: the `contextInfo` of a content node.
    init(_ info: JSONObject?) {
        guard let info else { return }
        isForwarded = info.flag("isForwarded") || (GatewayNumberReader.integer(info["forwardingScore"]) ?? 0) > 0
        isEphemeral = (GatewayNumberReader.integer(info["expiration"]) ?? 0) > 0
        mentions = (info["mentionedJid"]?.array ?? []).compactMap { mention in
            mention.string.flatMap { JID($0) }.map(Self.mentioned)
        }
        quoted = Self.quoted(info)
        referral = Referral(contextInfo: info).known
    }

    func append(to payload: inout JSONObject) {
        if let quoted { payload.append("quoted", .object(quoted)) }
        payload.append("forwarded", raised: isForwarded)
        payload.append("frequentlyForwarded", raised: isFrequentlyForwarded)
        if !mentions.isEmpty { payload.append("mentions", .array(mentions)) }
        if let referredProduct { payload.append("referredProduct", .object(referredProduct)) }
        if let referral { payload.append("referral", .object(referral.object)) }
    }

    /// A mentioned person. `enrich` adds what the directory knows.
    private static func mentioned(_ person: JID) -> JSON {
        [
            "id": .string(person.description), "lid": person.isLID ? .string(person.description) : .null,
            "phone": person.phone.map(JSON.string) ?? .null, "name": .null,
        ]
    }

    private static func quoted(_ info: JSONObject) -> JSONObject? {
        guard let id = info.text("stanzaId") else { return nil }
        var quoted = JSONObject()
        quoted.append("messageId", .string(id))
        quoted.append("participant", orNull: info.jid("participant")?.description)
        let content = info["quotedMessage"]?.object.map { MessageContent(quoted: UnwrappedMessage($0)) }
        quoted.append("type", orNull: content?.type)
        quoted.append("text", orNull: content?.summary)
        // A reply to a status contains the chat of the quoted status.
        quoted.append("chatId", known: info.jid("remoteJid")?.description)
        return quoted
    }
}
