import RelayCore
import RelayJSON
import RelayPipeline
import Testing

private let now = Timestamp(milliseconds: 1_763_000_000_000)
private let group = "120363000000000001@g.us"
private let lid = "100000000000002@lid"
private let phone = "5511999999001@s.whatsapp.net"

private func stored(_ chat: String?, _ payload: JSONObject = [:], session: String = "main") -> Event {
    Event(
        id: EventID(1), source: "s", type: .messageReceived, session: session, chat: chat, occurredAt: nil,
        receivedAt: now, payload: payload
    )
}

private func link(_ id: String = phone, lid: String = lid, session: String = "main") -> HistoryChange {
    .contact(Contact(session: session, id: id, lid: lid, updatedAt: now))
}

/// Hidden identities are replaced by the known phone numbers, and are kept in addition.
struct DirectoryIdentityTests {
    private let directory = DirectoryCache()

    @Test func aChatIsKnownByItsPhone() {
        directory.learn([link()])
        let event = directory.identified(
            stored(lid, ["chatId": .string(lid), "from": .string(lid), "chatName": nil, "contactId": .string(lid)]))
        #expect(event.chat == phone)
        #expect(
            event.payload == [
                "chatId": .string(phone), "from": .string(phone), "chatName": nil, "contactId": .string(phone),
                "chatLid": .string(lid),
            ])
        #expect(event.id == EventID(1))
    }

    @Test func anAuthorIsKnownByThePhoneAndTheGroupStaysTheGroup() {
        directory.learn([link()])
        let event = directory.identified(
            stored(
                group,
                ["chatId": .string(group), "from": .string(lid), "participant": .string(lid), "participantLid": nil]))
        #expect(event.chat == group)
        #expect(
            event.payload == [
                "chatId": .string(group), "from": .string(phone), "participant": .string(phone),
                "participantLid": .string(lid),
            ])
    }

    @Test func whatWeSendGoesToThePhone() {
        directory.learn([link()])
        let payload: JSONObject = ["chatId": .string(lid), "from": "me@s.whatsapp.net", "to": .string(lid)]
        let sent = directory.identified(stored(lid, payload)).payload
        #expect(sent["to"] == .string(phone))
        #expect(sent["from"] == "me@s.whatsapp.net")
    }

    @Test func aPhoneIsNeverInvented() {
        let payload: JSONObject = ["chatId": .string(lid), "from": .string(lid)]
        let unknown = directory.identified(stored(lid, payload))
        #expect(unknown.chat == lid)
        #expect(unknown.payload == payload)
        directory.learn([
            link(session: "other"), link("3@lid"), link(group), link(lid), link(phone, lid: "4@s.whatsapp.net"),
        ])
        #expect(directory.identified(stored(lid, payload)).chat == lid, "another session's contacts are nobody here")
        #expect(directory.identified(stored("4@s.whatsapp.net")).chat == "4@s.whatsapp.net")
        #expect(directory.identified(stored(nil)).chat == nil)
    }

    @Test func anIdentityThatTheEventTellsItselfIsKept() {
        directory.learn([link()])
        let payload: JSONObject = ["chatId": .string(lid), "chatLid": "9@lid"]
        #expect(directory.identified(stored(lid, payload)).payload["chatLid"] == "9@lid")
    }

    @Test func aLaterLinkTakesThePlaceOfAnEarlier() {
        directory.learn([link()])
        directory.learn([link("5511999999002@s.whatsapp.net")])
        #expect(directory.identified(stored(lid)).chat == "5511999999002@s.whatsapp.net")
    }
}

/// Known values are not written repeatedly.
struct DirectoryRepeatTests {
    private let directory = DirectoryCache()

    @Test func aLinkIsReportedOnceAlthoughItsContactIsNotAtHand() {
        let members = (1...100).map { link("\($0)@s.whatsapp.net", lid: "\($0)@lid") }
        #expect(directory.learn(members).count == 100)
        #expect(directory.learn(members).isEmpty)
        #expect(directory.learn([link("2@s.whatsapp.net", lid: "1@lid")]).count == 1, "it has moved")
        let named = Contact(session: "main", id: "7@s.whatsapp.net", lid: "7@lid", pushName: "Ana", updatedAt: now)
        #expect(directory.learn([.contact(named)]).count == 1, "a name may be news")
        directory.forget()
        directory.expect([stored(nil)])
        #expect(directory.learn(members).count == 100)
    }

    @Test func aCheckIsNews() {
        directory.expect([stored(phone), stored(group)])
        var contact = Contact(session: "main", id: phone, updatedAt: now, checkedAt: now)
        var known = Group(session: "main", id: group, updatedAt: now, checkedAt: now)
        #expect(directory.learn([.contact(contact), .group(known)]).count == 2)
        #expect(directory.learn([.contact(contact), .group(known)]).isEmpty)
        contact.checkedAt = now + .seconds(1)
        known.checkedAt = now + .seconds(1)
        #expect(directory.learn([.contact(contact), .group(known)]).count == 2)
        contact.checkedAt = nil
        contact.updatedAt = now + .seconds(9)
        #expect(directory.learn([.contact(contact)]).isEmpty, "an event that tells nothing new is no check")
        #expect(directory.contact(phone, session: "main")?.checkedAt == now + .seconds(1))
    }

    @Test func aChangedPictureIsForgottenWithItsCheck() {
        directory.expect([stored(phone), stored(group)])
        let contact = Contact(
            session: "main", id: phone, pushName: "Ana", imageURL: "u", updatedAt: now, checkedAt: now)
        let known = Group(session: "main", id: group, name: "Vendas", imageURL: "u", updatedAt: now, checkedAt: now)
        directory.learn([.contact(contact), .group(known)])
        let changes = [phone, group, "unknown@s.whatsapp.net"].map {
            HistoryChange.pictureChanged(DirectoryEntryKey(session: "main", id: $0))
        }
        #expect(directory.learn(changes).count == 3)
        #expect(directory.contact(phone, session: "main")?.imageURL == nil)
        #expect(directory.contact(phone, session: "main")?.checkedAt == nil)
        #expect(directory.contact(phone, session: "main")?.pushName == "Ana")
        #expect(directory.group(group, session: "main")?.imageURL == nil)
        #expect(directory.group(group, session: "main")?.checkedAt == nil)
    }
}
