internal import RelayCore
internal import RelayJSON

/// Meta's Cloud API: `/PHONE_NUMBER_ID/messages` with a bearer token. It cannot delete a sent message.
struct CloudGateway: WhatsAppGatewayAdapter {
    let token: String
    let phoneNumberID: String

    func send(_ part: OutboundMessageRequest.SingleMessage, of command: OutboundMessageRequest)
        throws(OutboundMessageRequestError) -> GatewayRequest
    {
        guard command.chat.phone != nil || command.chat.isGroup else {
            throw OutboundMessageRequestError(
                "The Cloud API sends to phone numbers; of this person only a hidden identity is known.",
                .hiddenRecipient)
        }
        var body: JSONObject = [
            "messaging_product": "whatsapp",
            "recipient_type": command.chat.isGroup ? "group" : "individual",
            "to": .string(command.chat.isGroup ? command.chat.description : command.chat.user),
        ]
        if let quoted = command.quoted { body["context"] = ["message_id": .string(quoted.messageID)] }
        if let file = part.attachment {
            var media: JSONObject = file.uploadedID.map { ["id": .string($0)] } ?? ["link": .string(file.url)]
            if file.kind == .audio, file.isVoice { media["voice"] = true }
            if let text = part.text, file.kind != .audio { media["caption"] = .string(text) }
            if file.kind == .document, let name = file.fileName { media["filename"] = .string(name) }
            body["type"] = .string(file.kind.rawValue)
            body[file.kind.rawValue] = .object(media)
        } else {
            body["type"] = "text"
            body["text"] = ["body": .string(part.text ?? ""), "preview_url": true]
        }
        return GatewayRequest(
            path: "/\(URLPathEncoding.encoded(phoneNumberID))/messages",
            headers: ["Authorization": "Bearer \(token)"],
            body: .json(body)
        )
    }

    func upload(_ attachment: OutboundMessageRequest.Attachment) -> GatewayRequest? {
        guard attachment.bytes != nil else { return nil }
        let fields = [
            GatewayFormFields.FormField(name: "messaging_product", value: "whatsapp"),
            GatewayFormFields.FormField(name: "type", value: attachment.type),
        ]
        return GatewayRequest(
            path: "/\(URLPathEncoding.encoded(phoneNumberID))/media",
            headers: ["Authorization": "Bearer \(token)"],
            body: .form(GatewayFormFields(fields: fields, fileField: "file", file: attachment))
        )
    }

    func uploadedID(in answer: JSON) -> String? { answer["id"]?.string }

    func revoke(_ message: String, of command: OutboundMessageRequest) throws(OutboundMessageRequestError)
        -> GatewayRequest
    {
        throw OutboundMessageRequestError("The Cloud API cannot delete a message that was sent.")
    }

    func messageID(in answer: JSON) -> String? { answer["messages"]?[0]?["id"]?.string }
}
