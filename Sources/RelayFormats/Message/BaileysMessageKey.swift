internal import RelayCore
internal import RelayJSON

/// The chat, the author and the id of a message, from the key that Baileys gives every message.
struct BaileysMessageKey {
    /// WhatsApp's id of the message.
    let id: String?
    let isFromMe: Bool
    /// The chat; nil when the key names none.
    let chat: PersonIdentity?
    /// The author; nil when it is the account itself, or unknown.
    let author: PersonIdentity?
    /// The broadcast list through which a message was received; its chat is then the sender's.
    let broadcastList: JID?

    /// Members with other JIDs of the author in a group.
    private static let members = ["participantAlt", "participantPn", "participantLid"]
    /// Members with other JIDs of a direct chat.
    private static let chats = ["remoteJidAlt", "previousRemoteJid"]
    /// The same for received messages. Before Baileys 7, a key names only the sender of a direct message; for sent
    /// messages that is the account itself.
    private static let senders = chats + ["senderPn", "senderLid"]

    /// - Parameter participant: the author from the message, used when the key names none.
    init(_ key: JSONObject, participant: JID? = nil) {
        id = key.text("id")
        isFromMe = key.flag("fromMe")
        let remote = key.jid("remoteJid")
        let member = PersonIdentity(key.jid("participant") ?? participant, alternates: Self.members, of: key)
        switch remote?.chatKind {
        case nil:
            chat = nil
            author = isFromMe ? nil : member
            broadcastList = nil
        case .group, .status:
            chat = remote.map { PersonIdentity($0) }
            author = member
            broadcastList = nil
        case .broadcast:
            // The recipient of a broadcast list's message has it in the chat with its sender.
            chat = isFromMe ? remote.map { PersonIdentity($0) } : member
            author = isFromMe ? nil : member
            broadcastList = remote
        case .newsletter:
            chat = remote.map { PersonIdentity($0) }
            author = isFromMe ? nil : remote.map { PersonIdentity($0) }
            broadcastList = nil
        case .direct:
            let direct = PersonIdentity(remote, alternates: isFromMe ? Self.chats : Self.senders, of: key)
            chat = direct
            author = isFromMe ? nil : direct
            broadcastList = nil
        }
    }
}
