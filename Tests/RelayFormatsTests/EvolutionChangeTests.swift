import RelayCore
import RelayFormats
import RelayJSON
import Testing

/// Statuses, edits and deletions.
struct EvolutionChangeTests {
    private let chat = "5511999999001@s.whatsapp.net"

    private func events(_ event: String, _ data: String) throws -> [ParsedEvent] {
        try read(evolution(event, data), as: EvolutionFormat())
    }

    private func one(_ event: String, _ data: String) throws -> ParsedEvent {
        try RelayFormatsTests.one(evolution(event, data), as: EvolutionFormat())
    }

    private func update(_ members: String, fromMe: String = "true") -> String {
        #"{"keyId": "A", "remoteJid": "\#(chat)", "fromMe": \#(fromMe), "messageId": "cm1", "instanceId": "i-1", \#(members)}"#
    }

    @Test(arguments: [
        ("SERVER_ACK", EventType.messageSent, "sent"), ("DELIVERY_ACK", .messageDelivered, "delivered"),
        ("READ", .messageRead, "read"), ("PLAYED", .messageRead, "played"), ("ERROR", .messageFailed, "failed"),
        ("SENT", .messageSent, "sent"), ("DELIVERED", .messageDelivered, "delivered"),
        ("FAILED", .messageFailed, "failed"),
    ])
    func statusesGoByNames(_ status: String, _ type: EventType, _ name: String) throws {
        let event = try one("messages.update", update(#""status": "\#(status)", "participant": "\#(chat)""#))
        #expect(event.type == type)
        #expect(event.chat == chat)
        #expect(event.payload["messageId"] == "A")
        #expect(event.payload["status"]?.string == name)
        #expect(event.payload["participant"] == .null)
        #expect(event.dedupKey == "status|\(chat)|A|")
        #expect(event.rank != nil)
    }

    @Test(arguments: [
        #"{"keyId": "A", "remoteJid": "\#("5511999999001@s.whatsapp.net")", "fromMe": true, "status": "READ"}"#,
        #"{"key": {"id": "A", "remoteJid": "5511999999001@s.whatsapp.net", "fromMe": true}, "status": "READ"}"#,
        #"{"id": "A", "remoteJid": "5511999999001@s.whatsapp.net", "fromMe": true, "status": "READ", "datetime": 1750168530000}"#,
        #"[{"key": {"id": "A", "remoteJid": "5511999999001@s.whatsapp.net", "fromMe": true}, "update": {"status": 4}}]"#,
    ])
    func theIDGoesByThreeNames(_ data: String) throws {
        #expect(try one("messages.update", data).dedupKey == "status|5511999999001@s.whatsapp.net|A|")
        #expect(try one("messages.update", data).type == .messageRead)
    }

    @Test(arguments: ["PENDING", "EDITED", "LATER", ""])
    func statusesThatSayNothing(_ status: String) throws {
        #expect(try events("messages.update", update(#""status": "\#(status)""#)).isEmpty)
    }

    @Test func ourOwnReadingIsNoEvent() throws {
        #expect(try events("messages.update", update(#""status": "READ""#, fromMe: "false")).isEmpty)
        let own =
            #"{"keyId": "A", "remoteJid": "1203@g.us", "fromMe": true, "participant": "5511999999009:4@s.whatsapp.net", "status": "READ"}"#
        #expect(try events("messages.update", own).isEmpty)
        let member = try one("messages.update", own.replacing("5511999999009:4", with: "5511999999002"))
        #expect(member.payload["participant"] == "5511999999002@s.whatsapp.net")
        #expect(member.dedupKey == "status|1203@g.us|A|5511999999002@s.whatsapp.net")
    }

    /// `messages.edited` has the chat from the editor's point of view, `messages.update` has no time; both are one
    /// edit.
    @Test(arguments: [
        #""remoteJid": "5511999999009@s.whatsapp.net", "fromMe": true"#, #""remoteJid": "77@lid", "fromMe": true"#,
        #""remoteJid": "5511999999001@s.whatsapp.net", "fromMe": true"#,
    ])
    func bothFormsOfAnEditAreOne(_ inner: String) throws {
        let content = #"{"conversation": "corrected"}"#
        let protocolMessage = try one(
            "messages.edited",
            #"{"key": {\#(inner), "id": "T"}, "type": "MESSAGE_EDIT", "editedMessage": \#(content), "timestampMs": "1767366770998"}"#
        )
        let update = try one(
            "messages.update",
            #"{"keyId": "T", "remoteJid": "\#(chat)", "fromMe": false, "status": "SERVER_ACK", "message": {"editedMessage": {"message": \#(content)}}}"#
        )
        for event in [protocolMessage, update] {
            #expect(event.type == .messageUpdated)
            #expect(event.payload["targetMessageId"] == "T")
            #expect(event.payload["content"] == ["text": "corrected"])
        }
        #expect(update.chat == chat)
        #expect(protocolMessage.payload["timestamp"] == 1_767_366_770)
        #expect(protocolMessage.dedupKey == update.dedupKey)
        #expect((update.rank ?? 0) < (protocolMessage.rank ?? 0))
    }

    @Test func whoseEditItIsIsReportedWhenItIsKnown() throws {
        let edit = { (inner: String) in
            try one(
                "messages.edited",
                #"{"key": {\#(inner), "id": "T"}, "type": 14, "editedMessage": {"conversation": "x"}}"#)
        }
        // The edit of another user names the account as its chat, and is marked as the account's own.
        let other = try edit(#""remoteJid": "5511999999009@s.whatsapp.net", "fromMe": true"#)
        #expect(other.payload["fromMe"] == false)
        #expect(other.chat == nil)
        let own = try edit(#""remoteJid": "\#(chat)", "fromMe": true"#)
        #expect(own.payload["fromMe"] == true)
        #expect(own.chat == chat)
        let unknown = try edit(#""remoteJid": "77@lid", "fromMe": true"#)
        #expect(unknown.payload["fromMe"] == .null)
        #expect(unknown.chat == nil)
        let group = try edit(#""remoteJid": "1203@g.us", "fromMe": true"#)
        #expect(group.payload["fromMe"] == .null)
        #expect(group.chat == "1203@g.us")
    }

    @Test func goingBackToAnEarlierTextIsAnotherEdit() throws {
        let edit = { (moment: Int) in
            try one(
                "messages.edited",
                #"{"key": {"remoteJid": "1203@g.us", "id": "T"}, "type": 14, "editedMessage": {"conversation": "a"}, "timestampMs": \#(moment)}"#
            )
        }
        let (first, again) = (try edit(1_767_366_770_000), try edit(1_767_366_790_000))
        #expect((first.rank ?? 0) < (again.rank ?? 0))
    }

    @Test(arguments: ["3", "5", #""EPHEMERAL_SETTING""#, #""HISTORY_SYNC_NOTIFICATION""#, "null"])
    func otherProtocolMessagesAreNoEdits(_ type: String) throws {
        let data = #"{"key": {"remoteJid": "\#(chat)", "id": "T"}, "type": \#(type), "ephemeralExpiration": 86400}"#
        #expect(try events("messages.edited", data).isEmpty)
    }

    @Test func everyFormOfADeletionIsOne() throws {
        let forms = [
            ("messages.edited", #"{"key": {"remoteJid": "77@lid", "fromMe": true, "id": "T"}, "type": "REVOKE"}"#),
            ("messages.edited", #"{"key": {"remoteJid": "77@lid", "fromMe": true, "id": "T"}, "type": 0}"#),
            ("messages.delete", #"{"id": "T", "remoteJid": "\#(chat)", "fromMe": false, "status": "DELETED"}"#),
            (
                "messages.delete",
                #"{"id": "cm1", "key": {"id": "T", "remoteJid": "\#(chat)", "fromMe": false}, "message": {"conversation": "x"}}"#
            ),
            ("messages.update", #"{"keyId": "T", "remoteJid": "\#(chat)", "fromMe": false, "status": "DELETED"}"#),
        ]
        for (event, data) in forms {
            let deletion = try one(event, data)
            #expect(deletion.type == .messageDeleted)
            #expect(deletion.payload["messageId"] == "T")
            #expect(deletion.payload["content"] == .null)
            #expect(deletion.dedupKey == "message.deleted||T")
        }
    }

    @Test func aMessageThatComesLateIsTheMessage() throws {
        let late = try one(
            "messages.update", update(#""status": "SERVER_ACK", "message": {"conversation": "Hi"}"#, fromMe: "false"))
        #expect(late.type == .messageReceived)
        #expect(late.dedupKey == "message.received|\(chat)|A")
    }

    @Test func howAPollStandsIsAnUpdateOfIt() throws {
        let votes = #"[{"name": "Pizza", "voters": ["5511999999002@s.whatsapp.net"]}, {"name": "Pasta", "voters": []}]"#
        let document = evolution(
            "messages.update", update(#""status": "SERVER_ACK", "pollUpdates": \#(votes)"#),
            more: #", "date_time": "2026-01-01T00:00:00.000Z""#)
        let event = try RelayFormatsTests.one(document, as: EvolutionFormat())
        #expect(event.type == .messageUpdated)
        #expect(event.payload["type"] == "poll")
        #expect(event.payload["content"]?["votes"] == (try json(votes)))
        #expect(event.dedupKey != nil)
    }

    @Test func anEditByTheAPIIsAnEdit() throws {
        let event = try one(
            "send.message.update",
            #"""
            {"key": {"remoteJid": "\#(chat)", "fromMe": true, "id": "NEW"}, "message": {"editedMessage": {"message":
              {"protocolMessage": {"key": {"id": "T"}, "type": "MESSAGE_EDIT", "editedMessage": {"conversation": "new"}}}}}}
            """#
        )
        #expect(event.type == .messageUpdated)
        #expect(event.payload["messageId"] == "T")
        #expect(event.payload["fromMe"] == true)
    }
}
