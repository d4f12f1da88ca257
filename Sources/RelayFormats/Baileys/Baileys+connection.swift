internal import RelayCore
internal import RelayJSON

/// `connection.update`, and baileys-api's rewriting of it (`qrDataUrl`, `error`).
extension BaileysReader {
    /// What WhatsApp means by closing with a code (reference whatsapp.md, B.1).
    private static let closeReasons: [Int64: String] = [
        401: "logged_out", 402: "account_blocked", 403: "forbidden", 406: "account_banned", 408: "connection_lost",
        411: "multidevice_mismatch", 428: "connection_closed", 440: "replaced", 500: "bad_session", 503: "unavailable",
        515: "restart_required",
    ]
    /// After these, only pairing anew helps.
    private static let finalCodes: Set<Int64> = [401, 402, 403, 406]

    func connection(_ data: JSON, at pointer: String) throws(FormatError) -> [NewEvent] {
        let data = try object(data, at: pointer)
        switch data.text("connection") {
        case "open": return [opened(data)]
        case "close": return [closed(data)]
        default: return code(data).map { [$0] } ?? []
        }
    }

    private func code(_ data: JSONObject) -> NewEvent? {
        let code: String?
        let isImage: Bool
        if let text = data.text("qr") {
            code = text
            isImage = false
        } else if let url = data.text("qrDataUrl") {
            let image = url.hasPrefix("data:") ? url.drop { $0 != "," }.dropFirst() : url[...]
            code = image.isEmpty ? nil : String(image)
            isImage = true
        } else {
            return nil
        }
        var payload = JSONObject()
        payload.append("qr_code", orNull: code)
        payload.append("generated_at", .string(receivedAt.iso8601))
        payload.append("format", .string(isImage ? "image" : "text"))
        let key = code.map { "\(EventType.sessionQRUpdated.name)|\(DedupKey.fingerprint($0.utf8))" }
        return event(.sessionQRUpdated, chat: nil, key: key, payload)
    }

    private func opened(_ data: JSONObject) -> NewEvent {
        let account = (data["user"] ?? data["me"])?.object
        let phone = account?.address("id")?.phone ?? own.lazy.compactMap(\.phone).first
        var payload = JSONObject()
        payload.append("connected_at", .string(receivedAt.iso8601))
        payload.append("phone_number", orNull: phone)
        payload.append("error", known: data.text("error"))
        return event(.sessionConnected, chat: nil, payload)
    }

    private func closed(_ data: JSONObject) -> NewEvent {
        let last = data["lastDisconnect"]?.object
        let error = last?["error"]?.object
        let output = error?["output"]?.object
        let code = WireNumber.integer(output?["statusCode"] ?? output?["payload"]?["statusCode"])
        let moment = WireTime.timestamp(last?["date"])
        let reason =
            code.flatMap { Self.closeReasons[$0] } ?? error?.text("message")
            ?? output?["payload"]?.object?.text("message") ?? data.text("error") ?? "unknown"
        var payload = JSONObject()
        payload.append("reason", .string(reason))
        payload.append("disconnected_at", .string((moment ?? receivedAt).iso8601))
        payload.append("code", orNull: code)
        payload.append("recoverable", .bool(code.map { !Self.finalCodes.contains($0) } ?? true))
        let type = EventType.sessionDisconnected
        let key = moment.map { "\(type.name)|\(code ?? 0)|\($0.milliseconds)" }
        return event(type, chat: nil, at: moment, key: key, payload)
    }
}
