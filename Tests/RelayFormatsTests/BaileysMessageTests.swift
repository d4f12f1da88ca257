import RelayCore
import RelayFormats
import RelayJSON
import Testing

struct BaileysMessageTests {
    @Test func aTextHasExactlyTheFieldsOfStage07AndTheAddedOnes() throws {
        let event = try one(
            upsert(message(#"{"conversation": "Hello, I need help"}"#, more: #""pushName": "Maria Silva""#)))
        #expect(event.type == .messageReceived)
        #expect(event.occurredAt == Timestamp(seconds: 1_750_168_528))
        let expected: JSONObject = [
            "messageId": "3EB0A1", "chatId": "5511999999001@s.whatsapp.net", "from": "5511999999001@s.whatsapp.net",
            "participant": .null, "type": "text", "content": ["text": "Hello, I need help"], "chatName": .null,
            "chatImageUrl": .null, "participantName": .null, "groupId": .null, "groupName": .null,
            "groupImageUrl": .null, "contactName": "Maria Silva", "contactImageUrl": .null, "isGroup": false,
            "timestamp": 1_750_168_528, "fromMe": false, "chatKind": "direct", "wa_message_id": "3EB0A1",
            "pushName": "Maria Silva",
        ]
        #expect(event.payload == expected)
        #expect(event.payload.keys == expected.keys)
    }

    /// B-M1: `append` contains messages that arrived while the account was offline.
    @Test func queuedMessagesCountAsMuchAsLiveOnes() throws {
        let body = message(#"{"conversation": "Hi"}"#)
        #expect(try read(upsert(body, type: "append")) == read(upsert(body, type: "notify")))
    }

    @Test func anOwnMessageIsSentToItsChat() throws {
        let event = try one(
            upsert(message(#"{"conversation": "Hi"}"#, key: #""fromMe": true"#, more: #""pushName": "Me""#)))
        #expect(event.type == .messageSent)
        #expect(event.payload["to"] == "5511999999001@s.whatsapp.net")
        #expect(event.payload["from"] == .null)
        #expect(event.payload["contactName"] == .null)
        #expect(event.dedupKey == "message.sent|5511999999001@s.whatsapp.net|3EB0A1")
    }

    /// B-U1.
    @Test func wrappersAreOpened() throws {
        let event = try one(
            upsert(
                message(
                    #"{"messageContextInfo": {"messageSecret": "x"}, "ephemeralMessage": {"message": {"viewOnceMessageV2":"#
                        + #" {"message": {"imageMessage": {"caption": "look", "mimetype": "image/jpeg"}}}}}}"#
                )
            )
        )
        #expect(event.payload["type"] == "image")
        #expect(event.payload["content"]?["caption"] == "look")
        #expect(event.payload["viewOnce"] == true)
        #expect(event.payload["ephemeral"] == true)
    }

    @Test func fiveWrappersAreOpenedAndSixAreNot() throws {
        var content: JSON = ["conversation": "in"]
        for _ in 0..<5 { content = ["ephemeralMessage": ["message": content]] }
        #expect(try one(upsert(message(content.text))).payload["type"] == "text")
        content = ["ephemeralMessage": ["message": content]]
        #expect(try one(upsert(message(content.text))).payload["type"] == "unsupported")
    }

    @Test func wrappersThatCameLaterAreOpenedByTheirShape() throws {
        let event = try one(
            upsert(message(#"{"lottieStickerMessage": {"message": {"stickerMessage": {"isLottie": true}}}}"#)))
        #expect(event.payload["type"] == "sticker")
        #expect(event.payload["content"]?["lottie"] == true)
    }

    @Test func keysForOthersAreNoContent() throws {
        #expect(try read(upsert(message(#"{"senderKeyDistributionMessage": {"groupId": "1@g.us"}}"#))).isEmpty)
        let both = #"{"senderKeyDistributionMessage": {"groupId": "1@g.us"}, "conversation": "Hi"}"#
        #expect(try one(upsert(message(both))).payload["content"] == ["text": "Hi"])
        #expect(try one(upsert(message(#"{"imageMessage": null, "conversation": "Hi"}"#))).payload["type"] == "text")
    }

    @Test func repliesForwardsAndMentionsAreReported() throws {
        let event = try one(
            upsert(
                message(
                    #"""
                    {"extendedTextMessage": {"text": "@Ana yes", "contextInfo": {"stanzaId": "3EB0FF",
                     "participant": "5511999999002:7@s.whatsapp.net", "isForwarded": true, "expiration": 86400,
                     "mentionedJid": ["5511999999003@c.us"],
                     "quotedMessage": {"ephemeralMessage": {"message": {"imageMessage": {"caption": "menu", "mediaKey": "k"}}}}}}}
                    """#
                )
            )
        )
        #expect(
            event.payload["quoted"] == [
                "messageId": "3EB0FF", "participant": "5511999999002@s.whatsapp.net", "type": "image", "text": "menu",
            ]
        )
        #expect(event.payload["forwarded"] == true)
        #expect(event.payload["ephemeral"] == true)
        #expect(
            event.payload["mentions"] == [
                ["id": "5511999999003@s.whatsapp.net", "lid": .null, "phone": "5511999999003", "name": .null]
            ])
    }

    @Test(
        arguments: [(#""forwardingScore": 4"#, JSON.bool(true)), (#""forwardingScore": 0"#, nil)] as [(String, JSON?)])
    func aScoreTellsAForwardAsWell(_ field: String, _ forwarded: JSON?) throws {
        let content = #"{"extendedTextMessage": {"text": "a", "contextInfo": {\#(field)}}}"#
        #expect(try one(upsert(message(content))).payload["forwarded"] == forwarded)
    }

    @Test func theAdvertisementBehindAConversationIsReported() throws {
        let event = try one(
            upsert(
                message(
                    #"{"extendedTextMessage": {"text": "Hi", "contextInfo": {"externalAdReply": {"sourceUrl": "https://fb.me/1","#
                        + #" "sourceId": "12", "title": "Sale", "ctwaClid": "c1", "thumbnail": "AAAA"}}}}"#
                )
            )
        )
        #expect(
            event.payload["referral"] == [
                "sourceUrl": "https://fb.me/1", "sourceId": "12", "title": "Sale", "clickId": "c1",
            ]
        )
    }

    @Test(arguments: [
        (#"{"videoMessage": {"gifPlayback": true, "seconds": 3}}"#, "video", #"{"gif": true, "seconds": 3}"#),
        (#"{"ptvMessage": {"seconds": 9}}"#, "video", #"{"ptv": true}"#),
        (
            #"{"audioMessage": {"ptt": true, "seconds": 4, "waveform": "AAA="}}"#, "audio",
            #"{"ptt": true, "seconds": 4}"#
        ),
        (
            #"{"documentWithCaptionMessage": {"message": {"documentMessage": {"caption": "c", "fileName": "a.pdf", "pageCount": 2}}}}"#,
            "document", #"{"caption": "c", "fileName": "a.pdf", "pageCount": 2}"#
        ),
        (#"{"stickerMessage": {"isAnimated": true}}"#, "sticker", #"{"animated": true}"#),
        (
            #"{"locationMessage": {"degreesLatitude": -23.55, "degreesLongitude": -46.63, "name": "Sé"}}"#, "location",
            #"{"latitude": -23.55, "longitude": -46.63, "name": "Sé", "address": null, "live": false}"#
        ),
        (
            #"{"liveLocationMessage": {"degreesLatitude": 1, "degreesLongitude": 2, "sequenceNumber": "5"}}"#,
            "location",
            #"{"latitude": 1, "live": true, "sequenceNumber": 5}"#
        ),
        (
            #"{"contactMessage": {"displayName": "Ana", "vcard": "BEGIN:VCARD\nitem1.TEL;waid=5511999999004:+55 11 99999-9004\nEND:VCARD"}}"#,
            "contact", #"{"contacts": [{"name": "Ana", "phones": ["+55 11 99999-9004"]}]}"#
        ),
        (
            #"{"contactsArrayMessage": {"contacts": [{"displayName": "A", "vcard": "TEL:1"}, {"displayName": "B"}]}}"#,
            "contact", #"{"contacts": [{"name": "A", "phones": ["1"]}, {"name": "B", "phones": []}]}"#
        ),
        (
            #"{"buttonsResponseMessage": {"selectedButtonId": "y", "selectedDisplayText": "Yes"}}"#, "button_reply",
            #"{"id": "y", "text": "Yes"}"#
        ),
        (
            #"{"templateButtonReplyMessage": {"selectedId": "y", "selectedDisplayText": "Yes", "selectedIndex": 1}}"#,
            "button_reply", #"{"id": "y", "text": "Yes", "index": 1}"#
        ),
        (
            #"{"listResponseMessage": {"title": "Pizza", "singleSelectReply": {"selectedRowId": "r2"}}}"#, "list_reply",
            #"{"id": "r2", "text": "Pizza", "description": null}"#
        ),
        (
            #"{"interactiveResponseMessage": {"body": {"text": "Go"}, "nativeFlowResponseMessage": {"name": "quick_reply", "paramsJson": "{\"id\":\"b7\"}"}}}"#,
            "button_reply", #"{"id": "b7", "text": "Go"}"#
        ),
        (
            #"{"interactiveResponseMessage": {"nativeFlowResponseMessage": {"name": "single_select", "paramsJson": "{\"id\":\"r1\",\"title\":\"One\"}"}}}"#,
            "list_reply", #"{"id": "r1", "text": "One"}"#
        ),
        (
            #"{"buttonsMessage": {"contentText": "Choose", "footerText": "f", "buttons": [{"buttonId": "1", "buttonText": {"displayText": "A"}}]}}"#,
            "text", #"{"text": "Choose", "footer": "f", "choices": [{"id": "1", "text": "A"}]}"#
        ),
        (
            #"{"messageContextInfo": {"messageSecret": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}, "pollCreationMessageV3": {"name": "Lunch?", "options": [{"optionName": "a"}, {"optionName": "b"}], "selectableOptionsCount": 1}}"#,
            "poll",
            #"{"name": "Lunch?", "options": ["a", "b"], "selectableCount": 1, "secret": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}"#
        ),
        (
            #"{"pollUpdateMessage": {"pollCreationMessageKey": {"id": "P1"}, "vote": {"encPayload": [1, 2], "encIv": "AwQ="}}}"#,
            "poll_vote", #"{"targetMessageId": "P1", "encrypted": {"payload": "AQI=", "iv": "AwQ="}}"#
        ),
        (
            #"{"orderMessage": {"orderId": "o1", "itemCount": 2, "message": "pls"}}"#, "order",
            #"{"orderId": "o1", "text": "pls"}"#
        ),
        (
            #"{"productMessage": {"product": {"productId": "p1", "title": "Shoe", "productImage": {"mediaKey": "k"}}}}"#,
            "product", #"{"productId": "p1", "title": "Shoe"}"#
        ),
        (
            #"{"groupInviteMessage": {"groupJid": "1203@g.us", "groupName": "G", "inviteCode": "abc"}}"#,
            "group_invite",
            #"{"groupId": "1203@g.us", "groupName": "G", "inviteCode": "abc"}"#
        ),
        (
            #"{"callLogMesssage": {"isVideo": true, "callOutcome": 1, "durationSecs": "0"}}"#, "call_log",
            #"{"outcome": "missed", "video": true, "seconds": 0}"#
        ),
        (
            #"{"pinInChatMessage": {"key": {"id": "T1"}, "type": "PIN_FOR_ALL"}}"#, "pin",
            #"{"targetMessageId": "T1", "pinned": true}"#
        ),
        (
            #"{"secretEncryptedMessage": {"targetMessageKey": {"id": "T2"}}}"#, "unsupported",
            #"{"reason": "encrypted_edit", "targetMessageId": "T2"}"#
        ),
        (#"{"brandNewMessage": {"a": 1, "mediaKey": "k"}}"#, "unsupported", #"{"raw": {"brandNewMessage": {"a": 1}}}"#),
    ])
    func everyKindHasItsTypeAndContent(_ content: String, _ type: String, _ expected: String) throws {
        let event = try one(upsert(message(content)))
        #expect(event.type == .messageReceived)
        #expect(event.payload["type"]?.string == type)
        #expect(difference(event.payload["content"], from: try json(expected)) == nil)
        #expect(!(event.payload["content"]?.text.contains("mediaKey") ?? false))
    }

    @Test(arguments: [3, 5, 9, 17, 18, 25])
    func machineryBetweenDevicesIsNoEvent(_ type: Int) throws {
        let content =
            #"{"protocolMessage": {"type": \#(type), "key": {"id": "T"}, "editedMessage": {"conversation": "x"}}}"#
        #expect(try read(upsert(message(content))).isEmpty)
    }

    @Test func anUndecryptableMessageDoesNotSwallowTheLaterOne() throws {
        let stub = try one(
            upsert(message("null", more: #""messageStubType": 2, "messageStubParameters": ["No session record"]"#))
        )
        #expect(stub.payload["type"] == "unsupported")
        #expect(stub.payload["content"] == ["reason": "undecryptable", "detail": "No session record"])
        let later = try one(upsert(message(#"{"conversation": "Hi"}"#)))
        #expect(stub.dedupKey != nil)
        #expect(stub.dedupKey != later.dedupKey)
        #expect(try one(upsert(message("null", more: #""messageStubType": "CIPHERTEXT""#))).dedupKey == stub.dedupKey)
    }

    @Test func noticesOfTheGroupAreNoMessages() throws {
        #expect(
            try read(upsert(message("null", more: #""messageStubType": 27, "messageStubParameters": ["x"]"#))).isEmpty)
        #expect(try read(upsert(message("{}"))).isEmpty)
    }

    @Test func historyIsMarkedAndHasTheKeysOfLiveMessages() throws {
        let body = message(#"{"conversation": "Hi"}"#)
        let old = try one(envelope("messaging-history.set", #"{"chats": [], "contacts": [], "messages": [\#(body)]}"#))
        #expect(old.payload["history"] == true)
        #expect(old.dedupKey == (try one(upsert(body))).dedupKey)
    }

    @Test func aNameMayLookAlmostLikeAnAddress() throws {
        let event = try one(upsert(message(#"{"conversation": "Hi"}"#, more: #""pushName": "ana@home""#)))
        #expect(event.payload["contactName"] == "ana@home")
    }

    @Test(arguments: [#""pushName": """#, #""pushName": "5511999999001@s.whatsapp.net""#, #""pushName": 7"#])
    func whatIsNoNameIsNone(_ field: String) throws {
        #expect(try one(upsert(message(#"{"conversation": "Hi"}"#, more: field))).payload["contactName"] == .null)
    }
}
