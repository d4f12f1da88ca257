import RelayConfig
import RelayCore
import RelayJSON
import RelayStages
import Testing

/// The values that the directory and the history take from events through `persist`.
struct HistoryRecordBuilderTests {
    private func records(_ draft: PipelineEvent) throws -> [String] {
        let registry = ConfigurationKindRegistry(
            stages: BuiltInStages.all, destinations: [], formats: [], transports: [])
        let persist = try registry.step(yaml: "persist").stage
        let fixture = try EnrichFixture()
        var draft = draft
        _ = try persist.run(&draft, in: StageContext(directory: fixture, routes: fixture))
        return draft.records.map { record in
            func list(_ fields: (String, String?)...) -> String {
                fields.compactMap { name, value in value.map { "\(name)=\($0)" } }.joined(separator: " ")
            }
            switch record {
            case .message: return "message"
            case .edited: return "edited"
            case .pictureChanged(let key): return "picture changed \(key.id)"
            case .contact(let contact):
                return "contact "
                    + list(
                        ("id", contact.id), ("lid", contact.lid), ("name", contact.name), ("push", contact.pushName),
                        ("verified", contact.verifiedName), ("image", contact.imageURL)
                    )
            case .group(let group):
                return "group "
                    + list(
                        ("id", group.id), ("name", group.name), ("about", group.about), ("owner", group.owner),
                        ("size", group.size.map(String.init)), ("image", group.imageURL)
                    )
            default: return "\(record)"
            }
        }
    }

    @Test func aChangedPictureIsForgottenBeforeWhatElseIsReported() throws {
        let contact = draft(
            .contactUpdated, chat: ana, ["contactId": .string(ana), "pushName": "Ana", "imageChanged": true])
        #expect(try records(contact) == ["picture changed \(ana)", "contact id=\(ana) push=Ana"])
        let bare = draft(.contactUpdated, chat: ana, ["contactId": .string(ana), "name": nil, "imageChanged": true])
        #expect(try records(bare) == ["picture changed \(ana)"], "and a contact without anything is not written")
        let subject = draft(
            .groupUpdated, chat: group, ["groupId": .string(group), "groupName": "Vendas", "imageChanged": true])
        #expect(try records(subject) == ["picture changed \(group)", "group id=\(group) name=Vendas"])
    }

    @Test func hiddenIdentitiesAreLinkedWithoutANameAsWell() throws {
        let received = message(in: ana, ["chatLid": .string(hidden)])
        #expect(try records(received) == ["message", "contact id=\(ana) lid=\(hidden)"])
        let sent = message(in: ana, type: .messageSent, ["chatLid": .string(hidden), "contactName": "me"])
        #expect(try records(sent) == ["message", "contact id=\(ana) lid=\(hidden)"], "the name is our own")
        let author: JSONObject = ["participant": .string(ana), "participantLid": .string(hidden)]
        #expect(try records(message(in: group, author)) == ["message", "contact id=\(ana) lid=\(hidden)"])
        #expect(try records(message(in: hidden)) == ["message"], "nothing is told of the phone")
        let unknown = draft(.contactUpdated, chat: hidden, ["contactId": .string(hidden), "lid": .string(hidden)])
        #expect(try records(unknown).isEmpty)
    }

    @Test func namesComeWithTheirLinks() throws {
        let received = message(in: ana, ["chatLid": .string(hidden), "pushName": "Ana", "contactName": "Ana"])
        #expect(try records(received) == ["message", "contact id=\(ana) lid=\(hidden) push=Ana"])
        let status = message(in: "status@broadcast", ["participant": .string(ana), "pushName": "Ana"])
        #expect(try records(status) == ["message", "contact id=\(ana) push=Ana"], "and not the status's name")
    }

    @Test func aGroupsMembersAreLinkedWhereTheirIdentityOrNameIsReported() throws {
        let members: JSON = [
            ["id": .string(ana), "lid": .string(hidden), "admin": nil], ["id": "1@s.whatsapp.net", "lid": nil],
            ["id": "2@lid", "lid": "2@lid"], ["id": "3@lid", "name": "Bia"],
        ]
        let update = draft(
            .groupUpdated, chat: group,
            ["groupId": .string(group), "groupName": nil, "size": 4, "participants": members])
        #expect(
            try records(update) == [
                "group id=\(group) size=4", "contact id=\(ana) lid=\(hidden)", "contact id=3@lid push=Bia",
            ])
        let joined = draft(
            .groupUpdated, chat: group,
            ["groupId": .string(group), "action": "add", "size": 1, "participants": [["id": "1@s.whatsapp.net"]]])
        #expect(try records(joined).isEmpty, "who joins is not the group's size")
    }

    @Test func aFileThatCameLateIsNoEdit() throws {
        var payload: JSONObject = ["messageId": "1", "chatId": .string(ana), "content": ["url": "https://x"]]
        #expect(try records(draft(.messageUpdated, chat: ana, payload)) == ["edited"])
        payload["update"] = "media"
        #expect(try records(draft(.messageUpdated, chat: ana, payload)).isEmpty)
    }
}
