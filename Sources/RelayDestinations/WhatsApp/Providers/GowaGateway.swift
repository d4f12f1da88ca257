internal import RelayCore
internal import RelayJSON

/// gowa (go-whatsapp-web-multidevice): `/send/message` and similar paths, with user and password, and `X-Device-Id` for
/// the device.
struct GowaGateway: WhatsAppGatewayAdapter {
    /// `Basic …` or `Bearer …`.
    let authorization: String?
    /// The device; nil: the only device of gowa.
    let instance: String?

    func send(_ part: OutboundMessageRequest.SingleMessage, of command: OutboundMessageRequest)
        throws(OutboundMessageRequestError) -> GatewayRequest
    {
        var body: JSONObject = ["phone": .string(command.chat.description)]
        if let quoted = command.quoted { body["reply_message_id"] = .string(quoted.messageID) }
        guard let file = part.attachment else {
            body["message"] = .string(part.text ?? "")
            return request("/send/message", body)
        }
        if let text = part.text { body["caption"] = .string(text) }
        if file.kind == .audio { body["ptt"] = .bool(file.isVoice) }
        let field = file.kind == .document ? "file" : file.kind.rawValue
        guard file.bytes != nil else {
            body["\(field)_url"] = .string(file.url)
            return request("/send/\(field)", body)
        }
        var request = request("/send/\(field)", [:])
        let fields = body.map { GatewayFormFields.FormField(name: $0.key, value: $0.value.string ?? $0.value.text) }
        request.body = .form(GatewayFormFields(fields: fields, fileField: field, file: file))
        return request
    }

    func revoke(_ message: String, of command: OutboundMessageRequest) throws(OutboundMessageRequestError)
        -> GatewayRequest
    {
        request("/message/\(URLPathEncoding.encoded(message))/revoke", ["phone": .string(command.chat.description)])
    }

    func messageID(in answer: JSON) -> String? { answer["results"]?["message_id"]?.string }

    func problem(in answer: JSON) -> String? {
        guard let code = answer["code"]?.string, code != "SUCCESS" else { return nil }
        return "gowa answered \(code)" + (GatewayErrorBody(answer).reason.map { ": " + $0 } ?? "")
    }

    private func request(_ path: String, _ body: JSONObject) -> GatewayRequest {
        var headers: [String: String] = [:]
        if let authorization { headers["Authorization"] = authorization }
        if let instance { headers["X-Device-Id"] = instance }
        return GatewayRequest(path: path, headers: headers, body: .json(body))
    }
}
