import RelayCore
import Testing

struct JIDTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let text: String
        let canonical: String
        var phone: String?
        var kind = ChatKind.direct
        var testDescription: String { text }
    }

    static let addresses = [
        Case(text: "5511999999999@s.whatsapp.net", canonical: "5511999999999@s.whatsapp.net", phone: "5511999999999"),
        Case(
            text: "5511999999999:15@s.whatsapp.net", canonical: "5511999999999@s.whatsapp.net", phone: "5511999999999"),
        Case(
            text: "5511999999999_1:15@s.whatsapp.net", canonical: "5511999999999@s.whatsapp.net", phone: "5511999999999"
        ),
        Case(text: "5511999999999@c.us", canonical: "5511999999999@s.whatsapp.net", phone: "5511999999999"),
        Case(text: "5511999999999:99@hosted", canonical: "5511999999999@s.whatsapp.net", phone: "5511999999999"),
        Case(text: "100000000000002@lid", canonical: "100000000000002@lid"),
        Case(text: "100000000000002:7@lid", canonical: "100000000000002@lid"),
        Case(text: "100000000000002:99@hosted.lid", canonical: "100000000000002@lid"),
        Case(text: "120363041234567890@g.us", canonical: "120363041234567890@g.us", kind: .group),
        Case(text: "5511999999999-1400000000@g.us", canonical: "5511999999999-1400000000@g.us", kind: .group),
        Case(text: "status@broadcast", canonical: "status@broadcast", kind: .status),
        Case(text: "1763029800@broadcast", canonical: "1763029800@broadcast", kind: .broadcast),
        Case(text: "120363144038483540@newsletter", canonical: "120363144038483540@newsletter", kind: .newsletter),
        Case(text: "bot@s.whatsapp.net", canonical: "bot@s.whatsapp.net"),
    ]

    @Test(arguments: addresses)
    func addressesAreMadeCanonical(_ address: Case) throws {
        let jid = try #require(JID(address.text))
        #expect(jid.description == address.canonical)
        #expect(jid.phone == address.phone)
        #expect(jid.chatKind == address.kind)
        #expect(jid.isGroup == (address.kind == .group))
        #expect(JID(jid.description) == jid, "canonical stays canonical")
    }

    @Test func aHiddenIdentityIsNeverAPhone() throws {
        for text in ["5511999999999@lid", "5511999999999@hosted.lid"] {
            let jid = try #require(JID(text))
            #expect(jid.isLID)
            #expect(!jid.isPhone)
            #expect(jid.phone == nil)
        }
    }

    @Test(arguments: ["", "@", "5511999999999", "@s.whatsapp.net", "5511999999999@", ":15@s.whatsapp.net", "_1@lid"])
    func whatHasNoUserOrServerIsNoAddress(text: String) {
        #expect(JID(text) == nil)
    }
}
