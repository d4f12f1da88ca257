import RelayCore
import RelayTesting
import Testing

/// The requests to gateways, and the values read from their responses.
struct LookupRouteTests {
    private func requests(_ yaml: String, about chat: String, session: String = "main") async throws -> [LookupRequest]
    {
        let fixture = try EnrichFixture(yaml)
        for chat in [group, ana, hidden] { _ = try await fixture.enriched(message(in: chat)) }
        return fixture.route?.requests(for: DirectoryEntryKey(session: session, id: chat)) ?? []
    }

    private func answer(_ request: LookupRequest?, _ body: String?) -> DirectoryLookupAnswer? {
        request?.read(body.map { Array($0.utf8) })
    }

    private let waha = "enrich: { lookup: { preset: waha, url: \"http://waha:3000/\" } }"
    private let evolution =
        "enrich: { lookup: { preset: evolution, url: \"http://evo:8080\", headers: { apikey: k } } }"

    @Test func wahasRoutes() async throws {
        #expect(
            try await requests(waha, about: group, session: "a/b").map(\.url) == [
                "http://waha:3000/api/a%2Fb/groups/120363000000000001%40g.us",
                "http://waha:3000/api/a%2Fb/chats/120363000000000001%40g.us/picture",
            ])
        #expect(
            try await requests(waha, about: ana).map(\.url) == [
                "http://waha:3000/api/contacts?session=main&contactId=5511999999001%40c.us",
                "http://waha:3000/api/main/chats/5511999999001%40c.us/picture",
            ])
        #expect(
            try await requests(waha, about: hidden).map(\.url) == [
                "http://waha:3000/api/contacts?session=main&contactId=100000000000002%40lid",
                "http://waha:3000/api/main/chats/100000000000002%40lid/picture",
                "http://waha:3000/api/main/lids/100000000000002%40lid",
            ])
    }

    @Test(arguments: [
        #"{"id":"120363000000000001@g.us","subject":"Vendas","participants":[{"id":"1@c.us"}]}"#,
        #"{"id":{"_serialized":"x"},"name":"Vendas","groupMetadata":{"desc":"d"}}"#,
        #"{"JID":"120363000000000001@g.us","OwnerJID":"1@s.whatsapp.net","Name":"Vendas"}"#,
        #"{"groupMetadata":{"subject":"Vendas"}}"#,
    ])
    func aGroupsNameOfEachOfWahasEngines(body: String) async throws {
        let request = try await requests(waha, about: group).first
        #expect(answer(request, body) == DirectoryLookupAnswer(name: "Vendas"))
    }

    @Test func wahasOtherAnswers() async throws {
        let contact = try await requests(waha, about: ana)
        let full = #"{"id":"5511999999001@c.us","name":"Ana Lima","pushname":"ana","isMyContact":true}"#
        #expect(answer(contact[0], full) == DirectoryLookupAnswer(name: "Ana Lima", pushName: "ana"))
        let unsaved = #"{"id":"5511999999001@c.us","name":"+55 11 99999-9001","pushname":"ana"}"#
        #expect(answer(contact[0], unsaved) == DirectoryLookupAnswer(pushName: "ana"), "a number is no name")
        let copied = #"{"name":"ana","pushname":"ana"}"#
        #expect(
            answer(contact[0], copied) == DirectoryLookupAnswer(pushName: "ana"), "the chosen name is not a saved one")
        #expect(answer(contact[0], nil) == DirectoryLookupAnswer())
        #expect(answer(contact[0], "<html>") == nil)
        #expect(answer(contact[1], #"{"url":"https://pps.example/p.jpg"}"#)?.imageURL == "https://pps.example/p.jpg")
        #expect(answer(contact[1], #"{"url":null}"#)?.imageURL == "")
        #expect(answer(contact[1], nil)?.imageURL == "")
        #expect(answer(contact[1], #"{"url":"javascript:alert(1)"}"#)?.imageURL == "")
        let lid = try await requests(waha, about: hidden)[2]
        let linked = #"{"lid":"100000000000002@lid","pn":"5511999999001@c.us"}"#
        #expect(answer(lid, linked) == DirectoryLookupAnswer(phone: JID(ana)))
        #expect(answer(lid, #"{"lid":"100000000000002@lid","pn":null}"#) == DirectoryLookupAnswer())
        #expect(
            answer(lid, #"{"pn":"100000000000002@c.us"}"#) == DirectoryLookupAnswer(), "its own digits are no phone")
    }

    @Test func evolutionsRoutes() async throws {
        let group = try await requests(evolution, about: group)
        #expect(
            group.map(\.url) == ["http://evo:8080/group/findGroupInfos/main?groupJid=120363000000000001%40g.us"])
        #expect(group[0].body == nil)
        #expect(group[0].headers.map { "\($0.name): \($0.value)" } == ["apikey: k"])
        let contact = try await requests(evolution, about: ana)
        #expect(
            contact.map(\.url) == [
                "http://evo:8080/chat/findContacts/main", "http://evo:8080/chat/fetchProfilePictureUrl/main",
            ])
        #expect(
            contact.compactMap(\.body).map { String(decoding: $0, as: UTF8.self) } == [
                #"{"where":{"remoteJid":"5511999999001@s.whatsapp.net"}}"#,
                #"{"number":"5511999999001@s.whatsapp.net"}"#,
            ])
    }

    @Test func evolutionsAnswers() async throws {
        let group = try await requests(evolution, about: group).first
        let info =
            #"{"id":"120363000000000001@g.us","subject":"Vendas","pictureUrl":"https://p.example/g.jpg","size":2}"#
        #expect(answer(group, info) == DirectoryLookupAnswer(name: "Vendas", imageURL: "https://p.example/g.jpg"))
        #expect(
            answer(group, #"{"subject":"Vendas","pictureUrl":null}"#)
                == DirectoryLookupAnswer(name: "Vendas", imageURL: ""))
        #expect(answer(group, "null") == DirectoryLookupAnswer(imageURL: ""))
        let contact = try await requests(evolution, about: ana)
        let found = """
            [{"remoteJid":"5511999999002@s.whatsapp.net","pushName":"Bia"},
             {"remoteJid":"5511999999001@s.whatsapp.net","pushName":"Ana","profilePicUrl":"https://p.example/old.jpg"}]
            """
        #expect(answer(contact[0], found) == DirectoryLookupAnswer(pushName: "Ana"), "and not somebody else's")
        #expect(answer(contact[0], "[]") == DirectoryLookupAnswer())
        let digits = #"[{"remoteJid":"5511999999001@s.whatsapp.net","pushName":"5511999999001"}]"#
        #expect(answer(contact[0], digits) == DirectoryLookupAnswer())
        let picture = #"{"wuid":"5511999999001@s.whatsapp.net","profilePictureUrl":"https://p.example/a.jpg"}"#
        #expect(answer(contact[1], picture) == DirectoryLookupAnswer(imageURL: "https://p.example/a.jpg"))
    }

    @Test func whatIsNotWantedIsNotAskedFor() async throws {
        let names = "enrich: { with: [chat_name], lookup: { preset: waha, url: \"http://w\" } }"
        #expect(
            try await requests(names, about: group).map(\.url) == ["http://w/api/main/groups/120363000000000001%40g.us"]
        )
        let images = "enrich: { with: images, lookup: { preset: evolution, url: \"http://e\" } }"
        #expect(try await requests(images, about: ana).map(\.url) == ["http://e/chat/fetchProfilePictureUrl/main"])
    }

    private let own = """
        enrich:
          lookup:
            url: "https://crm.example/{{session}}/people?phone={{ chat.phone }}&k={{ chat.kind }}"
            picture_url: "https://crm.example/pictures/{{ chat.user }}"
            headers: { Authorization: Bearer x }
            name: .person.display
            picture: .links[0]
        """

    @Test func anAddressOfItsOwnIsFilledAndItsAnswerReadByExpressions() async throws {
        let found = try await requests(own, about: ana, session: "João & co")
        #expect(
            found.map(\.url) == [
                "https://crm.example/Jo%C3%A3o%20%26%20co/people?phone=5511999999001&k=direct",
                "https://crm.example/pictures/5511999999001",
            ])
        #expect(answer(found[0], #"{"person":{"display":"Ana"},"name":"x"}"#) == DirectoryLookupAnswer(name: "Ana"))
        #expect(answer(found[0], #"{"person":7}"#) == DirectoryLookupAnswer(), "an expression that fails finds nothing")
        #expect(answer(found[1], #"{"links":["https://p.example/a.jpg"]}"#)?.imageURL == "https://p.example/a.jpg")
    }

    @Test(arguments: [group, hidden])
    func anAddressThatLacksAValueIsNotAsked(chat: String) async throws {
        #expect(try await requests(own, about: chat).map(\.url).count == 1)
    }

    @Test(arguments: ["..", ".", ""])
    func aSessionDoesNotLeaveItsPlaceInThePath(session: String) async throws {
        #expect(try await requests(waha, about: group, session: session).isEmpty)
    }

    @Test func aBodyOfItsOwnIsPostedWithItsValuesEscaped() async throws {
        let yaml = """
            enrich:
              lookup:
                url: http://g/find
                body: '{"session":"{{ session }}","id":"{{ chat.id }}"}'
                phone: .who
            """
        let found = try await requests(yaml, about: hidden, session: "a\"b")
        #expect(found[0].body.map { String(decoding: $0, as: UTF8.self) } == #"{"session":"a\"b","id":"\#(hidden)"}"#)
        let told = #"{"data":{"name":"Ana","imgUrl":"https://p.example/a.jpg"},"who":"+5511999999001"}"#
        #expect(
            answer(found[0], told)
                == DirectoryLookupAnswer(name: "Ana", imageURL: "https://p.example/a.jpg", phone: JID(ana)))
    }

    @Test func theSameSettingsAreTheSameRouteAndOthersAreNot() async throws {
        func route(_ yaml: String) async throws -> String? {
            let fixture = try EnrichFixture(yaml)
            _ = try await fixture.enriched(message(in: group))
            #expect(fixture.route?.name == "http://w:3000")
            return fixture.route?.id
        }
        let first = try await route("enrich: { lookup: { preset: waha, url: \"http://w:3000/x\", headers: { k: a } } }")
        #expect(
            try await route("enrich: { lookup: { preset: waha, url: \"http://w:3000/x\", headers: { k: a } } }")
                == first)
        #expect(
            try await route("enrich: { lookup: { preset: waha, url: \"http://w:3000/x\", headers: { k: b } } }")
                != first)
    }
}
