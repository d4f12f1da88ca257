internal import RelayCore
internal import RelayJSON

/// WAHA: `/api/sendText` and similar paths, with the session in the body and the header `X-Api-Key`.
struct WAHAGateway: WhatsAppGatewayAdapter {
    let token: String
    /// The session's name in WAHA; nil: the same name.
    let instance: String?

    func send(_ part: OutboundMessageRequest.SingleMessage, of command: OutboundMessageRequest)
        throws(OutboundMessageRequestError) -> GatewayRequest
    {
        var body: JSONObject = [
            "session": .string(instance ?? command.session), "chatId": .string(chatID(command.chat)),
        ]
        if let quoted = command.quoted { body["reply_to"] = .string(id(quoted, in: command.chat)) }
        guard let file = part.attachment else {
            body["text"] = .string(part.text ?? "")
            return request("sendText", body)
        }
        var description: JSONObject =
            file.bytes.map { ["data": .string(Base64.encode($0))] } ?? ["url": .string(file.url)]
        if let mimetype = file.bytes == nil ? file.mimetype : file.type { description["mimetype"] = .string(mimetype) }
        if let name = file.fileName { description["filename"] = .string(name) }
        body["file"] = .object(description)
        if let text = part.text { body["caption"] = .string(text) }
        switch file.kind {
        case .image:
            return request("sendImage", body)
        case .video:
            body["convert"] = true
            return request("sendVideo", body)
        case .audio:
            body["convert"] = true
            return request("sendVoice", body)
        case .document:
            return request("sendFile", body)
        }
    }

    func revoke(_ message: String, of command: OutboundMessageRequest) throws(OutboundMessageRequestError)
        -> GatewayRequest
    {
        let chat = chatID(command.chat)
        // WAHA's ids of messages from the account are `true_CHAT_ID`.
        let id = message.contains("_") ? message : "true_\(chat)_\(message)"
        let session = URLPathEncoding.encoded(instance ?? command.session)
        return GatewayRequest(
            method: "DELETE",
            path: "/api/\(session)/chats/\(URLPathEncoding.encoded(chat))/messages/\(URLPathEncoding.encoded(id))",
            headers: ["X-Api-Key": token]
        )
    }

    /// `id` is a string, or an object with `id` and `_serialized`, depending on the engine; NOWEB has WhatsApp's `key`.
    func messageID(in answer: JSON) -> String? {
        let id =
            answer["key"]?["id"]?.string ?? answer["id"]?["id"]?.string ?? answer["id"]?["_serialized"]?.string
            ?? answer["id"]?.string ?? answer["_data"]?["Info"]?["ID"]?.string
        // `true_CHAT_ID`, in groups followed by `_PARTICIPANT`.
        guard let id, id.hasPrefix("true_") || id.hasPrefix("false_") else { return id }
        let parts = id.split(separator: "_")
        return parts.count > 2 ? String(parts[2]) : id
    }

    /// WEBJS finds messages only by `fromMe_CHAT_ID`, the other engines also by WhatsApp's id. In groups the id would
    /// need the author, who is unknown here.
    private func id(_ quoted: OutboundMessageRequest.QuotedMessage, in chat: JID) -> String {
        guard !chat.isGroup, !quoted.messageID.contains("_") else { return quoted.messageID }
        return "\(quoted.isOurs == true)_\(chatID(chat))_\(quoted.messageID)"
    }

    private func request(_ action: String, _ body: JSONObject) -> GatewayRequest {
        GatewayRequest(path: "/api/" + action, headers: ["X-Api-Key": token], body: .json(body))
    }

    private func chatID(_ chat: JID) -> String { chat.phone.map { $0 + "@c.us" } ?? chat.description }
}
