import RelayCore
import RelayFormats
import RelayJSON
import Testing

/// Key material goes out in no `raw`, whichever gateway wrote it and in whichever form.
struct RedactionTests {
    /// Bytes in each form that gateways use.
    static let bytes = [
        #""a2V5IG1hdGVyaWFs""#, "[107, 101, 121]", #"{"type": "Buffer", "data": [107, 101]}"#,
        #"{"type": "Buffer", "data": "a2V5"}"#, #"{"0": 107, "1": 101, "10": 121, "2": 7}"#, #"{"data": [1, 2]}"#,
        "[[107, 101], [121]]", #"["a2V5", "bW9yZQ=="]"#,
    ]
    static let names = ["callKey", "attachmentMediaKey", "call_key", "MediaKey", "media-key", "KEY", "deviceKeys"]

    /// A node that nothing maps, with key material beside what may go out.
    private static func node(_ name: String, _ value: String) -> String {
        #"""
        {"\#(name)": \#(value), "kept": "visible", "monkeyCount": 3, "keyIndex": 7,
         "key": {"id": "3EB0A0", "remoteJid": "5511999999001@s.whatsapp.net"},
         "inner": [{"\#(name)": \#(value), "kept": "also visible"}], "JPEGThumbnail": "VEhVTUI="}
        """#
    }

    /// Documents with an unmapped node `strangeMessage`, one for each gateway that can send one.
    private static func documents(_ node: String) throws -> [(any SourceFormat, String)] {
        let message = #"{"strangeMessage": \#(node)}"#
        return [
            (BaileysFormat(), upsert(RelayFormatsTests.message(message))),
            (EvolutionFormat(), evolution("messages.upsert", RelayFormatsTests.message(message))),
            (EvolutionGoFormat(), try whatsmeow(message)),
            (
                WAHAFormat(),
                WAHADocuments.envelope(
                    "message",
                    #"{"id": "false_5511999999001@c.us_3EB0A1", "from": "5511999999001@c.us", "fromMe": false, "_data": {"message": \#(message)}}"#
                )
            ),
            (
                WAHAFormat(),
                WAHADocuments.envelope(
                    "message",
                    #"{"id": "false_5511999999001@c.us_3EB0A1", "from": "5511999999001@c.us", "fromMe": false, "_data": {"type": "strange", "strange": \#(node)}}"#,
                    engine: "WEBJS")
            ),
            (
                GowaFormat(),
                #"{"event": "message", "device_id": "5511999999000@s.whatsapp.net", "payload": {"id": "3EB0A1", "chat_id": "5511999999001@s.whatsapp.net", "from": "5511999999001@s.whatsapp.net", "strange": \#(node)}}"#
            ),
            (
                CloudAPIFormat(),
                #"{"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": {"metadata": {"phone_number_id": "77"}, "messages": [{"id": "wamid.1", "from": "5511999999001", "type": "strange", "strange": \#(node)}]}}]}]}"#
            ),
        ]
    }

    @Test(arguments: names, bytes)
    func noKeyGoesOut(_ name: String, _ value: String) throws {
        for (format, document) in try Self.documents(Self.node(name, value)) {
            let event = try one(document, as: format)
            let text = try #require(event.payload["content"]?["raw"], "\(type(of: format).name)").text
            #expect(text.contains("visible") && text.contains("also visible"), "\(text)")
            #expect(
                text.contains(#""monkeyCount":3"#) && text.contains(#""keyIndex":7"#), "no text and no bytes: \(text)")
            #expect(text.contains(#""id":"3EB0A0""#), "a reference to a message stays: \(text)")
            #expect(!text.lowercased().contains("\"\(name.lowercased())\":\(name == "KEY" ? "\"" : "")"), "\(text)")
            for secret in ["a2V5", "107", "VEhVTUI"] { #expect(!text.contains(secret), "\(text)") }
        }
    }

    @Test func votesAndErrorsPassThroughTheSameRule() throws {
        let vote =
            #"{"pollUpdateMessageKey": {"id": "V", "remoteJid": "5511999999001@s.whatsapp.net"}, "voteKey": "a2V5"}"#
        let event = try one(
            evolution(
                "messages.update",
                #"{"keyId": "P", "remoteJid": "5511999999001@s.whatsapp.net", "fromMe": true, "pollUpdates": [\#(vote)]}"#
            ),
            as: EvolutionFormat())
        #expect(event.payload["content"]?["votes"]?[0]?["pollUpdateMessageKey"]?["id"] == "V")
        #expect(event.payload["content"]?["votes"]?[0]?["voteKey"] == nil)
    }

    // MARK: Calls

    @Test func aCallKeyAloneIsNoMessage() throws {
        let call = #"{"call": {"callKey": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}, "messageContextInfo": {}}"#
        let waha = #"""
            {"id": "false_5511999999001@c.us_C1", "from": "5511999999001@c.us", "fromMe": false, "hasMedia": false,
             "_data": {"Info": {"Chat": "5511999999001@s.whatsapp.net"}, "Message": \#(call)}}
            """#
        let history = envelope("messaging-history.set", #"{"messages": [\#(message(call))]}"#)
        #expect(try read(upsert(message(call))).isEmpty)
        #expect(try read(history).isEmpty)
        #expect(try read(evolution("messages.upsert", message(call)), as: EvolutionFormat()).isEmpty)
        #expect(try read(try whatsmeow(call), as: EvolutionGoFormat()).isEmpty)
        #expect(try read(WAHADocuments.envelope("message", waha, engine: "GOWS"), as: WAHAFormat()).isEmpty)
    }
}
