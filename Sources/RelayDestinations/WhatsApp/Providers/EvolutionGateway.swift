internal import RelayCore
internal import RelayJSON

/// Evolution API v2: `/message/sendText/INSTANCE` and similar paths, with the header `apikey`. It accepts `messageId`
/// from 2.4 on; older versions ignore it.
struct EvolutionGateway: WhatsAppGatewayAdapter {
    let token: String
    /// The instance; nil: it has the session's name.
    let instance: String?

    var choosesID: Bool { true }

    func send(_ part: OutboundMessageRequest.SingleMessage, of command: OutboundMessageRequest)
        throws(OutboundMessageRequestError) -> GatewayRequest
    {
        var body: JSONObject = [
            "number": .string(number(command.chat)), "messageId": .string(command.messageID(of: part)),
        ]
        if let quoted = command.quoted {
            body["quoted"] = ["key": ["id": .string(quoted.messageID), "remoteJid": .string(command.chat.description)]]
        }
        guard let file = part.attachment else {
            body["text"] = .string(part.text ?? "")
            return request("sendText", command, body)
        }
        if file.kind == .audio {
            body["audio"] = content(of: file)
            body["encoding"] = true
            return request("sendWhatsAppAudio", command, body)
        }
        body["mediatype"] = .string(file.kind.rawValue)
        body["media"] = content(of: file)
        if let mimetype = file.bytes == nil ? file.mimetype : file.type { body["mimetype"] = .string(mimetype) }
        if let name = file.fileName { body["fileName"] = .string(name) }
        if let text = part.text { body["caption"] = .string(text) }
        return request("sendMedia", command, body)
    }

    func revoke(_ message: String, of command: OutboundMessageRequest) throws(OutboundMessageRequestError)
        -> GatewayRequest
    {
        GatewayRequest(
            method: "DELETE",
            path: "/chat/deleteMessageForEveryone/" + URLPathEncoding.encoded(instance ?? command.session),
            headers: ["apikey": token],
            body: .json(["id": .string(message), "remoteJid": .string(command.chat.description), "fromMe": true])
        )
    }

    func messageID(in answer: JSON) -> String? { answer["key"]?["id"]?.string }

    private func request(_ action: String, _ command: OutboundMessageRequest, _ body: JSONObject) -> GatewayRequest {
        GatewayRequest(
            path: "/message/\(action)/" + URLPathEncoding.encoded(instance ?? command.session),
            headers: ["apikey": token],
            body: .json(body)
        )
    }

    /// A URL, or the bytes in base64 without a `data:` prefix.
    private func content(of file: OutboundMessageRequest.Attachment) -> JSON {
        .string(file.bytes.map { Base64.encode($0) } ?? file.url)
    }

    /// The digits of a phone JID; any other JID unchanged.
    private func number(_ chat: JID) -> String { chat.phone ?? chat.description }
}
