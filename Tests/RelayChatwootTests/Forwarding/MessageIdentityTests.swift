import RelayChatwoot
import RelayCore
import RelayJSON
import RelayTesting
import Testing

/// A message id is unique only within its chat.
@Suite(.limitedConcurrency)
struct MessageIdentityTests {
    private let second: JSONObject = [
        "chatId": "5511999999002@s.whatsapp.net", "from": "5511999999002@s.whatsapp.net", "contactName": "João",
    ]

    @Test func twoCustomersMessagesWithOneIDBothArrive() async throws {
        try await withForwarding { fixture in
            try await fixture.take("message.received", fixture.text("A1", "de Maria"))
            try await fixture.take("message.received", fixture.text("A1", "de João", second))
            #expect(fixture.said == ["de Maria", "de João"])
            #expect(fixture.chatwoot.conversations.count == 2)
            try await fixture.take("message.received", fixture.text("A1", "de João", second), attempt: 2)
            #expect(fixture.said.count == 2)
        }
    }

    @Test func aMessageToABroadcastListIsInEveryChat() async throws {
        try await withForwarding { fixture in
            for number in 1...3 {
                let chat = JSON.string("551199999900\(number)@s.whatsapp.net")
                let sent = fixture.text("L1", "promoção", ["fromMe": true, "chatId": chat, "to": chat])
                try await fixture.take("message.sent", sent)
            }
            #expect(fixture.said == ["promoção", "promoção", "promoção"])
            #expect(fixture.chatwoot.conversations.count == 3)
            // A receipt of one is no receipt of the others.
            let chat: JSON = "5511999999002@s.whatsapp.net"
            try await fixture.take("message.read", fixture.text("L1", "", ["fromMe": true, "chatId": chat]))
            #expect(fixture.chatwoot.messages.map(\.status) == [.sent, .read, .sent])
        }
    }

    @Test func changesAndQuotesConcernTheMessageOfTheirChat() async throws {
        try await withForwarding("deletes: delete") { fixture in
            try await fixture.take("message.received", fixture.text("A1", "de Maria"))
            try await fixture.take("message.received", fixture.text("A1", "de João", second))
            let rows = fixture.chatwoot.messages
            try await fixture.take(
                "message.updated", fixture.text("A1", "corrigido", second.merging(["targetMessageId": "A1"])))
            let edit = try #require(fixture.chatwoot.messages.last)
            #expect(edit.conversationID == rows[1].conversationID)
            #expect(edit.contentAttributes["in_reply_to"]?.int == Int64(rows[1].id))
            try await fixture.take("message.deleted", payload(["targetMessageId": "A1", "wa_message_id": "A1"]))
            #expect(fixture.chatwoot.message(rows[0].id)?.contentAttributes["deleted"] == true)
            #expect(fixture.chatwoot.message(rows[1].id)?.contentAttributes["deleted"] == nil)
            // A quote of a message that only another chat has stays a text.
            try await fixture.take("message.received", fixture.text("ONLY", "só Maria"))
            let quote: JSON = ["messageId": "ONLY", "type": "text", "text": "só Maria"]
            try await fixture.take("message.received", fixture.text("A9", "sim", second.merging(["quoted": quote])))
            let answer = try #require(fixture.chatwoot.messages.last)
            #expect(answer.contentAttributes["in_reply_to"] == nil)
            #expect(answer.content == "> só Maria\n\nsim")
        }
    }

    @Test func aDeletionWithoutAChatIsNotGuessed() async throws {
        try await withForwarding { fixture in
            try await fixture.take("message.received", fixture.text("A1", "de Maria"))
            try await fixture.take("message.received", fixture.text("A1", "de João", second))
            try await fixture.take("message.deleted", ["targetMessageId": "A1", "wa_message_id": "A1"])
            #expect(fixture.notes.isEmpty, "either of two may be meant")
            try await fixture.take("message.received", fixture.text("A2", "de Maria"))
            try await fixture.take("message.deleted", ["targetMessageId": "A2", "wa_message_id": "A2"])
            #expect(fixture.notes.count == 1)
        }
    }

    /// The ledger of a relay before schema 9, or one that was lost: what an attempt had posted is found in its
    /// conversation by its `source_id`.
    @Test func whatWasPostedBeforeIsFoundByItsSourceID() async throws {
        try await withForwarding { fixture in
            try await fixture.take("message.received", fixture.text("A1"))
            fixture.chatwoot.next(1, .messageCreate, .commitThen500)
            _ = await fixture.send("message.received", fixture.text("A2"))
            try await fixture.restarted().take("message.received", fixture.text("A2"), attempt: 2)
            #expect(fixture.chatwoot.messages(sourceID: "WAID:A2").count == 1)
        }
    }
}

extension JSONObject {
    fileprivate func merging(_ more: JSONObject) -> JSONObject {
        var merged = self
        for (key, value) in more { merged[key] = value }
        return merged
    }
}
