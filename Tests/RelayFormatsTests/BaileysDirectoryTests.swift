import RelayCore
import RelayFormats
import RelayJSON
import Testing

struct BaileysDirectoryTests {
    @Test func contactsHaveTheirNamesAndBothAddresses() throws {
        let event = try one(
            envelope(
                "contacts.upsert",
                #"[{"id": "77@lid", "phoneNumber": "5511999999001@s.whatsapp.net", "name": "Maria S", "notify": "Maria","#
                    + #" "verifiedName": "Maria Ltd", "imgUrl": "https://pps.whatsapp.net/a.jpg"}]"#
            )
        )
        #expect(event.type == .contactUpdated)
        #expect(event.chat == "5511999999001@s.whatsapp.net")
        #expect(
            event.payload == [
                "contactId": "5511999999001@s.whatsapp.net", "lid": "77@lid", "name": "Maria S", "pushName": "Maria",
                "verifiedName": "Maria Ltd", "imageUrl": "https://pps.whatsapp.net/a.jpg",
                "chatId": "5511999999001@s.whatsapp.net",
            ]
        )
    }

    @Test func aPictureIsNewOrGone() throws {
        let contact = { (image: String) in
            try one(envelope("contacts.update", #"[{"id": "5511999999001@s.whatsapp.net", "imgUrl": \#(image)}]"#))
                .payload
        }
        #expect(try contact(#""changed""#)["imageUrl"] == .null)
        #expect(try contact(#""changed""#)["imageChanged"] == true)
        #expect(try contact("null")["imageUrl"] == "")
        let group = try one(envelope("contacts.update", #"[{"id": "1203@g.us", "imgUrl": "changed"}]"#))
        #expect(group.type == .groupUpdated)
    }

    @Test func whatSaysNothingNewIsNoEvent() throws {
        #expect(try read(envelope("contacts.update", #"[{"id": "5511999999001@s.whatsapp.net"}]"#)).isEmpty)
        #expect(
            try read(envelope("chats.update", #"[{"id": "5511999999001@s.whatsapp.net", "unreadCount": 2}]"#)).isEmpty)
        #expect(try read(envelope("chats.upsert", #"[{"id": "status@broadcast", "name": "Status"}]"#)).isEmpty)
    }

    @Test func chatsWithNames() throws {
        let events = try read(
            envelope(
                "chats.upsert",
                #"[{"id": "1203@g.us", "name": "Team"}, {"id": "5511999999001@s.whatsapp.net", "name": "Maria"}]"#)
        )
        #expect(events.map(\.type) == [.groupUpdated, .contactUpdated])
        #expect(events.first?.payload["groupName"] == "Team")
        #expect(events.last?.payload["name"] == "Maria")
    }

    @Test func groupsWithTheirMembers() throws {
        let event = try one(
            envelope(
                "groups.upsert",
                #"[{"id": "1203@g.us", "subject": "Team", "desc": "d", "owner": "7@lid", "ownerPn": "5511999999009@s.whatsapp.net","#
                    + #" "participants": [{"id": "7@lid", "phoneNumber": "5511999999009@s.whatsapp.net", "admin": "superadmin"}, {"id": "8@lid"}]}]"#
            )
        )
        #expect(event.payload["groupName"] == "Team")
        #expect(event.payload["description"] == "d")
        #expect(event.payload["owner"] == "5511999999009@s.whatsapp.net")
        #expect(event.payload["size"] == 2)
        #expect(
            event.payload["participants"] == [
                ["id": "5511999999009@s.whatsapp.net", "lid": "7@lid", "admin": "superadmin"],
                ["id": "8@lid", "lid": .null, "admin": .null],
            ]
        )
    }

    @Test func aRenamedGroupTellsByWhom() throws {
        let update = #"[{"id": "1203@g.us", "subject": "New", "author": "7@lid", "authorPn": "5511999999009@c.us"}]"#
        let payload = try one(envelope("groups.update", update)).payload
        #expect(payload["groupName"] == "New")
        #expect(payload["author"] == "5511999999009@s.whatsapp.net")
    }

    @Test func hiddenIdentitiesFindTheirPhones() throws {
        let event = try one(
            envelope("lid-mapping.update", #"{"lid": "7:1@lid", "pn": "5511999999009:1@s.whatsapp.net"}"#))
        #expect(event.type == .contactUpdated)
        #expect(event.payload["contactId"] == "5511999999009@s.whatsapp.net")
        #expect(event.payload["lid"] == "7@lid")
    }

    @Test func historyBringsNamesBeforeMessages() throws {
        let events = try read(
            envelope(
                "messaging-history.set",
                #"{"messages": [\#(message(#"{"conversation": "old"}"#))], "chats": [{"id": "1203@g.us", "name": "Team"}],"#
                    + #" "contacts": [{"id": "5511999999001@s.whatsapp.net", "name": "Maria"}], "lidPnMappings": [{"lid": "7@lid", "pn": "5511999999009@s.whatsapp.net"}]}"#
            )
        )
        #expect(events.map(\.type) == [.contactUpdated, .contactUpdated, .groupUpdated, .messageReceived])
    }

    @Test func presencesAreEachPersons() throws {
        let events = try read(
            envelope(
                "presence.update",
                #"{"id": "1203@g.us", "presences": {"5511999999001@s.whatsapp.net": {"lastKnownPresence": "composing"},"#
                    + #" "5511999999002@s.whatsapp.net": {"lastKnownPresence": "unavailable", "lastSeen": 1750168528}, "x": {}}}"#
            )
        )
        #expect(events.map { $0.payload["presence"] } == ["composing", "unavailable"])
        #expect(events.last?.payload["participant"] == "5511999999002@s.whatsapp.net")
        #expect(events.last?.payload["lastSeen"] == 1_750_168_528)
    }

    @Test func everyStepOfACallIsAnEvent() throws {
        let call = { (status: String) in
            try one(
                envelope(
                    "call",
                    #"[{"id": "C1", "chatId": "5511999999001@s.whatsapp.net", "from": "5511999999001:2@s.whatsapp.net","#
                        + #" "date": "2025-01-16T12:00:00.000Z", "status": "\#(status)", "isVideo": true, "offline": false}]"#
                )
            )
        }
        let offer = try call("offer")
        #expect(offer.type == .callReceived)
        #expect(offer.payload["timestamp"] == 1_737_028_800)
        #expect(offer.payload["isVideo"] == true)
        #expect(offer.payload["from"] == "5511999999001@s.whatsapp.net")
        #expect(offer.dedupKey == "call.received|5511999999001@s.whatsapp.net|C1|offer")
        #expect(try call("timeout").dedupKey != offer.dedupKey)
    }
}
