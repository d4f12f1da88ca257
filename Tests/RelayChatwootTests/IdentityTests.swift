import RelayChatwoot
import RelayCore
import RelayFormats
import RelayJSON
import Testing

struct IdentityTests {
    @Test(arguments: [
        ("5511999999999@s.whatsapp.net", "wa-5511999999999"), ("100000000000077@lid", "walid-100000000000077"),
        ("120363999999999001@g.us", "wag-120363999999999001"),
        ("5511999999999-1500000000@g.us", "wag-5511999999999-1500000000"),
        ("US.13491208655302741918@bsuid", "wabsuid-US_2e13491208655302741918"), ("a/b@s.whatsapp.net", "wa-a_2fb"),
    ])
    func aContactKeepsItsKey(_ address: String, _ key: String) throws {
        #expect(ChatwootSourceID.of(try #require(JID(address))) == key)
    }

    @Test(arguments: [
        // Brazil: with and without the ninth digit, mobile numbers only.
        ("551199999999", ["+551199999999", "+5511999999999"]), ("5511999999999", ["+5511999999999", "+551199999999"]),
        ("551133334444", ["+551133334444"]), ("5511933334444", ["+5511933334444"]),
        // Argentina and Mexico.
        ("5491123456789", ["+5491123456789", "+541123456789"]), ("541123456789", ["+541123456789", "+5491123456789"]),
        ("5215512345678", ["+5215512345678", "+525512345678"]), ("525512345678", ["+525512345678", "+5215512345678"]),
        ("972987654321", ["+972987654321"]), ("14155550123", ["+14155550123"]),
    ])
    func aPhoneIsLookedForUnderItsNumbers(_ digits: String, _ numbers: [String]) throws {
        let contact = try contact("\(digits)@s.whatsapp.net")
        #expect(contact.phoneVariants == numbers)
        #expect(contact.phone == "+" + digits)
        #expect(contact.identifier == "\(digits)@s.whatsapp.net")
    }

    @Test func aHiddenIdentityIsNoPhone() throws {
        let contact = try contact("5511999999999@lid")
        #expect(contact.phone == nil)
        #expect(contact.phoneVariants.isEmpty)
        #expect(contact.name == "WhatsApp 5511999999999")
        #expect(contact.attributes["wa_lid"] == "5511999999999@lid")
    }

    @Test func aPhoneKnowsItsHiddenIdentity() throws {
        let contact = try contact("5511999999999@s.whatsapp.net", more: ["chatLid": "100000000000077@lid"])
        #expect(contact.lid?.description == "100000000000077@lid")
        #expect(contact.lidSourceID == "walid-100000000000077")
        #expect(contact.attributes == ["wa_jid": "5511999999999@s.whatsapp.net", "wa_lid": "100000000000077@lid"])
    }

    @Test func aNumberThatChatwootRefusesIsNone() throws {
        #expect(try contact("0@s.whatsapp.net").phone == nil)
        #expect(try contact("12345678901234567@s.whatsapp.net").phone == nil)
        #expect(try contact("123-456@s.whatsapp.net").phone == nil)
    }

    @Test func aGroupIsNamedAsOne() throws {
        let group: [String: String] = ["groupName": "Vendas\n2025"]
        #expect(try contact("120363999999999001@g.us", more: group).name == "Vendas 2025 (GROUP)")
        #expect(try contact("120363999999999001@g.us", more: group, "language: pt-BR").name == "Vendas 2025 (GRUPO)")
        #expect(try contact("120363999999999001@g.us").name == "120363999999999001 (GROUP)")
    }

    @Test func aNameFitsItsColumn() throws {
        let name = String(repeating: "👨‍👩‍👧 ", count: 200)
        let direct = try contact("5511999999999@s.whatsapp.net", more: ["contactName": name]).name
        let group = try contact("120363999999999001@g.us", more: ["groupName": name]).name
        #expect(direct.unicodeScalars.count <= 255 && direct.hasSuffix("…"))
        #expect(group.unicodeScalars.count <= 255 && group.hasSuffix("… (GROUP)"))
    }

    @Test func aNameTakesThePlaceOfANumberOnly() throws {
        let contact = try contact(
            "5511999999999@s.whatsapp.net", more: ["contactName": "Maria", "chatLid": "100000000000077@lid"])
        for placeholder in [
            "", "+5511999999999", "+55 (11) 99999-9999", "+55 11 9999-9999", "5511999999999@s.whatsapp.net",
            "wa-5511999999999", "WhatsApp 100000000000077",
        ] {
            #expect(contact.rename(from: placeholder, by: .fill) == "Maria")
        }
        #expect(contact.rename(from: "Maria Silva (VIP)", by: .fill) == nil)
        #expect(contact.rename(from: "Maria Silva (VIP)", by: .follow) == "Maria")
        #expect(contact.rename(from: "Maria", by: .follow) == nil)
        #expect(contact.rename(from: "+5511999999999", by: .never) == nil)
        let unknown = try self.contact("5511999999999@s.whatsapp.net")
        #expect(unknown.rename(from: "Maria", by: .follow) == nil)
    }

    /// Two modules use these keys: the one that writes them, and the format that reads them from Chatwoot's webhooks.
    @Test(arguments: [
        "5511999999999@s.whatsapp.net", "100000000000077@lid", "120363999999999001@g.us",
        "5511999999999-1500000000@g.us",
    ])
    func agentsAnswersAreRecognised(_ chat: String) throws {
        let id = try #require(JID(chat))
        let document: JSON = [
            "event": "message_created", "id": 9, "account": ["id": 1], "message_type": "outgoing", "content": "Hi",
            "content_attributes": ["in_reply_to_external_id": .string(ChatwootSourceID.message("3EB0A1", "edit-1"))],
            "conversation": ["id": 3, "contact_inbox": ["source_id": .string(ChatwootSourceID.of(id))]],
        ]
        let events = try ChatwootWebhookFormat().read(
            document.bytes, context: FormatReadContext(session: "main", receivedAt: Timestamp(seconds: 1))
        ).events
        #expect(events.map(\.chat) == [chat])
        #expect(events.first?.payload["quoted"] == ["messageId": "3EB0A1"])
        // A message that came from WhatsApp is not sent there again.
        var echo = document.object ?? [:]
        echo["source_id"] = .string(ChatwootSourceID.message("3EB0A1"))
        let none = try ChatwootWebhookFormat().read(
            JSON.object(echo).bytes,
            context: FormatReadContext(session: "main", receivedAt: Timestamp(seconds: 1))
        ).events
        #expect(none.isEmpty)
    }

    private func contact(
        _ chat: String, more: [String: String] = [:], _ options: String = ""
    ) throws -> ChatwootContactProfile {
        var payload = ["messageId": "3EB0A1", "chatId": chat, "type": "text"]
        payload.merge(more) { $1 }
        return try #require(try plan(payload, options: options).contact)
    }
}
