internal import RelayCore
internal import RelayJSON

/// Makes the events of a session, which are the same for every format: a code to scan, connected, disconnected.
struct SessionEventBuilder {
    let session: String
    let receivedAt: Timestamp
    /// The time that the gateway reports; nil when it reports none.
    var at: Timestamp?
    /// The gateway's own id of the post, the same in every attempt; nil when it has none.
    var postingID: String?

    /// The meaning of WhatsApp's close codes (reference whatsapp.md, B.1).
    static let closeReasons: [Int64: String] = [
        401: "logged_out", 402: "account_blocked", 403: "forbidden", 406: "account_banned", 408: "connection_lost",
        411: "multidevice_mismatch", 428: "connection_closed", 440: "replaced", 500: "bad_session", 503: "unavailable",
        515: "restart_required",
    ]
    /// Codes after which the session must be paired again.
    private static let finalCodes: Set<Int64> = [401, 402, 403, 406]

    /// A code to scan. With all parameters nil, the event only reports that there is a code.
    /// - Parameters:
    ///   - image: the code as a picture, base64, with or without a `data:…;base64,` prefix.
    ///   - text: the text that the QR code encodes.
    ///   - pairingCode: the letters that the user can type instead.
    func code(image: String?, text: String?, pairingCode: String? = nil) -> ParsedEvent {
        let isImage = image != nil
        let picture = image.map { $0.hasPrefix("data:") ? String($0.drop { $0 != "," }.dropFirst()) : $0 }
        let code = isImage ? picture.flatMap { $0.isEmpty ? nil : $0 } : text
        var payload = JSONObject()
        payload.append("qr_code", orNull: code)
        payload.append("generated_at", .string((at ?? receivedAt).iso8601))
        if isImage || text != nil { payload.append("format", .string(isImage ? "image" : "text")) }
        if isImage { payload.append("code", known: text) }
        payload.append("pairing_code", known: pairingCode)
        return event(.sessionQRUpdated, key: code.map { DeduplicationKeyBuilder.fingerprint($0.utf8) }, payload)
    }

    /// - Parameter phone: the account's number in digits.
    func connected(phone: String?) -> ParsedEvent {
        var payload = JSONObject()
        payload.append("connected_at", .string((at ?? receivedAt).iso8601))
        payload.append("phone_number", orNull: phone)
        return event(.sessionConnected, key: nil, payload)
    }

    /// - Parameters:
    ///   - reason: the reason, when the code does not determine it.
    ///   - code: WhatsApp's close code, if there is one.
    ///   - recoverable: whether the gateway can connect again without pairing; nil: derived from the code.
    func disconnected(reason: String?, code: Int64?, recoverable: Bool? = nil) -> ParsedEvent {
        var payload = JSONObject()
        payload.append("reason", .string(code.flatMap { Self.closeReasons[$0] } ?? reason ?? "unknown"))
        payload.append("disconnected_at", .string((at ?? receivedAt).iso8601))
        payload.append("code", orNull: code)
        payload.append("recoverable", .bool(recoverable ?? code.map { !Self.finalCodes.contains($0) } ?? true))
        return event(.sessionDisconnected, key: at.map { "\(code ?? 0)|\($0.milliseconds)" }, payload)
    }

    /// - Parameter key: the deduplication key when the post has no id; nil when repetitions cannot be recognized.
    private func event(_ type: EventType, key: String?, _ payload: JSONObject) -> ParsedEvent {
        ParsedEvent(
            type: type,
            session: session,
            dedupKey: (postingID ?? key).map { "\(type.name)|\($0)" },
            occurredAt: at,
            payload: payload
        )
    }
}
