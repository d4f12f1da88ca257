internal import RelayCore
internal import RelayJSON

/// `Message` and `SendMessage` (sent by the API), and the wiki's `MESSAGE`.
extension EvolutionGoReader {
    func message(_ data: JSONObject, isSent: Bool, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        if data["key"] != nil || data["messages"] != nil {
            return try evolution.messages(.object(data), at: pointer, isSent: isSent)
        }
        guard let info = data["Info"]?.object, let message = WhatsmeowToBaileysConversion(data) else {
            throw wrong("must be an object with Chat, Sender and ID", at: pointer + "/Info")
        }
        _ = try text(info, "ID", "the message's id, a text", at: pointer + "/Info")
        _ = try jid(info, "Chat", "the chat's JID", at: pointer + "/Info")
        if let content = data["Message"], content != .null, content.object == nil {
            throw wrong("must be an object, or null", at: pointer + "/Message")
        }
        var event = try baileys.message(message.webMessage, at: pointer, isHistory: false, extras: message.extras)
        if let name = data["groupData"]?.object?.text("Name"), event?.payload["isGroup"] == true {
            event?.payload["groupName"] = .string(name)
            event?.payload["chatName"] = .string(name)
        }
        return event.map { [$0] } ?? []
    }
}
