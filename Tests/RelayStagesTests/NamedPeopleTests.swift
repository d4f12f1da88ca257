import RelayCore
import RelayJSON
import RelayTesting
import Testing

/// `enrich` names the people whom a message mentions or quotes, and those who join or leave a group.
struct NamedPeopleTests {
    private let now = Timestamp(seconds: 1_763_029_800)

    private func fixture(_ yaml: String = "enrich") throws -> EnrichFixture {
        let fixture = try EnrichFixture(yaml)
        fixture.knows(.contact(Contact(session: "main", id: ana, lid: hidden, name: "Ana Lima", updatedAt: now)))
        return fixture
    }

    private func mention(_ id: String, lid: JSON = .null, phone: JSON = .null, name: JSON = .null) -> JSON {
        ["id": .string(id), "lid": lid, "phone": phone, "name": name]
    }

    @Test func aMentionHasIDPhoneAndName() async throws {
        let unknown = "100000000000009@lid"
        let stranger = mention("5511999999009@s.whatsapp.net", phone: "5511999999009")
        let mentions: JSON = [
            mention(hidden, lid: .string(hidden)), stranger, mention(unknown, lid: .string(unknown)), mention(ana),
        ]
        let payload = try await fixture().enriched(message(in: group, ["mentions": mentions]))
        let named = mention(ana, lid: .string(hidden), phone: "5511999999001", name: "Ana Lima")
        #expect(payload["mentions"] == [named, stranger, mention(unknown, lid: .string(unknown)), named])
    }

    /// Bridges of the native format write what they like.
    @Test func mentionsOfAnotherFormStayAsTheyAre() async throws {
        for mentions: JSON in [[], [.string(ana)], ["x": 1], [7]] {
            #expect(try await fixture().enriched(message(in: group, ["mentions": mentions]))["mentions"] == mentions)
        }
        #expect(try await fixture().enriched(message(in: group))["mentions"] == nil)
        let plain: JSON = [mention(hidden)]
        let without = try await fixture("enrich: [images]").enriched(message(in: group, ["mentions": plain]))
        #expect(without["mentions"] == plain)
    }

    @Test func mentionsOfEverybodyAreBounded() async throws {
        let people = (0..<1000).map { _ in mention(hidden) }
        let payload = try await fixture().enriched(message(in: group, ["mentions": .array(people)]))
        let named = (payload["mentions"]?.array ?? []).filter { $0["name"] == "Ana Lima" }
        #expect(payload["mentions"]?.array?.count == 1000)
        #expect(named.count == JSONObject.namedPeopleLimit)
    }

    @Test func aQuotedAuthorHasAName() async throws {
        for author in [ana, hidden] {
            let quoted: JSON = ["messageId": "Q", "participant": .string(author), "type": "text", "text": "oi"]
            let payload = try await fixture().enriched(message(in: group, ["quoted": quoted]))
            #expect(payload["quoted"]?["participantName"] == "Ana Lima")
            #expect(payload["quoted"]?["participant"] == .string(author))
        }
        let stranger: JSON = ["messageId": "Q", "participant": "5511999999009@s.whatsapp.net"]
        #expect(try await fixture().enriched(message(in: group, ["quoted": stranger]))["quoted"] == stranger)
    }

    @Test func whoJoinsAGroupHasAName() async throws {
        let members: JSON = [
            ["id": .string(ana)], ["id": "5511999999009@s.whatsapp.net", "pushName": "Bia"], ["id": 7],
        ]
        let change: JSONObject = ["groupId": .string(group), "action": "add", "participants": members]
        let payload = try await fixture().enriched(draft(.groupUpdated, chat: group, change))
        #expect(payload["participants"]?[0] == ["id": .string(ana), "name": "Ana Lima"])
        #expect(payload["participants"]?[1] == members[1])
        #expect(payload["participants"]?[2] == members[2])
        // The list of all members is no change of one.
        let list: JSONObject = ["groupId": .string(group), "participants": members]
        #expect(try await fixture().enriched(draft(.groupUpdated, chat: group, list)) == list)
    }

    private typealias Names = (verified: String?, saved: String?, own: String?, event: JSON, result: JSON)
    private static let names: [Names] = [
        ("V", "S", "P", "E", "V"), (nil, "S", "P", "E", "S"), (nil, nil, "P", "E", "E"), (nil, nil, "P", .null, "P"),
        (nil, nil, nil, .null, .null),
    ]

    /// The order that docs/events.md states.
    @Test func aContactsNameIsTheFirstThatIsKnown() async throws {
        for names in Self.names {
            let fixture = try EnrichFixture("enrich")
            fixture.knows(
                .contact(
                    Contact(
                        session: "main", id: ana, name: names.saved, pushName: names.own, verifiedName: names.verified,
                        updatedAt: now)))
            let payload = try await fixture.enriched(message(in: ana, ["contactName": names.event]))
            #expect(payload["contactName"] == names.result)
            #expect(payload["chatName"] == names.result)
        }
    }
}
