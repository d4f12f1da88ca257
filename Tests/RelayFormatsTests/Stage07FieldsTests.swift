import RelayCore
import RelayFormats
import RelayJSON
import Testing

/// Receivers find the fields of stage-07 by name, with every format.
struct Stage07FieldsTests {
    private static let message = [
        "messageId", "from", "type", "content", "timestamp", "chatId", "chatName", "chatImageUrl", "participant",
        "participantName", "groupId", "groupName", "groupImageUrl", "contactName", "contactImageUrl", "isGroup",
    ]
    private static let required: [EventType: [String]] = [
        .messageReceived: message, .messageDelivered: ["messageId", "wa_message_id", "timestamp"],
        .messageRead: ["messageId", "wa_message_id", "timestamp"],
        .messageFailed: ["messageId", "error", "attempts", "timestamp"],
        .messageSent: ["messageId", "to", "wa_message_id", "timestamp"],
        .sessionQRUpdated: ["qr_code", "generated_at"], .sessionConnected: ["connected_at", "phone_number"],
        .sessionDisconnected: ["reason", "disconnected_at"],
    ]

    @Test(arguments: CorpusDocument.all.filter { $0.refusal == nil && $0.expected["format"] != "native" })
    func everyEventHasThem(_ document: CorpusDocument) throws {
        for event in try read(document.document.text, as: document.format, session: document.session) {
            var fields = Self.required[event.type] ?? []
            // The account's own message, when it is reported in full and not only acknowledged, looks like a received
            // one.
            if event.type == .messageSent, event.payload["content"] != nil { fields += Self.message }
            for field in fields {
                #expect(
                    event.payload[field] != nil, "\(event.type) has no \(field): \(JSON.object(event.payload).text)")
            }
            #expect(Set(event.payload.keys).count == event.payload.count, "a field stands there twice")
        }
    }
}
