package import RelayCore
internal import RelayJSON

/// The relay's own envelope, for gateways that support it and for custom bridges: `{"event": "message.received",
/// "sessionId": …, "payload": {…}}`, or an array of such objects.
///
/// `session` and `session_id` are accepted instead of `sessionId`. `timestamp` (ISO 8601, seconds or milliseconds) is
/// the time of the event; `id` identifies repetitions. Both are optional. `deliveryId` is ignored.
package struct NativeFormat: SourceFormat {
    package static let name = "native"
    package static let summary = "Documents of your own gateway, with the relay's own envelope."
    package static let eventTypes: Set<EventType>? = nil

    package init() {}

    package func read(_ document: [UInt8], context: FormatReadContext) throws(InvalidDocumentError) -> ParsedDocument {
        let batch = BatchDocumentReader()
        let whole = try GatewayDocument(document)
        let envelopes = try whole.envelopes(of: Self.name, batch)
        let sessionName = EnvelopeSessionResolver(context: context, fields: ["session", "sessionId", "session_id"])
        return try whole.events(of: envelopes, batch) { envelope, pointer throws(InvalidDocumentError) in
            try events(envelope, at: pointer, sessionName, batch)
        }
    }

    private func events(
        _ envelope: JSONObject,
        at pointer: String,
        _ sessionName: EnvelopeSessionResolver,
        _ batch: BatchDocumentReader
    ) throws(InvalidDocumentError) -> [ParsedEvent] {
        guard let name = envelope["event"]?.string, Self.isEventType(name) else {
            throw InvalidDocumentError(
                .notAnEvent,
                "\"event\" must be a type like \"message.received\": words of a-z, 0-9 and _, joined by dots.",
                pointer: pointer + "/event"
            )
        }
        guard name != EventType.documentReceived.name else {
            throw InvalidDocumentError(
                .notAnEvent,
                "\"document.received\" is the relay's own type, for documents as they were posted; write another one.",
                pointer: pointer + "/event"
            )
        }
        if let events = try zapHubEvents(named: name, envelope, at: pointer, sessionName, batch) { return events }
        guard let payload = envelope["payload"]?.object else {
            throw InvalidDocumentError(.notAnEvent, "\"payload\" must be an object.", pointer: pointer + "/payload")
        }
        let type = EventType(name)
        let chat = try chat(of: payload, at: pointer + "/payload/chatId")
        let event = ParsedEvent(
            type: type,
            session: try sessionName.resolve(envelope, at: pointer),
            chat: chat,
            dedupKey: try dedupKey(envelope, at: pointer) ?? Self.dedupKey(type, chat: chat, payload),
            occurredAt: try moment(envelope["timestamp"], at: pointer + "/timestamp"),
            payload: payload
        )
        return [event]
    }

    /// Whether the name consists of two or more words of `a-z 0-9 _`, joined by dots.
    private static func isEventType(_ name: String) -> Bool {
        (GatewayEventNameSyntax.words(of: name, joinedBy: ".")?.count ?? 0) > 1
    }

    private func chat(of payload: JSONObject, at pointer: String) throws(InvalidDocumentError) -> String? {
        switch payload["chatId"] {
        case nil, .null: return nil
        case .string(let text) where !text.isEmpty: return JID(text)?.description ?? text
        default:
            throw InvalidDocumentError(
                .notAnEvent, "\"chatId\" must be the chat's JID, a text, or null.", pointer: pointer)
        }
    }

    private func moment(_ json: JSON?, at pointer: String) throws(InvalidDocumentError) -> Timestamp? {
        guard let json, json != .null else { return nil }
        guard let moment = GatewayTimeReader.timestamp(json) else {
            throw InvalidDocumentError(
                .notAnEvent,
                "\"timestamp\" must be a moment: \"2025-11-13T10:30:00.000Z\", or seconds or milliseconds since 1970.",
                pointer: pointer
            )
        }
        return moment
    }

    private func dedupKey(_ envelope: JSONObject, at pointer: String) throws(InvalidDocumentError) -> String? {
        switch envelope["id"] {
        case nil, .null: return nil
        case .string(let text) where !text.isEmpty: return text
        case .int(let number): return "\(number)"
        default:
            throw InvalidDocumentError(
                .notAnEvent, "\"id\" must be a text or a whole number.", pointer: pointer + "/id")
        }
    }

    /// The deduplication key of an event about a message that has no id of its own.
    private static func dedupKey(_ type: EventType, chat: String?, _ payload: JSONObject) -> String? {
        guard let message = payload.text("messageId") else { return nil }
        switch type {
        case .messageReceived, .messageSent, .messageDeleted:
            return DeduplicationKeyBuilder.make(type, chat: chat, message: message)
        case .messageDelivered, .messageRead, .messageFailed:
            return DeduplicationKeyBuilder.make(
                type, chat: chat, message: message, payload.text("status"), payload.text("participant"))
        default:
            // A message may be edited, or reacted to, many times.
            return DeduplicationKeyBuilder.make(
                type, chat: chat, message: message, DeduplicationKeyBuilder.fingerprint(.object(payload)))
        }
    }
}
