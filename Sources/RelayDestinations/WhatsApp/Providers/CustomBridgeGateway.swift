internal import RelayCore
internal import RelayJSON

/// A custom bridge, for example for Baileys: one URL accepts `{action, session, chatId, messageId, …}` and returns
/// `{messageId}`. It must send the message with the given id, so that a repetition is recognized.
struct CustomBridgeGateway: WhatsAppGatewayAdapter {
    var choosesID: Bool { true }
    /// A bridge runs near the relay and can reach it.
    var handover: AttachmentTransferMode { .link }

    func send(_ part: OutboundMessageRequest.SingleMessage, of command: OutboundMessageRequest)
        throws(OutboundMessageRequestError) -> GatewayRequest
    {
        var body: JSONObject = [
            "action": "send",
            "session": .string(command.session),
            "chatId": .string(command.chat.description),
            "messageId": .string(command.messageID(of: part)),
            "type": .string(part.attachment?.kind.rawValue ?? "text"),
            "text": part.text.map(JSON.string) ?? .null,
        ]
        if let file = part.attachment {
            var media: JSONObject = ["url": .string(file.url)]
            if let mimetype = file.mimetype { media["mimetype"] = .string(mimetype) }
            if let name = file.fileName { media["fileName"] = .string(name) }
            if file.isVoice { media["voice"] = true }
            body["media"] = .object(media)
        }
        if let quoted = command.quoted { body["quoted"] = ["messageId": .string(quoted.messageID)] }
        return GatewayRequest(path: "", body: .json(body))
    }

    func revoke(_ message: String, of command: OutboundMessageRequest) throws(OutboundMessageRequestError)
        -> GatewayRequest
    {
        GatewayRequest(
            path: "",
            body: .json([
                "action": "revoke", "session": .string(command.session),
                "chatId": .string(command.chat.description), "messageId": .string(message),
            ])
        )
    }

    func messageID(in answer: JSON) -> String? {
        answer["messageId"]?.string ?? answer["id"]?.string ?? answer["key"]?["id"]?.string
    }
}
