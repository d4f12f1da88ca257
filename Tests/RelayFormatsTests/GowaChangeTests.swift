import RelayCore
import RelayFormats
import RelayJSON
import Testing

struct GowaChangeTests {
    private let peer = #""chat_id": "628123456789@s.whatsapp.net", "from": "628123456789@s.whatsapp.net""#

    @Test func editsNameTheirMessage() throws {
        let event = try one(
            gowa(
                "message.edited",
                #"""
                {"id": "D627", \#(peer), "timestamp": "2025-07-13T11:14:19Z", "is_from_me": false,
                 "original_message_id": "94D1", "body": "Updated"}
                """#
            ),
            as: GowaFormat()
        )
        #expect(event.type == .messageUpdated)
        #expect(event.payload["messageId"] == "94D1")
        #expect(event.payload["content"] == ["text": "Updated"])
        #expect(event.occurredAt == Timestamp(iso8601: "2025-07-13T11:14:19Z"))
    }

    @Test func aReactionIsTakenBack() throws {
        let event = try one(
            gowa("message.reaction", #"{"id": "R1", \#(peer), "reaction": "", "reacted_message_id": "3EB0A1"}"#),
            as: GowaFormat())
        #expect(event.payload["content"] == ["emoji": .null, "targetMessageId": "3EB0A1"])
    }

    @Test func whatWeDeleteForOurselvesIsSaidToBeSo() throws {
        let payload = #"""
            {"deleted_message_id": "3EB0A1", "timestamp": "2025-07-13T11:12:00Z", \#(peer), "was_from_me": false,
             "original_content": "Hello, how are you?"}
            """#
        let event = try one(gowa("message.deleted", payload), as: GowaFormat())
        #expect(event.type == .messageDeleted)
        #expect(event.payload["messageId"] == "3EB0A1")
        #expect(event.payload["deletedFor"] == "me")
        #expect(event.dedupKey == "message.deleted|628123456789@s.whatsapp.net|3EB0A1|me")
        #expect(JSON.object(event.payload).text.contains("how are you") == false)
    }

    private func ack(_ fields: String) throws -> [ParsedEvent] {
        try read(gowa("message.ack", #"{"ids": ["3EB0A1", "3EB0A2"], \#(fields)}"#), as: GowaFormat())
    }

    @Test(arguments: [("delivered", EventType.messageDelivered), ("read", .messageRead), ("played", .messageRead)])
    func eachMessageHasItsStep(_ type: String, _ event: EventType) throws {
        let events = try ack(#"\#(peer), "receipt_type": "\#(type)""#)
        #expect(events.map(\.type) == [event, event])
        #expect(events.map { $0.payload["messageId"] } == ["3EB0A1", "3EB0A2"])
        #expect(events.first?.payload["participant"] == .null)
        #expect(events.first?.dedupKey == "status|628123456789@s.whatsapp.net|3EB0A1|")
    }

    @Test(arguments: ["read-self", "played-self", "sender", "retry", "inactive", "something-new"])
    func receiptsThatAreNotAboutTheOtherSide(_ type: String) throws {
        #expect(try ack(#"\#(peer), "receipt_type": "\#(type)""#).isEmpty)
    }

    @Test func whatWeReadElsewhereIsNoReceipt() throws {
        let own =
            #""chat_id": "628123456789@s.whatsapp.net", "from": "628987654321:3@s.whatsapp.net", "receipt_type": "read""#
        #expect(try ack(own).isEmpty)
    }

    /// Receipts keep the chat as WhatsApp identifies it; the sender is resolved.
    @Test func aReceiptBelongsToTheMessagesChat() throws {
        let events = try ack(
            #""chat_id": "25@lid", "from": "628123456789@s.whatsapp.net", "from_lid": "25@lid", "receipt_type": "read""#
        )
        #expect(events.first?.chat == "628123456789@s.whatsapp.net")
        #expect(events.first?.payload["chatLid"] == "25@lid")
        #expect(events.first?.dedupKey == "status|628123456789@s.whatsapp.net|3EB0A1|")
    }

    @Test func theSenderInOneFieldWithTheGroup() throws {
        let events = try ack(
            #""chat_id": "1203", "from": "628123456789@s.whatsapp.net in 1203@g.us", "receipt_type": "delivered""#)
        #expect(events.first?.chat == "1203@g.us")
        #expect(events.first?.payload["participant"] == "628123456789@s.whatsapp.net")
    }

    @Test func aGroupThatWeJoin() throws {
        let event = try one(
            gowa(
                "group.joined",
                #"""
                {"chat_id": "1203@g.us", "type": "join", "jids": ["628987654321@s.whatsapp.net"], "reason": "invite",
                 "group_name": "Team"}
                """#
            ),
            as: GowaFormat()
        )
        #expect(event.type == .groupUpdated)
        #expect(event.payload["groupName"] == "Team")
        #expect(event.payload["action"] == "add")
    }

    @Test func aRepeatedPostingHasTheSameKey() throws {
        let typing = { (state: String, more: String) in
            try one(
                gowa("chat_presence", #"{\#(peer), "state": "\#(state)", "media": ""}"#, more: more), as: GowaFormat())
        }
        let moment = #""timestamp": "2026-01-22T12:00:00Z""#
        let first = try typing("composing", moment)
        #expect(try typing("composing", moment).dedupKey == first.dedupKey)
        #expect(first.dedupKey != nil)
        #expect(try typing("paused", moment).dedupKey != first.dedupKey)
        #expect(try typing("composing", #""timestamp": "2026-01-22T12:00:07Z""#).dedupKey != first.dedupKey)
        #expect(try typing("composing", #""timestamp": null"#).dedupKey == nil)
    }
}
