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

    private static let stage07: [Entry] = [
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
    ]

    /// The eight of stage-07, then the relay's own, from the catalogue of events.
    static let entries: [Entry] = {
        let known = stage07.map(\.type)
        return stage07
            + EventCatalogue.events.filter { EventType.reported.contains($0.type) && !known.contains($0.type) }.map(
                Entry.init)
    }()

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

extension EventTypeCatalog.Entry {
    fileprivate init(_ event: EventDescription) {
        let fields = event.forms[0].fields.filter { $0.condition == nil }
        self.init(
            type: event.type,
            description: event.summary,
            payload: JSONObject(fields.map { ($0.name, .string($0.type.notation)) })
        )
    }
}

extension EventFieldType {
    /// The type in the notation of stage-07.
    fileprivate var notation: String {
        switch self {
        case .text, .name, .base64, .word: "string"
        case .integer, .number: "number"
        case .boolean: "boolean"
        case .jid: "jid"
        case .time, .seconds: "timestamp"
        case .list: "array"
        case .object, .anyObject, .content: "object"
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
