import RelayCore
import RelayFormats
import RelayJSON
import Testing

/// Contacts, chats, groups, presences and calls.
struct EvolutionDirectoryTests {
    private func events(_ event: String, _ data: String) throws -> [ParsedEvent] {
        try read(evolution(event, data), as: EvolutionFormat())
    }

    @Test func contactsAreAListOrOne() throws {
        let person =
            #"{"remoteJid": "5511999999001@s.whatsapp.net", "pushName": "Maria", "profilePicUrl": "https://pps.whatsapp.net/a.jpg", "instanceId": "i"}"#
        for data in [person, "[\(person)]"] {
            let event = try #require(try events("contacts.update", data).first)
            #expect(event.type == .contactUpdated)
            #expect(event.payload["pushName"] == "Maria")
            #expect(event.payload["imageUrl"] == "https://pps.whatsapp.net/a.jpg")
        }
    }

    @Test(arguments: [
        #"{"remoteJid": "5511999999001@s.whatsapp.net", "pushName": "5511999999001", "profilePicUrl": null}"#,
        #"{"remoteJid": "100000000000003@lid", "pushName": "100000000000003"}"#,
        #"{"remoteJid": "5511999999001@s.whatsapp.net", "pushName": ""}"#,
        #"{"remoteJid": "status@broadcast", "pushName": "x"}"#,
        #"{"remoteJid": "1203@g.us", "pushName": "1203"}"#,
    ])
    func contactsWithoutNews(_ contact: String) throws {
        #expect(try events("contacts.upsert", "[\(contact)]").isEmpty)
    }

    /// A single contact follows a message; in a group it has the author's name and the JID of the group.
    @Test func theNameOfAGroupIsNotThatOfAnAuthor() throws {
        let group = #"{"remoteJid": "1203@g.us", "pushName": "Team"}"#
        #expect(try events("contacts.update", "[\(group)]").first?.payload["groupName"] == "Team")
        #expect(try events("contacts.update", "[\(group)]").first?.type == .groupUpdated)
        #expect(try events("contacts.update", group).isEmpty)
        let picture = try events(
            "contacts.update", #"{"remoteJid": "1203@g.us", "pushName": "Ana", "profilePicUrl": "https://a/b.jpg"}"#)
        #expect(picture.first?.payload["groupName"] == .null)
        #expect(picture.first?.payload["groupImageUrl"] == "https://a/b.jpg")
    }

    @Test func chatsWithNames() throws {
        let chats = try events(
            "chats.upsert",
            #"""
            [{"remoteJid": "1203@g.us", "name": "Team", "unreadMessages": 1}, {"id": "cm123", "name": "Maria"},
             {"remoteJid": "5511999999001@s.whatsapp.net", "remoteLid": "77@lid", "name": "Maria"}, {"remoteJid": "7@lid"}]
            """#
        )
        #expect(chats.map(\.type) == [.groupUpdated, .contactUpdated])
        #expect(chats.first?.payload["groupName"] == "Team")
        #expect(chats.last?.payload["lid"] == "77@lid")
    }

    @Test(arguments: ["groups.upsert", "groups.update", "GROUP_UPDATE", "group.update"])
    func groupsInEveryName(_ name: String) throws {
        for data in [#"{"id": "1203@g.us", "subject": "Team"}"#, #"[{"jid": "1203@g.us", "subject": "Team"}]"#] {
            #expect(try events(name, data).first?.payload["groupName"] == "Team")
        }
    }

    @Test func theDigitsOfAHiddenIdentityAreNoPhone() throws {
        let event = try #require(
            try events(
                "group-participants.update",
                #"""
                {"id": "1203@g.us", "author": "9@lid", "action": "add",
                 "participants": ["7@lid", "8@lid", "5511999999003@s.whatsapp.net", {"id": "6@lid", "admin": "admin"}],
                 "participantsData": [{"jid": "7@lid", "phoneNumber": "7"}, {"jid": "8@lid", "phoneNumber": "5511999999008@s.whatsapp.net"},
                  {"jid": "5511999999003@s.whatsapp.net", "phoneNumber": "5511999999003"},
                  {"jid": {"id": "6@lid"}, "phoneNumber": "[object Object]"}]}
                """#
            ).first
        )
        #expect(event.payload["action"] == "add")
        #expect(event.payload["author"] == "9@lid")
        #expect(
            event.payload["participants"] == [
                ["id": "7@lid", "lid": .null, "admin": .null],
                ["id": "5511999999008@s.whatsapp.net", "lid": "8@lid", "admin": .null],
                ["id": "5511999999003@s.whatsapp.net", "lid": .null, "admin": .null],
                ["id": "6@lid", "lid": .null, "admin": "admin"],
            ]
        )
    }

    @Test func presencesAndCallsAreThoseOfBaileys() throws {
        let presence = try events(
            "presence.update",
            #"{"id": "5511999999001@s.whatsapp.net", "presences": {"5511999999001@s.whatsapp.net": {"lastKnownPresence": "composing"}}}"#
        )
        #expect(presence.map { $0.payload["presence"] } == ["composing"])
        let call = try events(
            "call",
            #"{"id": "C1", "chatId": "77@lid", "from": "77@lid", "callerPn": "5511999999001@s.whatsapp.net", "status": "offer", "date": "2026-01-02T03:04:05.000Z"}"#
        )
        #expect(call.first?.chat == "5511999999001@s.whatsapp.net")
        #expect(call.first?.payload["status"] == "offer")
    }
}
