import RelayCore
import RelayFormats
import RelayJSON
import Testing

/// Why a message failed, or cannot be read: for people, with the code beside it.
struct MessageFailureReasonTests {
    static let chat = "5511999999001@s.whatsapp.net"

    private static func failures(_ parameters: String) -> [(any SourceFormat, String)] {
        [
            (
                BaileysFormat(),
                envelope(
                    "messages.update",
                    #"[{"key": {"remoteJid": "\#(chat)", "fromMe": true, "id": "F"}, "update": {"status": 0, "messageStubParameters": \#(parameters)}}]"#
                )
            ),
            (
                EvolutionFormat(),
                evolution(
                    "messages.update",
                    #"{"keyId": "F", "remoteJid": "\#(chat)", "fromMe": true, "status": "ERROR", "messageStubParameters": \#(parameters)}"#
                )
            ),
            (
                WAHAFormat(),
                WAHADocuments.envelope(
                    "message.ack",
                    #"{"id": "true_5511999999001@c.us_F", "from": "5511999999000@c.us", "to": "5511999999001@c.us", "fromMe": true, "ack": -1, "ackName": "ERROR", "_data": {"update": {"status": 0, "messageStubParameters": \#(parameters)}}}"#
                )
            ),
        ]
    }

    @Test(arguments: [
        (#"["463", "Your account has been restricted"]"#, "Your account has been restricted", "463"),
        (#"["Your account has been restricted", "463"]"#, "Your account has been restricted", "463"),
        (#"["463"]"#, "463", "463"), ("[479]", "479", "479"), (#"["not-acceptable"]"#, "not-acceptable", nil),
        ("[]", "unknown", nil), (#"[null, ""]"#, "unknown", nil),
    ])
    func aFailureHasItsTextAndItsCode(_ parameters: String, _ text: String, _ code: String?) throws {
        for (format, document) in Self.failures(parameters) {
            let event = try one(document, as: format)
            #expect(event.type == .messageFailed)
            #expect(event.payload["error"]?.string == text, "\(type(of: format).name)")
            #expect(event.payload["errorCode"]?.string == code, "\(type(of: format).name)")
        }
    }

    @Test(arguments: [
        (#"{"code": 463, "message": "restricted"}"#, "restricted", "463"), (#""restricted""#, "restricted", nil),
        (#"{"statusCode": "429"}"#, "429", "429"), (#"{"error": "no account"}"#, "no account", nil),
    ])
    func anErrorOfWAHAIsReadInAnyForm(_ error: String, _ text: String, _ code: String?) throws {
        let event = try one(
            WAHADocuments.envelope(
                "message.ack",
                #"{"id": "true_5511999999001@c.us_F", "fromMe": true, "ack": -1, "error": \#(error)}"#),
            as: WAHAFormat())
        #expect(event.payload["error"]?.string == text)
        #expect(event.payload["errorCode"]?.string == code)
    }

    @Test func metasCodeStandsBesideItsText() throws {
        let event = try one(
            #"""
            {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": {
              "metadata": {"phone_number_id": "77"}, "statuses": [{"id": "wamid.1", "status": "failed",
              "recipient_id": "5511999999001", "errors": [{"code": 131026, "title": "Message undeliverable"}]}]}}]}]}
            """#,
            as: CloudAPIFormat())
        #expect(event.payload["error"] == "131026 Message undeliverable")
        #expect(event.payload["errorCode"] == "131026")
    }

    // MARK: Messages without content

    private static func stubs(_ told: String) throws -> [(any SourceFormat, String)] {
        let stub = message("null", more: #""messageStubType": 2, "messageStubParameters": ["\#(told)"]"#)
        let waha = #"""
            {"id": "false_5511999999001@c.us_3EB0A1", "from": "5511999999001@c.us", "fromMe": false, "hasMedia": false,
             "media": null, "_data": \#(stub)}
            """#
        return [
            (BaileysFormat(), upsert(stub)), (EvolutionFormat(), evolution("messages.upsert", stub)),
            (WAHAFormat(), WAHADocuments.envelope("message", waha)),
            (
                EvolutionGoFormat(),
                try whatsmeow("null", more: #""IsUnavailable": true, "UnavailableType": "\#(told)""#)
            ),
        ]
    }

    @Test func aMessageThatHasNotArrivedSaysSoAndIsNotTheMessage() throws {
        for (format, document) in try Self.stubs("Message absent from node") {
            let event = try one(document, as: format)
            let name = type(of: format).name
            #expect(event.payload["type"] == "unsupported", "\(name)")
            #expect(
                event.payload["content"] == ["reason": "undecryptable", "detail": "Message absent from node"], "\(name)"
            )
            #expect(event.dedupKey == "message.received|\(Self.chat)|3EB0A1|ciphertext", "\(name)")
        }
    }

    @Test func aViewOnceMessageThatOnlyThePhoneHasIsNotAwaited() throws {
        let key = #""fromMe": false, "isViewOnce": true"#
        let stub = message(
            "null", key: key, more: #""messageStubType": 2, "messageStubParameters": ["Message absent from node"]"#)
        let documents: [(any SourceFormat, String)] = [
            (BaileysFormat(), upsert(stub)),
            (
                EvolutionGoFormat(),
                try whatsmeow("null", more: #""IsUnavailable": true, "UnavailableType": "view_once""#)
            ),
        ]
        for (format, document) in documents {
            #expect(try one(document, as: format).payload["content"] == ["reason": "view_once_unavailable"])
        }
    }

    @Test func aMessageHiddenOnLinkedDevicesSaysWhy() throws {
        let content = #"{"placeholderMessage": {"type": "MASK_LINKED_DEVICES"}, "messageContextInfo": {}}"#
        let waha = #"""
            {"id": "false_5511999999001@c.us_3EB0A1", "from": "5511999999001@c.us", "fromMe": false,
             "_data": {"message": \#(content)}}
            """#
        let documents: [(any SourceFormat, String)] = [
            (BaileysFormat(), upsert(message(content))),
            (EvolutionFormat(), evolution("messages.upsert", message(content))),
            (EvolutionGoFormat(), try whatsmeow(#"{"placeholderMessage": {"type": 0}}"#)),
            (WAHAFormat(), WAHADocuments.envelope("message", waha)),
        ]
        for (format, document) in documents {
            let event = try one(document, as: format)
            #expect(event.payload["content"]?["reason"] == "hidden_on_linked_devices")
            #expect(event.dedupKey?.hasSuffix("|ciphertext") == true, "the message may still arrive")
        }
    }

    @Test func noticesOfNOWEBAreNoMessages() throws {
        let notice = #"""
            {"id": "false_5511999999001@c.us_N", "from": "5511999999001@c.us", "fromMe": false, "hasMedia": false,
             "_data": {"key": {"id": "N"}, "messageStubType": 27, "messageStubParameters": ["x"]}}
            """#
        #expect(try read(WAHADocuments.envelope("message", notice), as: WAHAFormat()).isEmpty)
    }
}
