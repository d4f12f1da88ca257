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

    @Test func aMentionHasIDPhoneAndName() async throws {
        let unknown = "100000000000009@lid"
        let mentions: JSON = [.string(hidden), "5511999999009@s.whatsapp.net", .string(unknown), .string(ana)]
        let payload = try await fixture().enriched(message(in: group, ["mentions": mentions]))
        #expect(payload["mentions"] == mentions, "the plain ids stay as they are")
        let named: JSON = [
            "id": .string(ana), "lid": .string(hidden), "phone": "5511999999001", "name": "Ana Lima",
        ]
        #expect(
            payload["mentionedContacts"] == [
                named,
                ["id": "5511999999009@s.whatsapp.net", "lid": .null, "phone": "5511999999009", "name": .null],
                ["id": .string(unknown), "lid": .string(unknown), "phone": .null, "name": .null], named,
            ])
    }

    @Test func whoMentionsNobodyHasNoSuchMember() async throws {
        let payload = try await fixture().enriched(message(in: group))
        #expect(payload["mentionedContacts"] == nil)
        #expect(try await fixture().enriched(message(in: group, ["mentions": []]))["mentionedContacts"] == nil)
        let without = try await fixture("enrich: [images]").enriched(message(in: group, ["mentions": [.string(ana)]]))
        #expect(without["mentionedContacts"] == nil)
    }

    @Test func mentionsOfEverybodyAreBounded() async throws {
        let ids = (0..<1000).map { JSON.string("55119\(81_000_000 + $0)@s.whatsapp.net") }
        let payload = try await fixture().enriched(message(in: group, ["mentions": .array(ids)]))
        #expect(payload["mentions"]?.array?.count == 1000)
        #expect(payload["mentionedContacts"]?.array?.count == JSONObject.namedPeopleLimit)
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
