import RelayCore
import RelayFormats
import RelayJSON
import Testing

struct EvolutionGoMessageTests {
    private func one(_ document: String) throws -> ParsedEvent {
        try RelayFormatsTests.one(document, as: EvolutionGoFormat())
    }

    @Test func aTextHasExactlyTheFieldsThatEveryDialectGives() throws {
        let event = try one(try whatsmeow(#"{"conversation": "Hello"}"#))
        #expect(event.type == .messageReceived)
        #expect(event.occurredAt == Timestamp(seconds: 1_750_168_528))
        let expected: JSONObject = [
            "messageId": "3EB0A1", "chatId": "5511999999001@s.whatsapp.net", "from": "5511999999001@s.whatsapp.net",
            "participant": .null, "type": "text", "content": ["text": "Hello"], "chatName": .null,
            "chatImageUrl": .null, "participantName": .null, "groupId": .null, "groupName": .null,
            "groupImageUrl": .null, "contactName": "Maria Silva", "contactImageUrl": .null, "isGroup": false,
            "timestamp": 1_750_168_528, "fromMe": false, "chatKind": "direct", "wa_message_id": "3EB0A1",
            "pushName": "Maria Silva",
        ]
        #expect(event.payload == expected)
        #expect(event.dedupKey == "message.received|5511999999001@s.whatsapp.net|3EB0A1")
    }

    /// Go's spellings of names, in the content and in all nested objects.
    @Test func acronymsAreReadAsBaileysNames() throws {
        let event = try one(
            try whatsmeow(
                #"""
                {"imageMessage": {"URL": "https://mmg.whatsapp.net/a.enc?oe=602F3D69", "mimetype": "image/jpeg", "caption": "look",
                  "fileSHA256": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "fileLength": 117512,
                  "mediaKey": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "directPath": "/v/a.enc",
                  "fileEncSHA256": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "mediaKeyTimestamp": 1750168000,
                  "JPEGThumbnail": "VEhVTUI=",
                  "contextInfo": {"stanzaID": "3EB0FF", "participant": "5511999999002:7@s.whatsapp.net", "isForwarded": true,
                   "mentionedJID": ["5511999999003@s.whatsapp.net"], "remoteJID": "status@broadcast",
                   "quotedMessage": {"extendedTextMessage": {"text": "photo?"}},
                   "externalAdReply": {"sourceURL": "https://fb.me/1", "sourceID": "12", "ctwaClid": "c1"}}}}
                """#
            )
        )
        #expect(event.payload["content"] == ["caption": "look", "mimetype": "image/jpeg"])
        #expect(
            event.payload["raw_media"] == [
                "mediaType": "image", "url": "https://mmg.whatsapp.net/a.enc?oe=602F3D69", "directPath": "/v/a.enc",
                "mediaKey": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
                "fileEncSha256": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
                "fileSha256": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "fileLength": 117_512,
                "encFileLength": 117_530, "mimetype": "image/jpeg", "mediaKeyTimestamp": 1_750_168_000,
                "expiresAt": 1_613_708_649,
            ]
        )
        #expect(
            event.payload["quoted"] == [
                "messageId": "3EB0FF", "participant": "5511999999002@s.whatsapp.net", "type": "text", "text": "photo?",
                "chatId": "status@broadcast",
            ]
        )
        #expect(
            event.payload["mentions"] == [
                ["id": "5511999999003@s.whatsapp.net", "lid": .null, "phone": "5511999999003", "name": .null]
            ])
        #expect(event.payload["forwarded"] == true)
        #expect(event.payload["referral"] == ["sourceUrl": "https://fb.me/1", "sourceId": "12", "clickId": "c1"])
    }

    @Test(arguments: [
        (#"{"audioMessage": {"PTT": true, "seconds": 4}}"#, "audio", #"{"ptt": true, "seconds": 4}"#),
        (
            #"{"buttonsResponseMessage": {"selectedButtonID": "b1", "Response": {"SelectedDisplayText": "Go"}}}"#,
            "button_reply", #"{"id": "b1", "text": "Go"}"#
        ),
        (
            #"{"templateButtonReplyMessage": {"selectedID": "b2", "selectedDisplayText": "Go", "selectedIndex": 1}}"#,
            "button_reply", #"{"id": "b2", "text": "Go", "index": 1}"#
        ),
        (
            #"{"listResponseMessage": {"title": "One", "singleSelectReply": {"selectedRowID": "r1"}}}"#, "list_reply",
            #"{"id": "r1", "text": "One"}"#
        ),
        (
            #"{"interactiveResponseMessage": {"body": {"text": "Yes"}, "InteractiveResponseMessage": {"NativeFlowResponseMessage": {"name": "quick_reply", "paramsJSON": "{\"id\":\"q1\"}"}}}}"#,
            "button_reply", #"{"id": "q1", "text": "Yes", "name": "quick_reply"}"#
        ),
        (
            #"{"messageContextInfo": {"messageSecret": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}, "pollCreationMessageV3": {"name": "Lunch?", "options": [{"optionName": "a"}], "selectableOptionsCount": 1}}"#,
            "poll", #"{"name": "Lunch?", "secret": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}"#
        ),
        (
            #"{"pollUpdateMessage": {"pollCreationMessageKey": {"remoteJID": "1203@g.us", "ID": "P1"}, "vote": {"encPayload": "AQI=", "encIV": "AwQ="}}}"#,
            "poll_vote", #"{"targetMessageId": "P1", "encrypted": {"payload": "AQI=", "iv": "AwQ="}}"#
        ),
        (
            #"{"locationMessage": {"degreesLatitude": -23.55, "degreesLongitude": -46.63, "name": "Sé"}}"#, "location",
            #"{"latitude": -23.55, "name": "Sé"}"#
        ),
        (
            #"{"groupInviteMessage": {"groupJID": "1203@g.us", "groupName": "G", "inviteCode": "abc"}}"#,
            "group_invite", #"{"groupId": "1203@g.us"}"#
        ),
        (
            #"{"orderMessage": {"orderID": "o1", "sellerJID": "5511999999009@s.whatsapp.net", "totalAmount1000": 5000}}"#,
            "order", #"{"orderId": "o1", "sellerId": "5511999999009@s.whatsapp.net", "totalAmount1000": 5000}"#
        ),
        (
            #"{"templateMessage": {"Format": {"HydratedFourRowTemplate": {"hydratedContentText": "Choose", "hydratedButtons": [{"index": 1, "HydratedButton": {"QuickReplyButton": {"displayText": "A", "ID": "a1"}}}]}}}}"#,
            "text", #"{"text": "Choose", "choices": [{"id": "a1", "text": "A"}]}"#
        ),
        (
            #"{"brandNewMessage": {"fileURL": 1, "mediaKey": "k"}}"#, "unsupported",
            #"{"raw": {"brandNewMessage": {"fileUrl": 1}}}"#
        ),
        (
            #"{"secretEncryptedMessage": {"targetMessageKey": {"ID": "T"}, "secretEncType": 2}}"#, "unsupported",
            #"{"reason": "encrypted_edit", "targetMessageId": "T"}"#
        ),
    ])
    func everyKindHasItsTypeAndContent(_ content: String, _ type: String, _ expected: String) throws {
        let event = try one(try whatsmeow(content))
        #expect(event.payload["type"]?.string == type)
        #expect(difference(event.payload["content"], from: try json(expected)) == nil)
    }

    @Test func aHiddenIdentityIsThePhone() throws {
        let received = try one(
            try whatsmeow(
                #"{"conversation": "x"}"#,
                info: #""Chat": "77@lid", "Sender": "77:4@lid", "SenderAlt": "5511999999001@s.whatsapp.net""#))
        #expect(received.chat == "5511999999001@s.whatsapp.net")
        #expect(received.payload["chatLid"] == "77@lid")
        let sent = try one(
            try whatsmeow(
                #"{"conversation": "x"}"#,
                info:
                    #""Chat": "77@lid", "Sender": "88:4@lid", "IsFromMe": true, "RecipientAlt": "5511999999001@s.whatsapp.net""#
            )
        )
        #expect(sent.type == .messageSent)
        #expect(sent.chat == "5511999999001@s.whatsapp.net")
        #expect(sent.payload["chatLid"] == "77@lid")
    }

    /// The JIDs of the account's own messages are swapped: the chat becomes the account.
    @Test func theChatOfAnOwnMessageIsTheOtherSide() throws {
        let own =
            #""Chat": "5511999999009@s.whatsapp.net", "Sender": "5511999999009@s.whatsapp.net", "SenderAlt": "88@lid", "IsFromMe": true"#
        let swapped = try one(
            try whatsmeow(#"{"conversation": "x"}"#, info: own + #", "RecipientAlt": "5511999999001@s.whatsapp.net""#))
        #expect(swapped.chat == "5511999999001@s.whatsapp.net")
        // In a message to the account itself there is no other side.
        #expect(try one(try whatsmeow(#"{"conversation": "x"}"#, info: own)).chat == "5511999999009@s.whatsapp.net")
    }

    @Test func aGroupHasItsAuthorAndItsName() throws {
        let event = try one(
            try whatsmeow(
                #"{"conversation": "x"}"#,
                info:
                    #""Chat": "1203@g.us", "IsGroup": true, "Sender": "77:4@lid", "SenderAlt": "5511999999002@s.whatsapp.net""#,
                more: #""groupData": {"JID": "1203@g.us", "Name": "Team", "Participants": []}"#
            )
        )
        #expect(event.chat == "1203@g.us")
        #expect(event.payload["participant"] == "5511999999002@s.whatsapp.net")
        #expect(event.payload["participantLid"] == "77@lid")
        #expect(event.payload["participantName"] == "Maria Silva")
        #expect(event.payload["groupName"] == "Team")
        #expect(event.payload["chatName"] == "Team")
    }

    @Test func aBusinessHasItsVerifiedName() throws {
        let event = try one(
            try whatsmeow(
                #"{"conversation": "x"}"#,
                info:
                    #""VerifiedName": {"Certificate": {}, "Details": {"serial": 4651594154187643283, "verifiedName": "Shoes Ltd"}}"#
            )
        )
        #expect(event.payload["contactName"] == "Shoes Ltd")
        #expect(event.payload["verifiedName"] == "Shoes Ltd")
    }

    @Test func flagsStandForTheWrappersThatWhatsmeowTakesOff() throws {
        let event = try one(
            try whatsmeow(#"{"imageMessage": {}}"#, more: #""IsEphemeral": true, "IsViewOnce": true"#))
        #expect(event.payload["type"] == "image")
        #expect(event.payload["ephemeral"] == true)
        #expect(event.payload["viewOnce"] == true)
    }

    @Test func theFileIsNoPartOfTheEvent() throws {
        let embedded = try one(try whatsmeow(#"{"audioMessage": {"PTT": true}, "base64": "QUJDREVGRw=="}"#))
        #expect(embedded.embedded == Array("ABCDEFG".utf8))
        #expect(!JSON.object(embedded.payload).text.contains("QUJDREVGRw"))
        let stored = try one(
            try whatsmeow(
                #"{"videoMessage": {"directPath": "/v/a"}, "mediaUrl": "https://minio.example.com/a.mp4", "mimetype": "video/mp4"}"#
            ))
        #expect(stored.payload["raw_media"]?["gatewayUrl"] == "https://minio.example.com/a.mp4")
        #expect(stored.payload["raw_media"]?["directPath"] == "/v/a")
        #expect(stored.embedded == nil)
    }

    /// The hash in the message is that of the original.
    @Test func aStickerThatBecameAPictureHasItsOwnReference() throws {
        let sticker =
            #""stickerMessage": {"mimetype": "image/webp", "directPath": "/v/a", "fileSHA256": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "isAnimated": true}"#
        let event = try one(try whatsmeow(#"{\#(sticker), "base64": "iVBORw0KGgo="}"#))
        #expect(event.payload["content"]?["mimetype"] == "image/png")
        #expect(event.payload["content"]?["animated"] == true)
        #expect(event.payload["raw_media"]?["fileSha256"] == .null)
        #expect(event.embedded?.count == 8)
        let webp = try one(try whatsmeow(#"{\#(sticker), "base64": "UklGRg=="}"#))
        #expect(webp.payload["raw_media"]?["fileSha256"] != .null)
    }
}
