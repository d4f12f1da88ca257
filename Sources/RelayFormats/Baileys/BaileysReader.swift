internal import RelayCore
internal import RelayJSON

/// Turns one event of Baileys into events of the relay. Readers of other gateways use it too, when their events have
/// the shape of Baileys' events or can be converted to it.
struct BaileysReader: GatewayEventReader {
    let gateway: String
    let session: String
    let receivedAt: Timestamp
    /// The account's own JIDs, as far as the document contains them.
    let own: Set<JID>
    /// The account's phone number in digits; nil when the document does not contain it.
    let ownPhone: String?
    let batch: BatchDocumentReader
    /// See ``MessageFacts/changesMayLackChat``.
    let changesMayLackChat: Bool
    /// Files that the envelope carries outside the messages: base64 by message id.
    private let files: JSONObject

    init(session: String, receivedAt: Timestamp, envelope: JSONObject, batch: BatchDocumentReader) {
        self.init(
            session: session,
            receivedAt: receivedAt,
            batch: batch,
            account: envelope["me"] ?? envelope["user"],
            files: envelope["extra"]?["media"]?.object ?? JSONObject()
        )
    }

    /// - Parameters:
    ///   - account: the account's JID, or an object with `id` and `lid`, which some bridges add.
    ///   - gateway: the gateway's name, for error messages.
    ///   - changesMayLackChat: see ``MessageFacts/changesMayLackChat``.
    init(
        session: String,
        receivedAt: Timestamp,
        batch: BatchDocumentReader,
        account: JSON?,
        gateway: String = BaileysFormat.gateway,
        changesMayLackChat: Bool = false,
        files: JSONObject = JSONObject()
    ) {
        self.session = session
        self.receivedAt = receivedAt
        self.batch = batch
        self.gateway = gateway
        self.changesMayLackChat = changesMayLackChat
        self.files = files
        var own = [account?.string, account?.object?.text("id"), account?.object?.text("lid")]
            .compactMap { $0.flatMap { JID($0) } }
        // Many bridges name sessions by the phone number.
        let digits = session.drop { $0 == "+" }
        if digits.utf8.count >= 8, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let jid = JID("\(digits)@s.whatsapp.net")
        {
            own.append(jid)
        }
        self.own = Set(own)
        ownPhone = own.lazy.compactMap(\.phone).first
    }

    static let handled: Set<String> = [
        "messages.upsert", "messages.update", "messages.reaction", "messages.delete", "message-receipt.update",
        "connection.update", "contacts.upsert", "contacts.update", "chats.upsert", "chats.update", "groups.upsert",
        "groups.update", "group-participants.update", "presence.update", "call", "lid-mapping.update",
        "messaging-history.set",
    ]

    func events(named name: String, data: JSON, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        switch name {
        case "messages.upsert": try upsert(data, at: pointer)
        case "messages.update": try each(data, at: pointer, messageUpdate)
        case "messages.reaction": try each(data, at: pointer, reaction)
        case "messages.delete": try deletion(data, at: pointer)
        case "message-receipt.update": try each(data, at: pointer, receipt)
        case "connection.update": try connection(data, at: pointer)
        case "contacts.upsert", "contacts.update": try each(data, at: pointer, contact)
        case "chats.upsert", "chats.update": try each(data, at: pointer, chat)
        case "groups.upsert", "groups.update": try each(data, at: pointer, group)
        case "group-participants.update": try participants(data, at: pointer)
        case "presence.update": try presence(data, at: pointer)
        case "call": try each(data, at: pointer, call)
        case "lid-mapping.update": try each(data, at: pointer, mapping)
        case "messaging-history.set": try history(data, at: pointer)
        default: []
        }
    }

    /// The file that the envelope carries for a message.
    func file(of id: String) -> JSON? { files.embeddedFile(id) }

    func id(of key: BaileysMessageKey, at pointer: String) throws(InvalidDocumentError) -> String {
        guard let id = key.id else { throw wrong("must be the message's id, a text", at: pointer + "/id") }
        return id
    }

    /// The facts about the message that `key` identifies, to start an event about that message.
    func facts(of key: BaileysMessageKey, at moment: Timestamp?) -> MessageFacts {
        MessageFacts(
            id: key.id ?? "",
            chat: key.chat,
            author: key.author,
            isFromMe: key.isFromMe,
            content: MessageContent(type: "deleted", content: nil),
            sentAt: moment,
            receivedAt: receivedAt,
            broadcastList: key.broadcastList,
            changesMayLackChat: changesMayLackChat
        )
    }
}
