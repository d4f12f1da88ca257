import RelayCore
import RelayFormats
import RelayJSON
import Testing

/// The numbers on contact cards, in every version of the vCard format and from every gateway.
struct VCardTests {
    private static func card(_ lines: String...) -> String {
        (["BEGIN:VCARD", "VERSION:4.0", "FN:Ana"] + lines + ["END:VCARD"]).joined(separator: "\\r\\n")
    }

    @Test(arguments: [
        (card("TEL;VALUE=uri;TYPE=cell:tel:+1-555-555-0100"), ["+15555550100"]),
        (card("TEL;VALUE=uri:tel:+55(11)99999.0031;ext=7"), ["+5511999990031"]),
        (card(#"TEL;TYPE=\"voice:home\";VALUE=uri:TEL:+15550100"#), ["+15550100"]),
        (card("item1.TEL;type=CELL;waid=5511999990031:+55 11 99999-0031"), ["+55 11 99999-0031"]),
        (card("TEL;waid=5511999990031:+55 11 9999", " 9-0031"), ["+55 11 99999-0031"]),
        (card("TEL:tel:", "TEL:"), []), (card("EMAIL:tel@example.com"), []),
        (card("TEL:tel:+1-555-0100", "TEL:0800 11 22"), ["+15550100", "0800 11 22"]),
    ])
    func telephoneURIsBecomeNumbers(_ card: String, _ phones: [String]) throws {
        let node = #"{"displayName": "Ana", "vcard": "\#(card)"}"#
        let waha = #"""
            {"id": "false_5511999999001@c.us_3EB0A1", "from": "5511999999001@c.us", "fromMe": false, "vCards": ["\#(card)"]}
            """#
        let gowa = #"""
            {"event": "message", "device_id": "5511999999000@s.whatsapp.net", "payload": {"id": "3EB0A1",
             "chat_id": "5511999999001@s.whatsapp.net", "from": "5511999999001@s.whatsapp.net", "contact": \#(node)}}
            """#
        let documents: [(any SourceFormat, String)] = [
            (BaileysFormat(), upsert(message(#"{"contactMessage": \#(node)}"#))),
            (BaileysFormat(), upsert(message(#"{"contactsArrayMessage": {"contacts": [\#(node)]}}"#))),
            (EvolutionGoFormat(), try whatsmeow(#"{"contactMessage": \#(node)}"#)),
            (WAHAFormat(), WAHADocuments.envelope("message", waha, engine: "WEBJS")), (GowaFormat(), gowa),
        ]
        for (format, document) in documents {
            let contact = try one(document, as: format).payload["content"]?["contacts"]?[0]
            #expect(contact?["phones"]?.array?.compactMap(\.string) == phones, "\(type(of: format).name)")
            #expect(contact?["name"] == "Ana", "\(type(of: format).name)")
        }
    }

    @Test func metasCardsFollowTheSameRule() throws {
        let event = try one(
            #"""
            {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": {
              "metadata": {"phone_number_id": "77"}, "messages": [{"id": "wamid.1", "from": "5511999999001",
              "type": "contacts", "contacts": [{"name": {"formatted_name": "Ana"},
              "phones": [{"phone": "tel:+1-555-0100"}, {"wa_id": "15550101"}, {"phone": "tel:", "wa_id": "15550102"}]}]}]}}]}]}
            """#,
            as: CloudAPIFormat())
        let phones = event.payload["content"]?["contacts"]?[0]?["phones"]
        #expect(phones == ["+15550100", "15550101", "15550102"])
    }
}
