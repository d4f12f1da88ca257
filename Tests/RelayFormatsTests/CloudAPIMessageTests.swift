import RelayCore
import RelayFormats
import RelayJSON
import Testing

struct CloudAPIMessageTests {
    @Test func aTextHasExactlyTheFieldsOfStage07AndTheAddedOnes() throws {
        let event = try oneCloud(
            cloudMessage(
                #""type": "text", "text": {"body": "Hello"}"#,
                contacts: #"[{"profile": {"name": "Maria Silva"}, "wa_id": "16505551234", "user_id": "US.1"}]"#))
        #expect(event.type == .messageReceived)
        #expect(event.occurredAt == Timestamp(seconds: 1_749_416_383))
        #expect(event.dedupKey == "message.received|16505551234@s.whatsapp.net|wamid.A")
        let expected: JSONObject = [
            "messageId": "wamid.A", "chatId": "16505551234@s.whatsapp.net", "from": "16505551234@s.whatsapp.net",
            "participant": .null, "type": "text", "content": ["text": "Hello"], "chatName": .null,
            "chatImageUrl": .null, "participantName": .null, "groupId": .null, "groupName": .null,
            "groupImageUrl": .null, "contactName": "Maria Silva", "contactImageUrl": .null, "isGroup": false,
            "timestamp": 1_749_416_383, "fromMe": false, "chatKind": "direct", "wa_message_id": "wamid.A",
            "pushName": "Maria Silva", "userId": "US.1", "phoneNumberId": "1122334455667",
            "displayPhoneNumber": "15550783881",
        ]
        #expect(event.payload == expected)
        #expect(event.payload.keys == expected.keys)
    }

    @Test(arguments: [
        (
            #""type": "video", "video": {"id": "9", "mime_type": "video/mp4", "caption": "c"}"#, "video",
            #"{"caption": "c", "mimetype": "video/mp4"}"#
        ),
        (
            #""type": "audio", "audio": {"id": "9", "mime_type": "audio/mpeg"}"#, "audio",
            #"{"mimetype": "audio/mpeg", "ptt": false}"#
        ),
        (#""type": "sticker", "sticker": {"id": 9}"#, "sticker", #"{"mimetype": null, "animated": false}"#),
        (
            #""type": "location", "location": {"latitude": "-23.55", "longitude": -46, "name": "Sé", "url": "https://e.com"}"#,
            "location",
            #"{"latitude": -23.55, "longitude": -46, "name": "Sé", "address": null, "live": false, "url": "https://e.com"}"#
        ),
        (
            #""type": "contacts", "contacts": [{"name": {"first_name": "Ana", "last_name": "Sá"}, "vcard": "BEGIN:VCARD"}]"#,
            "contact", #"{"contacts": [{"name": "Ana Sá", "vcard": "BEGIN:VCARD", "phones": []}]}"#
        ),
        (#""type": "button", "button": {"text": "Yes"}"#, "button_reply", #"{"id": null, "text": "Yes"}"#),
        (
            #""type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"name": "flow", "response_json": "{oops"}}"#,
            "button_reply", #"{"id": null, "text": null, "name": "flow", "response": "{oops"}"#
        ),
        (
            #""type": "interactive", "interactive": {"type": "interactive", "action": "address_message", "nfm_reply": {"name": "address_message", "response_json": "{\"values\": {}}"}}"#,
            "button_reply", #"{"name": "address_message", "params": {"values": {}}}"#
        ),
        (
            #""type": "interactive", "interactive": {"type": "call_permission_reply", "call_permission_reply": {"response": "accept", "expiration_timestamp": 1753186982}}"#,
            "button_reply",
            #"{"id": "accept", "name": "call_permission_reply", "params": {"response": "accept", "expiration_timestamp": 1753186982}}"#
        ),
        (
            #""type": "order", "order": {"catalog_id": 7, "product_items": [{"product_retailer_id": "a", "quantity": "2", "item_price": 7.99, "currency": "USD"}, {"currency": "EUR"}]}"#,
            "order",
            #"{"catalogId": "7", "itemCount": null, "currency": null, "items": [{"retailerId": "a", "quantity": 2, "price": 7.99, "currency": "USD"}, {"retailerId": null, "price": null}]}"#
        ),
        (
            #""type": "system", "identity": {"hash": "h", "created_timestamp": "5"}, "system": {"type": "customer_identity_changed", "body": "b"}"#,
            "system",
            #"{"body": "b", "kind": "customer_identity_changed", "identity": {"hash": "h", "acknowledged": null, "createdAt": 5}}"#
        ),
        (#""type": "request_welcome""#, "system", #"{"body": null, "kind": "request_welcome"}"#),
        (
            #""type": "poll", "poll": {"name": "Lunch?"}"#, "unsupported",
            #"{"raw": {"type": "poll", "poll": {"name": "Lunch?"}}}"#
        ),
        (
            #""type": "interactive", "interactive": {"type": "new_reply", "new_reply": {"a": 1}}"#, "unsupported",
            #"{"raw": {"type": "interactive", "interactive": {"type": "new_reply", "new_reply": {"a": 1}}}}"#
        ),
        (#""type": "text", "text": {"body": 7}"#, "unsupported", #"{"raw": {"type": "text", "text": {"body": 7}}}"#),
        (#""type": "image", "image": "x""#, "unsupported", #"{"raw": {"type": "image", "image": "x"}}"#),
        (#""type": "reaction", "reaction": {"emoji": "x"}"#, "unsupported", #"{"raw": {"reaction": {"emoji": "x"}}}"#),
        (#""type": "edit", "edit": {"original_message_id": "T"}"#, "unsupported", #"{"raw": {"type": "edit"}}"#),
        (#""type": "revoke""#, "unsupported", #"{"raw": {"type": "revoke"}}"#),
        (#""type": "contacts", "contacts": []"#, "unsupported", #"{"raw": {"type": "contacts"}}"#),
        (#""type": 7"#, "unsupported", #"{"raw": {"type": 7}}"#), (#""text": {"body": "x"}"#, "unsupported", "{}"),
        (
            #""type": "unsupported", "unsupported": {"type": "poll"}, "errors": [{"code": 131051, "error_data": {"details": "no poll"}}]"#,
            "unsupported", #"{"reason": "131051 no poll", "raw": {"unsupported": {"type": "poll"}}}"#
        ),
    ])
    func everyKindHasItsTypeAndContent(_ node: String, _ type: String, _ expected: String) throws {
        let event = try oneCloud(cloudMessage(node))
        #expect(event.type == .messageReceived)
        #expect(event.payload["type"]?.string == type)
        #expect(difference(event.payload["content"], from: try json(expected)) == nil)
    }

    @Test func mediaAreKnownByTheirID() throws {
        let hash = "m04pFf2ERdaopTyFkGPA0+bX3i+YY2dYgVFwOgDLSDI="
        let event = try oneCloud(
            cloudMessage(
                #""type": "document", "document": {"id": "55", "mime_type": "application/pdf", "sha256": "\#(hash)","#
                    + #" "filename": "a.pdf", "url": "https://lookaside.fbsbx.com/x?mid=55"}"#))
        #expect(
            event.payload["raw_media"] == [
                "mediaType": "document", "scheme": "cloud_media", "id": "55",
                "url": "https://lookaside.fbsbx.com/x?mid=55",
                "fileSha256": .string(hash), "mimetype": "application/pdf", "fileName": "a.pdf",
            ])
        #expect(throws: Never.self) { try RawMediaReference(#require(event.payload["raw_media"])) }
    }

    @Test func errorsComeAlongsideMedia() throws {
        let event = try oneCloud(
            cloudMessage(
                #""type": "image", "image": {"mime_type": "image/jpeg", "caption": "look"},"#
                    + #" "errors": [{"code": 131052, "title": "Media download error"}]"#))
        #expect(event.payload["type"] == "image")
        #expect(event.payload["content"]?["caption"] == "look")
        #expect(event.payload["errors"] == [["code": 131_052, "title": "Media download error"]])
        // Without an id the file cannot be downloaded.
        #expect(event.payload["raw_media"] == nil)
    }

    @Test func anEditReplacesTheContentOfItsTarget() throws {
        let event = try oneCloud(
            cloudMessage(
                #""type": "edit", "edit": {"original_message_id": "wamid.T", "message": {"type": "image","#
                    + #" "context": {"id": "wamid.Q"}, "image": {"id": "5", "caption": "new"}}}"#))
        #expect(event.type == .messageUpdated)
        #expect(event.payload["messageId"] == "wamid.T")
        #expect(event.payload["targetMessageId"] == "wamid.T")
        #expect(event.payload["type"] == "image")
        #expect(event.payload["content"]?["caption"] == "new")
        #expect(event.payload["raw_media"]?["id"] == "5")
        #expect(event.payload["quoted"]?["messageId"] == "wamid.Q")
        #expect(event.payload["timestamp"] == 1_749_416_383)
        let other = cloudMessage(
            #""type": "edit", "edit": {"original_message_id": "wamid.T", "message": {"type": "text", "text": {"body": "x"}}}"#
        )
        #expect(try oneCloud(other).dedupKey != event.dedupKey)
    }

    @Test func aRevocationDeletesItsTarget() throws {
        let event = try oneCloud(cloudMessage(#""type": "revoke", "revoke": {"original_message_id": "wamid.T"}"#))
        #expect(event.type == .messageDeleted)
        #expect(event.payload["messageId"] == "wamid.T")
        #expect(event.dedupKey == "message.deleted|16505551234@s.whatsapp.net|wamid.T")
    }

    @Test(arguments: [#", "emoji": "👍""#, #", "emoji": """#, "", #", "emoji": null"#])
    func aReactionAndItsRemoval(_ emoji: String) throws {
        let event = try oneCloud(cloudMessage(#""type": "reaction", "reaction": {"message_id": "wamid.T"\#(emoji)}"#))
        #expect(event.type == .messageReaction)
        #expect(event.payload["messageId"] == "wamid.A")
        #expect(event.payload["targetMessageId"] == "wamid.T")
        #expect(event.payload["content"]?["emoji"] == (emoji.contains("👍") ? "👍" : .null))
    }

    @Test func theAdvertisementsGreetingIsReported() throws {
        let event = try oneCloud(
            cloudMessage(
                #""type": "text", "text": {"body": "Hi"}, "referral": {"headline": "Sale", "ctwa_clid": "c1","#
                    + #" "welcome_message": {"text": "Welcome"}}"#))
        #expect(event.payload["referral"] == ["title": "Sale", "clickId": "c1", "welcomeMessage": "Welcome"])
    }

    @Test(arguments: [#""1749416383""#, "1749416383", "1749416383.2", #""1749416383000""#, "1749416383000"])
    func theTimestampIsReadInEveryForm(_ timestamp: String) throws {
        let document = webhook(
            value(#""messages": [{"from": "16505551234", "id": "A", "timestamp": \#(timestamp), "type": "text"}]"#))
        #expect(try oneCloud(document).payload["timestamp"] == 1_749_416_383)
    }

    @Test(arguments: [#""""#, "null", #""soon""#, "0", #""18446744073709551615""#])
    func withoutATimestampTheReceiptCounts(_ timestamp: String) throws {
        let document = webhook(
            value(#""messages": [{"from": "16505551234", "id": "A", "timestamp": \#(timestamp), "type": "text"}]"#))
        let event = try oneCloud(document)
        #expect(event.payload["timestamp"] == .int(receivedAt.seconds))
        #expect(event.payload["timestampSource"] == "received")
        #expect(event.occurredAt == nil)
    }
}
