import RelayCore
import RelayFormats
import RelayJSON
import Testing

struct EvolutionMessageTests {
    private func upsert(_ message: String, key: String = #""fromMe": false"#, more: String = "") -> String {
        evolution(
            "messages.upsert",
            #"""
            {"key": {"remoteJid": "5511999999001@s.whatsapp.net", "id": "3EB0A1", \#(key)}, "pushName": "Maria Silva",
             "message": \#(message), "messageTimestamp": 1750168528, "instanceId": "i-1", "source": "android"
             \#(more.isEmpty ? "" : ", " + more)}
            """#
        )
    }

    private func one(_ document: String) throws -> ParsedEvent {
        try RelayFormatsTests.one(document, as: EvolutionFormat())
    }

    /// Worked example B.4, 1.
    @Test func aTextFromAHiddenIdentity() throws {
        let event = try one(
            evolution(
                "messages.upsert",
                #"""
                {"key": {"remoteJid": "5511999999005@s.whatsapp.net", "remoteJidAlt": "100000000000005@lid", "fromMe": false,
                  "id": "AC00112233445566", "participant": "", "addressingMode": "lid"},
                 "pushName": "Contato Exemplo", "status": "DELIVERY_ACK", "message": {"conversation": "Oi"},
                 "messageType": "conversation", "messageTimestamp": 1785100386, "instanceId": "i-1", "source": "android"}
                """#,
                more: #", "date_time": "2026-07-26T18:13:06.000Z""#
            )
        )
        #expect(event.type == .messageReceived)
        #expect(event.session == "demo")
        #expect(event.occurredAt == Timestamp(seconds: 1_785_100_386))
        let expected: JSONObject = [
            "messageId": "AC00112233445566", "chatId": "5511999999005@s.whatsapp.net",
            "from": "5511999999005@s.whatsapp.net", "participant": .null, "type": "text", "content": ["text": "Oi"],
            "chatName": .null, "chatImageUrl": .null, "participantName": .null, "groupId": .null, "groupName": .null,
            "groupImageUrl": .null, "contactName": "Contato Exemplo", "contactImageUrl": .null, "isGroup": false,
            "timestamp": 1_785_100_386, "fromMe": false, "chatKind": "direct", "wa_message_id": "AC00112233445566",
            "chatLid": "100000000000005@lid", "pushName": "Contato Exemplo",
        ]
        #expect(event.payload == expected)
    }

    /// Worked example B.4, 6.
    @Test func theFileOutsideTheWrappersBelongsToTheMessageInside() throws {
        let event = try one(
            upsert(
                #"""
                {"ephemeralMessage": {"message": {"viewOnceMessageV2": {"message": {"imageMessage":
                  {"mimetype": "image/jpeg", "caption": "once", "jpegThumbnail": "VEhVTUI="}}}}}, "base64": "QUJDREVGRw=="}
                """#
            )
        )
        #expect(event.payload["type"] == "image")
        #expect(event.payload["content"]?["caption"] == "once")
        #expect(event.payload["ephemeral"] == true)
        #expect(event.payload["viewOnce"] == true)
        #expect(event.embedded == Array("ABCDEFG".utf8))
        #expect(!JSON.object(event.payload).text.contains("QUJDREVGRw"))
    }

    /// Worked example B.4, 7.
    @Test func bytesAsObjectsWithAnIndexForEach() throws {
        let indexed = { (count: Int) in
            "{" + (0..<count).map { "\($0)" }.sorted().map { #""\#($0)": \#($0)"# }.joined(separator: ", ") + "}"
        }
        let event = try one(
            upsert(
                #"""
                {"messageContextInfo": {"messageSecret": \#(indexed(32))},
                 "pollCreationMessageV3": {"name": "Lunch?", "options": [{"optionName": "a"}], "selectableOptionsCount": 1}}
                """#,
                key: #""fromMe": false, "remoteJidAlt": "100000000000008@lid""#
            )
        )
        #expect(event.chat == "5511999999001@s.whatsapp.net")
        #expect(event.payload["content"]?["secret"] == "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
        let image = try one(
            upsert(#"{"imageMessage": {"mediaKey": \#(indexed(32)), "url": "https://mmg.whatsapp.net/a"}}"#))
        #expect(image.payload["raw_media"]?["mediaKey"] == "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    }

    @Test(arguments: [
        (#"{"audioMessage": {"ptt": true}, "base64": "QUJD"}"#, ""),
        (#"{"audioMessage": {"ptt": true}}"#, #""base64": "data:audio/ogg;base64,QUJD""#),
        (#"{"audioMessage": {"ptt": true}}"#, #""media": {"base64": "QUJD", "mimetype": "audio/ogg"}"#),
    ])
    func theFileIsFoundWhereverItLies(_ message: String, _ more: String) throws {
        let event = try one(upsert(message, more: more))
        #expect(event.embedded == Array("ABC".utf8))
        #expect(!JSON.object(event.payload).text.contains("QUJD"))
    }

    @Test func theGatewaysCopyAndTheTranscriptAreHandedOn() throws {
        let event = try one(
            upsert(
                #"""
                {"audioMessage": {"mimetype": "audio/ogg", "mediaKey": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
                  "directPath": "/v/a.enc"}, "mediaUrl": "https://s3.example.com/evo/a.oga?X-Amz-Signature=1",
                 "speechToText": "[audio] bom dia"}
                """#
            )
        )
        #expect(event.payload["raw_media"]?["gatewayUrl"] == "https://s3.example.com/evo/a.oga?X-Amz-Signature=1")
        #expect(event.payload["raw_media"]?["directPath"] == "/v/a.enc")
        #expect(event.payload["content"]?["transcript"] == "[audio] bom dia")
    }

    @Test func whatEvolutionLiftsOutOfTheMessageBelongsToIt() throws {
        let event = try one(
            upsert(
                #"{"conversation": "@Ana yes"}"#,
                more: #"""
                    "contextInfo": {"stanzaId": "3EB0FF", "participant": "5511999999002@s.whatsapp.net", "isForwarded": true,
                     "mentionedJid": ["5511999999003@c.us"], "quotedMessage": {"conversation": "coming?"}}
                    """#
            )
        )
        #expect(event.payload["type"] == "text")
        #expect(
            event.payload["quoted"] == [
                "messageId": "3EB0FF", "participant": "5511999999002@s.whatsapp.net", "type": "text", "text": "coming?",
            ]
        )
        #expect(event.payload["forwarded"] == true)
        #expect(
            event.payload["mentions"] == [
                ["id": "5511999999003@s.whatsapp.net", "lid": .null, "phone": "5511999999003", "name": .null]
            ])
        // The Cloud API channel puts it next to the content.
        let cloud = try one(upsert(#"{"conversation": "yes", "contextInfo": {"stanzaId": "wamid.1"}}"#))
        #expect(cloud.payload["quoted"]?["messageId"] == "wamid.1")
    }

    @Test(arguments: ["Você", "Voce", "5511999999001@s.whatsapp.net", "5511999999001", "100000000000005", ""])
    func whatIsNoNameIsNone(_ name: String) throws {
        let document = upsert(
            #"{"conversation": "Hi"}"#, key: #""fromMe": false, "remoteJidAlt": "100000000000005:3@lid""#
        ).replacing("Maria Silva", with: name)
        #expect(try one(document).payload["contactName"] == .null)
        #expect(try one(document).payload["pushName"] == nil)
    }

    @Test func liveAndQueuedMessagesInEveryShape() throws {
        let body =
            #"{"key": {"remoteJid": "5511999999001@s.whatsapp.net", "fromMe": false, "id": "A"}, "message": {"conversation": "Hi"}}"#
        let alone = try read(evolution("messages.upsert", body), as: EvolutionFormat())
        #expect(alone.map(\.type) == [.messageReceived])
        for data in [
            "[\(body)]", #"{"messages": [\#(body)], "type": "append"}"#, #"{"messages": [\#(body)], "type": "notify"}"#,
        ] {
            #expect(try read(evolution("messages.upsert", data), as: EvolutionFormat()) == alone)
        }
        let two = try read(
            evolution("messages.upsert", "[\(body), \(body.replacing(#""A""#, with: #""B""#))]"), as: EvolutionFormat())
        #expect(two.map { $0.payload["messageId"] } == ["A", "B"])
    }

    @Test func whatTheAPISendsIsSentByUs() throws {
        let body =
            #"{"key": {"remoteJid": "1203@g.us", "id": "A"}, "message": {"conversation": "Hi"}, "status": "PENDING"}"#
        let sent = try one(evolution("send.message", body))
        #expect(sent.type == .messageSent)
        #expect(sent.payload["to"] == "1203@g.us")
        #expect(sent.payload["from"] == .null)
        // The echo of the same message is a duplicate.
        let echo = try one(evolution("messages.upsert", body.replacing(#""id""#, with: #""fromMe": true, "id""#)))
        #expect(echo.dedupKey == sent.dedupKey)
    }

    @Test func historyIsMarked() throws {
        let body =
            #"[{"key": {"remoteJid": "5511999999001@s.whatsapp.net", "fromMe": false, "id": "A"}, "pushName": "5511999999001", "message": {"conversation": "old"}}]"#
        let event = try one(evolution("messages.set", body, more: #", "isLatest": true, "progress": 100"#))
        #expect(event.payload["history"] == true)
        #expect(event.payload["contactName"] == .null)
    }

    @Test func anAuthorInAGroupIsThePhoneAndNeverTheInstance() throws {
        let event = try one(
            evolution(
                "messages.upsert",
                #"""
                {"key": {"remoteJid": "1203@g.us", "fromMe": false, "id": "A", "participant": "100000000000003@lid",
                  "participantAlt": "5511999999003@s.whatsapp.net"}, "pushName": "Ana", "message": {"conversation": "Hi"}}
                """#
            )
        )
        #expect(event.payload["from"] == "5511999999003@s.whatsapp.net")
        #expect(event.payload["participantLid"] == "100000000000003@lid")
        #expect(event.payload["participantName"] == "Ana")
        #expect(!JSON.object(event.payload).text.contains("5511999999009"))
    }

    @Test func votesThatEvolutionOpenedAreReported() throws {
        let event = try one(
            upsert(
                #"""
                {"pollUpdateMessage": {"pollCreationMessageKey": {"id": "P1"}, "vote": {"encPayload": "AQI=", "encIv": "AwQ=",
                  "selectedOptions": ["Pizza"]}}}
                """#,
                more: #""pollUpdates": [{"name": "Pizza", "voters": ["5511999999001@s.whatsapp.net"]}]"#
            )
        )
        #expect(event.payload["type"] == "poll_vote")
        #expect(event.payload["content"]?["selectedOptions"] == ["Pizza"])
    }

    @Test func reactionsAreReactions() throws {
        let event = try one(upsert(#"{"reactionMessage": {"key": {"id": "T", "fromMe": true}, "text": "👍"}}"#))
        #expect(event.type == .messageReaction)
        #expect(event.payload["targetMessageId"] == "T")
    }

    @Test func mediaOfTheCloudAPIChannel() throws {
        let event = try one(
            upsert(
                #"""
                {"documentMessage": {"id": "1234", "mime_type": "application/pdf", "filename": "a.pdf", "caption": "c",
                  "url": "https://lookaside.fbsbx.com/x"}, "base64": "QUJD"}
                """#
            )
        )
        #expect(event.payload["content"] == ["caption": "c", "mimetype": "application/pdf", "fileName": "a.pdf"])
        #expect(event.payload["raw_media"]?["url"] == .null)
        #expect(event.embedded == Array("ABC".utf8))
    }

    @Test func whatHasNoMappingIsHandedOnAsItIs() throws {
        let event = try one(
            upsert(#"{"brandNewMessage": {"a": 1, "mediaKey": "k", "base64": "QUJD"}, "base64": "QUJD"}"#))
        #expect(event.payload["type"] == "unsupported")
        #expect(event.payload["content"] == ["raw": ["brandNewMessage": ["a": 1]]])
        #expect(try read(upsert("null"), as: EvolutionFormat()).isEmpty)
        #expect(try read(upsert(#"{"senderKeyDistributionMessage": {}}"#), as: EvolutionFormat()).isEmpty)
    }
}
