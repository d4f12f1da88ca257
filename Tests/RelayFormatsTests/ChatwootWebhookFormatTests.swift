import RelayCore
import RelayFormats
import RelayJSON
import Testing

/// Actions of agents in Chatwoot. The documents follow the webhooks of Chatwoot 4.15.1
/// (`app/models/message.rb#webhook_data`, `app/listeners/webhook_listener.rb`); their values are made up.
struct ChatwootTests {
    /// A webhook about an agent's message.
    /// - Parameters:
    ///   - more: members that replace the default ones of the document.
    ///   - conversation: members that replace the default ones of the conversation.
    private func document(_ more: String = "", conversation: String = "") throws -> String {
        let place = try merged(
            try json(
                #"""
                {"id": 128, "inbox_id": 7, "status": "open", "custom_attributes": {}, "additional_attributes": {},
                 "messages": [{"id": 1, "message_type": 0}],
                 "contact_inbox": {"source_id": "wa-5511999999001", "inbox_id": 7},
                 "meta": {"sender": {"id": 41, "name": "Maria Silva", "identifier": "5511999999001@s.whatsapp.net",
                                     "phone_number": "+5511999999001", "type": "contact"}}}
                """#), "{\(conversation)}")
        let usual: JSON = [
            "account": ["id": 1, "name": "Acme"], "id": 9010, "inbox": ["id": 7, "name": "Shop"],
            "message_type": "outgoing", "private": false, "content": "Hi *Maria*", "content_type": "text",
            "content_attributes": [:], "created_at": "2026-01-01T00:01:40.000Z", "source_id": nil,
            "sender": ["id": 5, "name": "Agent Smith", "type": "user"], "event": "message_created",
            "conversation": place,
        ]
        return try merged(usual, "{\(more)}").text
    }

    @Test func anAgentsMessageIsToBeSent() throws {
        let event = try one(try document(), as: ChatwootWebhookFormat())
        #expect(event.type == .messageSend)
        #expect(event.session == "demo")
        #expect(event.chat == "5511999999001@s.whatsapp.net")
        #expect(event.occurredAt == Timestamp(iso8601: "2026-01-01T00:01:40.000Z"))
        #expect(
            JSON.object(event.payload)
                == [
                    "commandId": "cw-1-9010", "chatId": "5511999999001@s.whatsapp.net", "chatKind": "direct",
                    "chatwoot": ["account": 1, "message": 9010, "inbox": 7, "conversation": 128],
                    "type": "text", "text": "Hi *Maria*", "textFormat": "markdown",
                    "agent": ["id": 5, "name": "Agent Smith", "type": "user"],
                ]
        )
    }

    @Test func theSamePostingIsTheSameEvent() throws {
        let first = try one(try document(), as: ChatwootWebhookFormat())
        let second = try one(try document(), as: ChatwootWebhookFormat())
        let other = try one(try document(#""id": 9011"#), as: ChatwootWebhookFormat())
        #expect(first.dedupKey != nil)
        #expect(first.dedupKey == second.dedupKey)
        #expect(first.dedupKey != other.dedupKey)
    }

    @Test(arguments: [
        #""message_type": "incoming""#, #""private": true"#, #""source_id": "WAID:3EB0F0""#,
        #""content_attributes": {"external_echo": true}"#, #""event": "conversation_updated""#,
        #""event": "message_created_by_nobody""#, #""message_type": "activity""#,
        #""content_attributes": {"deleted": true}"#,
    ])
    func whatIsNotForTheCustomerIsNoEvent(_ more: String) throws {
        #expect(try read(try document(more), as: ChatwootWebhookFormat()) == [])
    }

    @Test(arguments: [
        #"{"event": "conversation_typing_on", "user": {"id": 5, "type": "user"}, "conversation": {"id": 128}}"#,
        #"{"event": "conversation_status_changed", "id": 128, "status": "resolved", "account": {"id": 1}}"#,
        #"{"event": "webwidget_triggered"}"#,
    ])
    func whatIsAboutNoMessageIsNoEvent(_ document: String) throws {
        #expect(try read(document, as: ChatwootWebhookFormat(), session: nil) == [])
    }

    @Test func whatAnAgentDeletesIsToBeTakenBack() throws {
        let text = try document(#""event": "message_updated", "content_attributes": {"deleted": true}"#)
        let event = try one(text, as: ChatwootWebhookFormat())
        #expect(event.type == .messageRevoke)
        #expect(event.payload["commandId"] == "cw-1-9010")
        #expect(event.payload["text"] == nil)
    }

    @Test func aRetryHasNoKeyAndSaysSo() throws {
        let event = try one(try document(#""event": "message_updated""#), as: ChatwootWebhookFormat())
        #expect(event.payload["retry"] == true)
        #expect(event.dedupKey == nil)
        let failure = #""event": "message_updated", "content_attributes": {"external_error": "no such number"}"#
        #expect(try read(try document(failure), as: ChatwootWebhookFormat()) == [], "the failure itself is no retry")
    }

    @Test func automaticMessagesAreSentToo() throws {
        let text = try document(#""message_type": "template", "content_type": "input_csat", "sender": null"#)
        #expect(try one(text, as: ChatwootWebhookFormat()).type == .messageSend)
    }

    @Test func theChoicesOfAFormAreLines() throws {
        let text = try document(
            #"""
            "content": "Which one?", "content_type": "input_select",
            "content_attributes": {"items": [{"title": "Red", "value": "r"}, {"title": "Blue", "description": "new"}]}
            """#)
        #expect(try one(text, as: ChatwootWebhookFormat()).payload["text"] == "Which one?\n- Red\n- Blue: new")
    }

    @Test func filesComeWithTheirNames() throws {
        let text = try document(
            #"""
            "content": null, "attachments": [
              {"id": 60, "file_type": "image", "content_type": "image/jpeg", "file_size": 1234,
               "data_url": "https://cw.example/rails/active_storage/blobs/redirect/x/caf%C3%A9%20menu.jpg?a=1"},
              {"id": 61, "file_type": "file", "data_url": "https://cw.example/b/price.pdf"}]
            """#)
        let payload = try one(text, as: ChatwootWebhookFormat()).payload
        #expect(payload["type"] == "image")
        #expect(payload["text"] == .null)
        #expect(
            payload["attachments"]
                == [
                    [
                        "kind": "image",
                        "url": "https://cw.example/rails/active_storage/blobs/redirect/x/caf%C3%A9%20menu.jpg?a=1",
                        "mimetype": "image/jpeg", "fileName": "café menu.jpg", "size": 1234,
                    ],
                    ["kind": "document", "url": "https://cw.example/b/price.pdf", "fileName": "price.pdf"],
                ]
        )
    }

    @Test func anAnswerNamesWhatItAnswers() throws {
        let ours = #""content_attributes": {"in_reply_to": 55, "in_reply_to_external_id": "WAID:3EB0A1#file"}"#
        let payload = try one(try document(ours), as: ChatwootWebhookFormat()).payload
        #expect(payload["quoted"] == ["messageId": "3EB0A1"])
        #expect(payload["chatwoot"]?["inReplyTo"] == 55)
        let theirs = #""content_attributes": {"in_reply_to": 55, "in_reply_to_external_id": null}"#
        #expect(try one(try document(theirs), as: ChatwootWebhookFormat()).payload["quoted"] == nil)
    }

    @Test(arguments: [
        ("wa-5511999999001", "5511999999001@s.whatsapp.net"), ("walid-100000000000002", "100000000000002@lid"),
        ("wag-1203630001", "1203630001@g.us"), ("wag-5511999-1600000000", "5511999-1600000000@g.us"),
    ])
    func ourSourceIDsNameTheChat(_ source: String, _ chat: String) throws {
        let text = try document(conversation: #""contact_inbox": {"source_id": "\#(source)"}"#)
        #expect(try one(text, as: ChatwootWebhookFormat()).chat == chat)
    }

    @Test func anAgentsOwnContactIsFoundByItsNumber() throws {
        let text = try document(
            conversation: #"""
                "contact_inbox": {"source_id": "5d0b0b6e-5a5e-4a77-9f0f-1f0f6b6f7a10"},
                "meta": {"sender": {"identifier": null, "phone_number": "+5511988887777"}}
                """#)
        #expect(try one(text, as: ChatwootWebhookFormat()).chat == "5511988887777@s.whatsapp.net")
    }

    /// The document is accepted, because a rejection would tell the agent no more than its status.
    @Test func aContactWithoutANumberIsAProblemWithWhatToDo() throws {
        let text = try document(
            conversation: #""contact_inbox": {"source_id": "x"}, "meta": {"sender": {"email": "a@example.com"}}"#)
        let event = try one(text, as: ChatwootWebhookFormat())
        #expect(event.chat == nil)
        #expect(event.payload["chatId"] == .null)
        #expect(event.payload["problem"]?.string?.contains("give it a phone number") == true)
        #expect(event.payload["chatwoot"]?["message"] == 9010)
    }

    @Test(arguments: [
        (#""content_type": "audio/mpeg""#, false), (#""content_type": "audio/opus""#, true),
        (#""content_type": "audio/ogg; codecs=opus""#, true),
        (#""content_type": "audio/mpeg", "meta": {"is_recorded_audio": true}"#, true),
    ])
    func recordingsAreVoiceNotes(_ members: String, _ isVoice: Bool) throws {
        let text = try document(
            #""attachments": [{"id": 1, "file_type": "audio", "data_url": "https://cw.example/a", \#(members)}]"#)
        let file = try one(text, as: ChatwootWebhookFormat()).payload["attachments"]?[0]
        #expect(file?["voice"] == (isVoice ? true : nil))
    }

    @Test func theConversationMayNameTheSession() throws {
        let text = try document(conversation: #""custom_attributes": {"wa_session": "shop"}"#)
        #expect(try one(text, as: ChatwootWebhookFormat(), session: nil).session == "shop")
        #expect(try one(text, as: ChatwootWebhookFormat(), session: "demo").session == "demo", "the address wins")
        let error = try #require(refusal(try document(), as: ChatwootWebhookFormat(), session: nil))
        #expect(error.code == .missingSession)
        #expect(error.pointer == nil, "the source's default may stand in")
    }

    @Test(arguments: [#"[]"#, #"{"id": 1}"#, #""event""#])
    func whatIsNoWebhookOfChatwootIsRefused(_ document: String) throws {
        #expect(refusal(document, as: ChatwootWebhookFormat())?.code == .notAnEvent)
    }
}
