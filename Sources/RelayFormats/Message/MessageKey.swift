internal import RelayCore
internal import RelayJSON

/// Where a message is and who wrote it, from the key that Baileys gives every message.
struct MessageKey {
    /// WhatsApp's id of the message.
    let id: String?
    let isFromMe: Bool
    /// The conversation; nil when the key names none.
    let chat: PersonIdentity?
    /// The author; nil when that is us, or not told.
    let author: PersonIdentity?
    /// The broadcast list that a received message came by; its chat is the sender's then.
    let broadcastList: JID?

    /// - Parameter participant: the author as the message itself names it, where the key does not.
    init(_ key: JSONObject, participant: JID? = nil) {
        id = key.text("id")
        isFromMe = key.flag("fromMe")
        let remote = key.address("remoteJid")
        let member = PersonIdentity(
            key.address("participant") ?? participant,
            alternates: ["participantAlt", "participantPn", "participantLid"].map(key.address)
        )
        // Keys older than Baileys 7 name the sender of a direct message only; in our own messages that is us.
        let senders = isFromMe ? [] : ["senderPn", "senderLid"].map(key.address)
        let others = ["remoteJidAlt", "previousRemoteJid"].map(key.address)
        let direct = PersonIdentity(remote, alternates: others + senders)
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
            // Whoever receives a broadcast list's message has it in the chat with its sender.
            chat = isFromMe ? remote.map { PersonIdentity($0) } : member
            author = isFromMe ? nil : member
            broadcastList = remote
        case .newsletter:
            chat = remote.map { PersonIdentity($0) }
            author = isFromMe ? nil : remote.map { PersonIdentity($0) }
            broadcastList = nil
        case .direct:
            chat = direct
            author = isFromMe ? nil : direct
            broadcastList = nil
        }
    }
}
