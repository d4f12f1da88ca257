internal import RelayCore
internal import RelayJSON

/// The list of event types in the format of stage-07: its eight types in their original wording and order, followed by
/// the relay's types for events that gateways report. A webhook may name any type in ``EventType/all``.
enum EventTypeCatalog {
    struct Entry: Sendable {
        let type: EventType
        let description: String
        /// The fields of the payload, in the notation of stage-07.
        let payload: JSONObject

        var json: JSON {
            [
                "event": .string(type.name),
                "description": .string(description),
                "category": .string(String(type.category)),
                "payload": .object(payload),
            ]
        }
    }

    static let entries: [Entry] = [
        Entry(
            type: .sessionQRUpdated,
            description: "QR code was generated or updated",
            payload: ["qr_code": "base64_string", "generated_at": "timestamp"]
        ),
        Entry(
            type: .sessionConnected,
            description: "Session successfully connected to WhatsApp",
            payload: ["connected_at": "timestamp", "phone_number": "string (if available)"]
        ),
        Entry(
            type: .sessionDisconnected,
            description: "Session disconnected from WhatsApp",
            payload: ["reason": "string", "disconnected_at": "timestamp"]
        ),
        Entry(
            type: .messageReceived,
            description: "New message received",
            payload: [
                "messageId": "uuid", "from": "jid", "type": "text|image|video|...", "content": "object",
                "timestamp": "timestamp",
            ]
        ),
        Entry(
            type: .messageSent,
            description: "Message sent to WhatsApp",
            payload: ["messageId": "uuid", "to": "jid", "wa_message_id": "string", "timestamp": "timestamp"]
        ),
        Entry(
            type: .messageDelivered,
            description: "Message delivered to the recipient",
            payload: ["messageId": "uuid", "wa_message_id": "string", "timestamp": "timestamp"]
        ),
        Entry(
            type: .messageRead,
            description: "Message read by the recipient",
            payload: ["messageId": "uuid", "wa_message_id": "string", "timestamp": "timestamp"]
        ),
        Entry(
            type: .messageFailed,
            description: "Message could not be sent",
            payload: ["messageId": "uuid", "error": "string", "attempts": "number"]
        ),
        Entry(
            type: .messageUpdated,
            description: "Message was edited",
            payload: [
                "messageId": "uuid", "chatId": "jid", "type": "string", "content": "object", "timestamp": "timestamp",
            ]
        ),
        Entry(
            type: .messageDeleted,
            description: "Message was deleted for everyone",
            payload: ["messageId": "uuid", "chatId": "jid", "timestamp": "timestamp"]
        ),
        Entry(
            type: .messageReaction,
            description: "Somebody reacted to a message, or took the reaction back",
            payload: ["messageId": "uuid", "chatId": "jid", "content": "object", "timestamp": "timestamp"]
        ),
        Entry(
            type: .presenceUpdated,
            description: "Somebody is typing, recording, online or away",
            payload: ["chatId": "jid", "participant": "jid", "presence": "string"]
        ),
        Entry(
            type: .callReceived,
            description: "A call came in or changed its state",
            payload: ["callId": "string", "from": "jid", "status": "string", "timestamp": "timestamp"]
        ),
        Entry(
            type: .groupUpdated,
            description: "A group's subject, picture, settings or participants changed",
            payload: ["groupId": "jid", "groupName": "string"]
        ),
        Entry(
            type: .contactUpdated,
            description: "A contact's name or picture changed",
            payload: ["contactId": "jid", "contactName": "string"]
        ),
    ]

    /// Whether a string is a valid event type: words of `a-z 0-9 _` separated by dots. The type is used in headers and
    /// ids.
    static func isWellFormed(_ name: String) -> Bool {
        let words = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return name.utf8.count <= 64 && words.count > 1
            && words.allSatisfy { word in
                !word.isEmpty
                    && word.allSatisfy {
                        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_")
                    }
            }
    }
}

extension JSONFieldReader {
    /// An event type, which need not be in the catalog.
    mutating func eventType(_ name: String, required: Bool = false) -> EventType? {
        guard let text = string(name, required: required) else { return nil }
        if EventTypeCatalog.isWellFormed(text) { return EventType(text) }
        problem(name, "is “\(text.prefix(60))”; \(SpellingSuggestion.hint(for: text, in: EventType.all.map(\.name)))")
        return nil
    }
}
