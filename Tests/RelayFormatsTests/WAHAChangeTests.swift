import RelayCore
import RelayFormats
import RelayJSON
import Testing

struct WAHAChangeTests {
    @Test func reactions() throws {
        let event = try one(WAHADocuments.reaction, as: WAHAFormat())
        #expect(event.type == .messageReaction)
        #expect(event.occurredAt == Timestamp(milliseconds: 1_710_481_111_853))
        let expected: JSON = [
            "messageId": "3AREACTION", "targetMessageId": "3EB0TARGET", "chatId": "5511999999002@s.whatsapp.net",
            "from": "5511999999002@s.whatsapp.net", "participant": .null,
            "content": ["emoji": "🙏", "targetMessageId": "3EB0TARGET"],
        ]
        #expect(difference(.object(event.payload), from: expected) == nil)
        let removed = try one(WAHADocuments.reaction.replacing("🙏", with: ""), as: WAHAFormat())
        #expect(removed.payload["content"]?["emoji"] == .null)
    }

    @Test func edits() throws {
        let event = try one(WAHADocuments.edit, as: WAHAFormat())
        #expect(event.type == .messageUpdated)
        #expect(event.payload["messageId"] == "3AORIGINAL")
        #expect(event.payload["content"] == ["text": "New body"])
        #expect(event.occurredAt == Timestamp(milliseconds: 1_768_580_899_500))
    }

    @Test func anEditOfWhatsmeow() throws {
        let document = WAHADocuments.envelope(
            "message.edited",
            #"""
            {"id": "false_5511999999002@c.us_3AEDIT", "timestamp": 1768580900, "fromMe": false, "body": "New caption",
             "editedMessageId": "3AORIGINAL",
             "_data": {"Info": {"ID": "3AEDIT", "Edit": "1"},
                       "Message": {"protocolMessage": {"key": {"ID": "3AORIGINAL", "remoteJID": "1@s.whatsapp.net"},
                           "type": 14, "timestampMS": 1768580899000,
                           "editedMessage": {"imageMessage": {"caption": "New caption", "mimetype": "image/jpeg"}}}}}}
            """#,
            engine: "GOWS"
        )
        let event = try one(document, as: WAHAFormat())
        #expect(event.payload["type"] == "image")
        #expect(event.payload["content"]?["caption"] == "New caption")
    }

    @Test func withoutTheEnginesDataTheBodyTells() throws {
        let document = { (fields: String, engine: String) in
            WAHADocuments.envelope(
                "message.edited",
                #"{"id": "false_5511999999002@c.us_3AEDIT", "timestamp": 1768580100, "fromMe": false, \#(fields)}"#,
                engine: engine
            )
        }
        let text = try one(document(#""body": "New", "editedMessageId": "3AO""#, "NOWEB"), as: WAHAFormat())
        #expect(text.payload["content"] == ["text": "New"])
        let closed = try one(document(#""body": "", "editedMessageId": "3AO""#, "NOWEB"), as: WAHAFormat())
        #expect(closed.payload["content"] == ["reason": "encrypted_edit"])
        // WhatsApp Web edits in place: the id is the original's, and so is the time.
        let web = try one(document(#""body": "New""#, "WEBJS"), as: WAHAFormat())
        #expect(web.payload["messageId"] == "3AEDIT")
        #expect(web.occurredAt == Timestamp(milliseconds: 1_768_580_592_345))
        #expect(refusal(document(#""body": "New""#, "NOWEB"), as: WAHAFormat())?.pointer == "/payload/editedMessageId")
    }

    @Test func deletions() throws {
        let event = try one(WAHADocuments.revocation, as: WAHAFormat())
        #expect(event.type == .messageDeleted)
        #expect(event.chat == "120363000000000001@g.us")
        #expect(event.payload["messageId"] == "3AORIGINAL")
        #expect(event.payload["participant"] == "5511999999002@s.whatsapp.net")
        #expect(event.occurredAt == Timestamp(seconds: 1_768_581_000))
    }

    @Test(arguments: [
        (#"{"after": {"id": "false_1@c.us_3AR"}, "before": {"id": "false_1@c.us_3AB", "body": "x"}}"#, "NOWEB", "3AB"),
        (
            #"{"after": {"id": "false_1@c.us_3AR", "_data": {"protocolMessageKey": {"id": "3AP"}}}}"#, "WEBJS", "3AP"
        ),
        (
            #"{"after": {"id": "false_1@c.us_3AR", "_data": {"Message": {"protocolMessage": {"key": {"ID": "3AG"}, "type": 0}}}}}"#,
            "GOWS", "3AG"
        ),
        (#"{"after": {"id": "false_1@c.us_3AR"}}"#, "WEBJS", "3AR"),
        (
            #"{"after": {"id": "3AR", "remoteJid": "1@c.us", "fromMe": false}, "revokedMessageId": "false_1@c.us_3AW"}"#,
            "WPP", "3AW"
        ),
    ])
    func olderVersionsNameTheMessageElsewhere(_ payload: String, _ engine: String, _ target: String) throws {
        let event = try one(WAHADocuments.envelope("message.revoked", payload, engine: engine), as: WAHAFormat())
        #expect(event.payload["targetMessageId"]?.string == target)
        #expect(event.chat == "1@s.whatsapp.net")
    }

    @Test func aDeletionOfNothingIsRefused() {
        let document = WAHADocuments.envelope("message.revoked", #"{"after": {"id": "false_1@c.us_3AR"}}"#)
        #expect(refusal(document, as: WAHAFormat())?.pointer == "/payload/revokedMessageId")
    }

    private func ack(_ fields: String, event: String = "message.ack", engine: String = "WEBJS") throws -> [ParsedEvent]
    {
        try read(WAHADocuments.envelope(event, "{\(fields)}", engine: engine), as: WAHAFormat())
    }

    @Test(arguments: [
        (1, EventType.messageSent, "sent"), (2, .messageDelivered, "delivered"), (3, .messageRead, "read"),
        (4, .messageRead, "played"), (-1, .messageFailed, "failed"),
    ])
    func stepsOfOurMessage(_ ack: Int, _ type: EventType, _ status: String) throws {
        let events = try self.ack(
            #""id": "true_5511999999002@c.us_3EB0S", "from": "5511999999002@c.us", "fromMe": true, "ack": \#(ack)"#)
        let event = try #require(events.first)
        #expect(event.type == type)
        #expect(event.payload["status"]?.string == status)
        #expect(event.payload["messageId"] == "3EB0S")
        #expect(event.payload["participant"] == .null)
        #expect(event.dedupKey == "status|5511999999002@s.whatsapp.net|3EB0S|")
        #expect(event.occurredAt == Timestamp(milliseconds: 1_768_580_592_345))
    }

    @Test func whatSaysNothingIsNoEvent() throws {
        let id = #""id": "true_5511999999002@c.us_3EB0S""#
        #expect(try ack("\(id), \"ack\": 0, \"ackName\": \"PENDING\"").isEmpty)
        #expect(try ack("\(id), \"ack\": null, \"ackName\": \"UNKNOWN\"").isEmpty)
        #expect(try ack("\(id), \"ack\": 9223372036854775807").isEmpty)
        #expect(try ack(#""id": "false_5511999999002@c.us_3A01", "fromMe": false, "ack": 3"#).isEmpty)
        #expect(try ack("\(id), \"ackName\": \"READ\"").first?.type == .messageRead)
    }

    /// WEBJS sends the whole message again; its time is not the time of the acknowledgement.
    @Test func theTimeOfTheMessageIsNotThatOfItsReceipt() throws {
        let events = try ack(
            #""id": "true_5511999999002@c.us_3EB0S", "fromMe": true, "ack": 3, "timestamp": 1700000000, "body": "Hi""#)
        #expect(events.first?.occurredAt == Timestamp(milliseconds: 1_768_580_592_345))
    }

    @Test func inAGroupEachMemberAcknowledges() throws {
        let event = try one(WAHADocuments.groupAck, as: WAHAFormat())
        #expect(event.type == .messageRead)
        #expect(event.payload["participant"] == "5511999999003@s.whatsapp.net")
        #expect(event.payload["participantLid"] == "100000000000003@lid")
        #expect(event.dedupKey == "status|120363000000000001@g.us|3EB0SENT|5511999999003@s.whatsapp.net")
        #expect(event.occurredAt == Timestamp(iso8601: "2026-01-16T16:25:00Z"))
        // In the documentation, this event is also called `message.ack`.
        let plain = WAHADocuments.groupAck.replacing("message.ack.group", with: "message.ack")
        #expect(try one(plain, as: WAHAFormat()) == event)
    }

    @Test(arguments: ["5511999999000@c.us", "900000000000000@lid"])
    func ourOtherDevicesDoNotCount(_ participant: String) throws {
        let events = try ack(
            #"""
            "id": "true_120363000000000001@g.us_3EB0S_5511999999000@c.us", "fromMe": true, "ack": 2,
            "participant": "\#(participant)"
            """#
        )
        #expect(events.isEmpty)
    }

    /// NOWEB reports a delivery in a group as `SERVER`; its receipt contains the actual status.
    @Test func aReceiptOfNOWEBTellsWhatHappened() throws {
        let events = try ack(
            #"""
            "id": "true_120363000000000001@g.us_3EB0S_5511999999000@c.us", "fromMe": true, "ack": 1, "ackName": "SERVER",
            "participant": "5511999999003@c.us", "_data": {"key": {"remoteJid": "120363000000000001@g.us", "id": "3EB0S"},
            "receipt": {"userJid": "5511999999003@s.whatsapp.net", "receiptTimestamp": 1768580600}}
            """#,
            event: "message.ack.group",
            engine: "NOWEB"
        )
        #expect(events.first?.type == .messageDelivered)
        #expect(events.first?.occurredAt == Timestamp(seconds: 1_768_580_600))
    }

    @Test func aReceiptInAChatWithAHiddenIdentityHasThePhone() throws {
        let events = try ack(
            #"""
            "id": "true_100000000000002@lid_3EB0S", "from": "100000000000002@lid", "fromMe": true, "ack": 2,
            "_data": {"Chat": "100000000000002@lid", "Sender": "100000000000002@lid", "IsFromMe": false,
                      "SenderAlt": "5511999999002@s.whatsapp.net", "MessageIDs": ["3EB0S"], "Type": ""}
            """#,
            engine: "GOWS"
        )
        #expect(events.first?.chat == "5511999999002@s.whatsapp.net")
    }
}
