import RelayCore
import RelayFormats
import RelayJSON
import Testing

struct WAHAMessageTests {
    /// A message in the chat with 5511999999002.
    private func message(_ fields: String, event: String = "message", engine: String = "WEBJS") throws -> ParsedEvent {
        try one(
            WAHADocuments.envelope(
                event,
                #"{"id": "false_5511999999002@c.us_3A01", "timestamp": 1768580591, "from": "5511999999002@c.us", \#(fields)}"#,
                engine: engine
            ),
            as: WAHAFormat()
        )
    }

    static let location = WAHADocuments.envelope(
        "message",
        #"""
        {"id": "false_5511999999002@c.us_3A02", "timestamp": 1768580591, "from": "5511999999002@c.us", "fromMe": false,
         "body": "/9j/4AAQ", "hasMedia": false,
         "location": {"live": false, "latitude": "-23.5505", "longitude": "-46.6333", "name": "Praça da Sé",
                      "address": "Sé, São Paulo", "url": null, "description": null, "thumbnail": "/9j/4AAQ"}}
        """#,
        engine: "WEBJS"
    )

    static let cards = WAHADocuments.envelope(
        "message",
        #"""
        {"id": "false_5511999999002@c.us_3A03", "timestamp": 1768580591, "from": "5511999999002@c.us", "fromMe": false,
         "body": "BEGIN:VCARD", "hasMedia": false,
         "vCards": ["BEGIN:VCARD\nVERSION:3.0\nFN:Maria Silva\nTEL;type=CELL:+55 11 99999-9010\nEND:VCARD"]}
        """#,
        engine: "WEBJS"
    )

    @Test func theHiddenIdentityHasItsPhone() throws {
        let event = try one(WAHADocuments.lidText, as: WAHAFormat(), session: nil)
        #expect(event.type == .messageReceived)
        #expect(event.session == "shop")
        #expect(event.chat == "5511999999002@s.whatsapp.net")
        #expect(event.occurredAt == Timestamp(seconds: 1_768_580_591))
        #expect(event.dedupKey == "message.received|5511999999002@s.whatsapp.net|3AC22AE73E797638455D")
        let expected: JSON = [
            "messageId": "3AC22AE73E797638455D", "chatId": "5511999999002@s.whatsapp.net",
            "from": "5511999999002@s.whatsapp.net", "chatLid": "100000000000002@lid", "participant": .null,
            "type": "text", "content": ["text": "Hello"], "contactName": "Contact", "timestamp": 1_768_580_591,
            "fromMe": false, "ephemeral": true, "isGroup": false,
        ]
        #expect(difference(.object(event.payload), from: expected) == nil)
    }

    @Test func withoutThePhoneTheHiddenIdentityStays() throws {
        let event = try message(#""fromMe": false, "body": "x""#)
        #expect(event.chat == "5511999999002@s.whatsapp.net")
        let hidden = WAHADocuments.lidText.replacing("5511999999002@s.whatsapp.net", with: "")
        let unknown = try one(hidden, as: WAHAFormat())
        #expect(unknown.chat == "100000000000002@lid")
        #expect(unknown.payload["chatLid"] == nil)
        #expect(JSON.object(unknown.payload).text.contains("100000000000002@s.whatsapp.net") == false)
    }

    @Test func messageAndMessageAnyAreOneEvent() throws {
        let any = WAHADocuments.lidText.replacing(#""event": "message""#, with: #""event": "message.any""#)
        #expect(try read(WAHADocuments.lidText, as: WAHAFormat()) == read(any, as: WAHAFormat()))
    }

    @Test func ourOwnMessageIsInTheChatItWentTo() throws {
        let document = WAHADocuments.envelope(
            "message.any",
            #"""
            {"id": "true_100000000000002@lid_3EB0OWN", "timestamp": 1768580591, "from": "5511999999000@c.us",
             "to": "100000000000002@lid", "fromMe": true, "source": "api", "body": "Hi", "hasMedia": false,
             "_data": {"Info": {"Chat": "100000000000002@lid", "Sender": "900000000000000@lid", "IsFromMe": true,
                                "SenderAlt": "5511999999000@s.whatsapp.net",
                                "RecipientAlt": "5511999999002@s.whatsapp.net", "PushName": "Shop"},
                       "Message": {"conversation": "Hi"}}}
            """#,
            engine: "GOWS"
        )
        let event = try one(document, as: WAHAFormat())
        #expect(event.type == .messageSent)
        let expected: JSON = [
            "chatId": "5511999999002@s.whatsapp.net", "to": "5511999999002@s.whatsapp.net",
            "from": "5511999999000@s.whatsapp.net", "chatLid": "100000000000002@lid", "contactName": .null,
            "fromMe": true, "source": "api",
        ]
        #expect(difference(.object(event.payload), from: expected) == nil)
        #expect(event.payload["pushName"] == nil)
    }

    @Test(arguments: [
        ("false_status@broadcast_3A1_5511999999005@c.us", "status", "5511999999005@s.whatsapp.net"),
        ("false_120363000000000007@newsletter_3A1", "newsletter", nil),
        ("false_120363000000000001@g.us_3A1_77:4@lid", "group", "77@lid"),
    ])
    func chatsOfEveryKind(_ id: String, _ kind: String, _ participant: String?) throws {
        let event = try one(
            WAHADocuments.envelope(
                "message", #"{"id": "\#(id)", "timestamp": 1768580591, "body": "x", "fromMe": false}"#),
            as: WAHAFormat()
        )
        #expect(event.payload["chatKind"]?.string == kind)
        #expect(event.payload["messageId"] == "3A1")
        #expect(event.payload["participant"] == participant.map(JSON.string) ?? .null)
    }

    @Test func aBroadcastListsMessageIsInTheChatWithItsSender() throws {
        let event = try one(
            WAHADocuments.envelope(
                "message",
                #"{"id": "false_1700000000@broadcast_3A1_5511999999005@c.us", "body": "offer", "fromMe": false}"#
            ),
            as: WAHAFormat()
        )
        #expect(event.chat == "5511999999005@s.whatsapp.net")
        #expect(event.payload["broadcastList"] == "1700000000@broadcast")
        // The time is taken from the envelope when the message has none.
        #expect(event.payload["timestamp"] == 1_768_580_592)
    }

    @Test func aReplyNamesWhatItAnswers() throws {
        let event = try message(
            #"""
            "fromMe": false, "body": "Yes!", "hasMedia": false,
            "replyTo": {"id": "true_5511999999002@c.us_3EB0ASKED", "participant": "5511999999000@c.us",
                        "body": "Coming?"}
            """#
        )
        #expect(
            event.payload["quoted"] == [
                "messageId": "3EB0ASKED", "participant": "5511999999000@s.whatsapp.net", "type": "text",
                "text": "Coming?",
            ]
        )
        let media = try message(
            #"""
            "body": "nice", "replyTo": {"id": "3EB0PIC", "hasMedia": true, "media": {"url": null, "mimetype": "image/jpeg"}}
            """#
        )
        #expect(media.payload["quoted"]?["type"] == "image")
        let nameless = try message(#""body": "nice", "replyTo": {"body": "lost"}"#)
        #expect(nameless.payload["quoted"] == nil)
    }

    @Test func placesAndCards() throws {
        let place = try one(Self.location, as: WAHAFormat())
        #expect(place.payload["type"] == "location")
        #expect(
            place.payload["content"] == [
                "latitude": .number("-23.5505"), "longitude": .number("-46.6333"), "name": "Praça da Sé",
                "address": "Sé, São Paulo", "live": false,
            ]
        )
        let live = try message(
            #""body": "", "location": {"live": true, "latitude": "1", "longitude": "2", "description": "on my way"}"#)
        #expect(live.payload["content"]?["live"] == true)
        #expect(live.payload["content"]?["caption"] == "on my way")
        let cards = try one(Self.cards, as: WAHAFormat())
        let contact = cards.payload["content"]?["contacts"]?[0]
        #expect(cards.payload["type"] == "contact")
        #expect(contact?["name"] == "Maria Silva")
        #expect(contact?["phones"] == ["+55 11 99999-9010"])
    }

    @Test func whatWhatsAppWebTells() throws {
        let event = try message(
            #"""
            "fromMe": false, "body": "Hey @5511999999007", "_data": {"type": "chat", "notifyName": "Ana",
            "isForwarded": true, "mentionedJidList": ["5511999999007@c.us", {"_serialized": "88@lid"}],
            "quotedStanzaID": "3EB0Q", "quotedParticipant": {"_serialized": "5511999999000@c.us"},
            "ephemeralDuration": 604800}
            """#
        )
        let expected: JSON = [
            "contactName": "Ana", "forwarded": true,
            "mentions": [
                ["id": "5511999999007@s.whatsapp.net", "lid": .null, "phone": "5511999999007", "name": .null],
                ["id": "88@lid", "lid": "88@lid", "phone": .null, "name": .null],
            ],
            "ephemeral": true, "quoted": ["messageId": "3EB0Q", "participant": "5511999999000@s.whatsapp.net"],
        ]
        #expect(difference(.object(event.payload), from: expected) == nil)
    }

    @Test func choicesAndPolls() throws {
        let list = try one(WAHADocuments.nowebListReply, as: WAHAFormat())
        #expect(list.payload["type"] == "list_reply")
        #expect(list.payload["content"] == ["id": "row-2", "text": "Pizza", "description": "Large"])
        #expect(list.payload["chatLid"] == "100000000000004@lid")
        #expect(list.payload["quoted"]?["messageId"] == "3EB0MENU")
        let button = try message(
            #""body": "Yes", "_data": {"type": "buttons_response", "selectedButtonId": "yes-1"}"#)
        #expect(button.payload["content"] == ["id": "yes-1", "text": "Yes"])
        let row = try message(
            #"""
            "body": "Pizza", "_data": {"type": "list_response", "listResponse": {"singleSelectReply": {"selectedRowId": "r1"}}}
            """#
        )
        #expect(row.payload["content"] == ["id": "r1", "text": "Pizza", "description": .null])
        let poll = try message(
            #"""
            "body": "Lunch?", "_data": {"type": "poll_creation", "pollName": "Lunch?", "pollSelectableOptionsCount": 1,
            "pollOptions": [{"name": "Pizza", "localId": 0}, {"name": "Sushi", "localId": 1}]}
            """#
        )
        #expect(
            poll.payload["content"] == ["name": "Lunch?", "options": ["Pizza", "Sushi"], "selectableCount": 1])
    }

    @Test func buttonsOfWhatsmeow() throws {
        let event = try message(
            #"""
            "body": "Yes", "_data": {"Info": {"ID": "3A01"}, "Message": {"buttonsResponseMessage": {
            "selectedButtonID": "yes-1", "Response": {"SelectedDisplayText": "Yes"}}}}
            """#,
            engine: "GOWS"
        )
        #expect(event.payload["type"] == "button_reply")
        #expect(event.payload["content"] == ["id": "yes-1", "text": "Yes"])
    }

    @Test func whatCannotBeReadYetMayStillCome() throws {
        let waiting = try message(#""fromMe": false, "_data": {}"#, event: "message.waiting")
        #expect(waiting.payload["type"] == "unsupported")
        #expect(waiting.payload["content"] == ["reason": "undecryptable"])
        let readable = try message(#""fromMe": false, "body": "here I am""#)
        #expect(readable.dedupKey != waiting.dedupKey)
        let cipher = try message(#""body": "", "_data": {"type": "ciphertext"}"#)
        #expect(cipher.dedupKey == waiting.dedupKey)
    }

    @Test func whatHasNoMappingIsKept() throws {
        let event = try message(
            #""body": "You are invited", "_data": {"message": {"newsletterAdminInviteMessage": {"name": "Party", "mediaKey": "s3cret"}}}"#,
            engine: "NOWEB"
        )
        #expect(event.payload["type"] == "unsupported")
        #expect(event.payload["content"]?["raw"]?["newsletterAdminInviteMessage"]?["name"] == "Party")
        #expect(event.payload["content"]?["text"] == "You are invited")
        #expect(JSON.object(event.payload).text.contains("s3cret") == false)
        let strange = try message(#""body": null, "_data": {"type": "product_list"}"#)
        #expect(strange.payload["content"]?["raw"]?["type"] == "product_list")
    }

    @Test(arguments: ["e2e_notification", "gp2", "revoked", "protocol"])
    func whatWhatsAppWebShowsBetweenMessagesIsNoEvent(_ type: String) throws {
        let document = WAHADocuments.envelope(
            "message",
            #"{"id": "false_1@g.us_3A01_77@lid", "body": "New subject", "_data": {"type": "\#(type)"}}"#,
            engine: "WEBJS"
        )
        #expect(try read(document, as: WAHAFormat()).isEmpty)
    }

    @Test func oldVersionsSendReactionsAsMessages() throws {
        let event = try message(
            #"""
            "fromMe": false, "_data": {"key": {"id": "3A01"}, "message": {"reactionMessage": {"key": {"id": "3EB0T"},
            "text": "👍"}}}
            """#,
            engine: "NOWEB"
        )
        #expect(event.type == .messageReaction)
        #expect(event.payload["content"] == ["emoji": "👍", "targetMessageId": "3EB0T"])
    }

    @Test func votesSayWhatWasChosen() throws {
        let event = try one(WAHADocuments.vote, as: WAHAFormat())
        #expect(event.type == .messageReceived)
        #expect(event.chat == "5511999999002@s.whatsapp.net")
        #expect(event.payload["type"] == "poll_vote")
        #expect(event.payload["messageId"] == "83ACBE60")
        #expect(event.payload["content"] == ["targetMessageId": "BAE5F2EF", "selectedOptions": ["Awesome!"]])
        let failed = try one(
            WAHADocuments.vote.replacing(#""poll.vote""#, with: #""poll.vote.failed""#), as: WAHAFormat())
        #expect(failed.payload["content"]?["selectedOptions"] == .null)
        #expect(failed.payload["content"]?["reason"] == "undecryptable")
        #expect(failed.dedupKey != event.dedupKey)
    }

    @Test func aVoteInAGroupHasItsVoter() throws {
        let document = WAHADocuments.envelope(
            "poll.vote",
            #"""
            {"vote": {"id": "false_120363000000000001@g.us_83AC", "to": "120363000000000001@g.us",
                      "from": "5511999999002@c.us", "fromMe": false, "selectedOptions": [], "timestamp": 1692861427123},
             "poll": {"id": "BAE5F2EF"}}
            """#
        )
        let event = try one(document, as: WAHAFormat())
        #expect(event.payload["participant"] == "5511999999002@s.whatsapp.net")
        #expect(event.payload["timestamp"] == 1_692_861_427)
        #expect(event.payload["content"] == ["targetMessageId": "BAE5F2EF", "selectedOptions": []])
    }
}
