import RelayCore
import RelayJSON
import Testing

struct EventCriteriaTests {
    private static let now = Timestamp(seconds: 1_763_029_800)

    private static func event(
        _ type: EventType = .messageReceived,
        chat: String? = "5511999999001@s.whatsapp.net",
        age: Duration? = .zero,
        payload: JSONObject = [:]
    ) -> Event {
        var fields = payload
        if let chat { fields["chatId"] = .string(chat) }
        return Event(
            id: EventID(1), source: "s", type: type, session: "main", chat: chat,
            occurredAt: age.map { now + (.zero - $0) }, receivedAt: now, payload: fields)
    }

    private static let chats: [(EventCriteria.Chat, String)] = [
        (.private, "5511999999001@s.whatsapp.net"), (.private, "123456789@lid"), (.group, "123-456@g.us"),
        (.channel, "1203@newsletter"), (.status, "status@broadcast"), (.broadcast, "1763029800@broadcast"),
    ]

    @Test(arguments: EventCriteria.Chat.allCases)
    func chatsAreToldApart(kind: EventCriteria.Chat) {
        let criteria = EventCriteria(chats: [kind])
        for (other, chat) in Self.chats {
            let reason = criteria.rejection(of: Self.event(chat: chat))
            #expect(reason == (other == kind ? nil : "chats: the chat is \(other.rawValue)"), "\(chat)")
        }
    }

    /// The format knows the kind of a chat whose id does not tell it.
    @Test func theKindInThePayloadCounts() {
        let event = Self.event(chat: "room-7", age: nil, payload: ["chatKind": "group"])
        #expect(EventCriteria(chats: [.private]).rejection(of: event) == "chats: the chat is group")
        #expect(EventCriteria(chats: [.group]).rejection(of: event) == nil)
        #expect(EventCriteria(chats: [.private]).rejection(of: Self.event(chat: "room-7")) == nil)
    }

    @Test(arguments: [true, false])
    func ownMessagesAreToldApartAndReceiptsAreNone(wanted: Bool) {
        let criteria = EventCriteria(fromMe: wanted)
        for type in EventCriteria.messages {
            #expect((criteria.rejection(of: Self.event(type, payload: ["fromMe": .bool(true)])) == nil) == wanted)
            #expect((criteria.rejection(of: Self.event(type, payload: ["fromMe": .bool(false)])) == nil) == !wanted)
        }
        // Receipts are always about own messages; commands are no messages yet.
        for type in EventType.all where !EventCriteria.messages.contains(type) {
            for isOwn in [true, false] {
                #expect(criteria.rejection(of: Self.event(type, payload: ["fromMe": .bool(isOwn)])) == nil, "\(type)")
            }
        }
    }

    @Test func typesSpeakOfMessagesOnly() {
        let criteria = EventCriteria(types: ["text", "image"])
        #expect(criteria.rejection(of: Self.event(payload: ["type": "image"])) == nil)
        #expect(criteria.rejection(of: Self.event(payload: ["type": "sticker"])) == "types: the message is sticker")
        for type in [EventType.messageRead, .messageReaction, .messageDeleted, .sessionConnected] {
            #expect(criteria.rejection(of: Self.event(type, payload: ["type": "deleted"])) == nil)
        }
    }

    @Test func historyAndAgeKeepOldMessagesOut() {
        let history = EventCriteria(history: false)
        #expect(history.rejection(of: Self.event(payload: ["history": true])) != nil)
        #expect(history.rejection(of: Self.event(payload: ["history": false])) == nil)
        #expect(history.rejection(of: Self.event()) == nil)
        #expect(EventCriteria().rejection(of: Self.event(payload: ["history": true])) == nil)

        let age = EventCriteria(maxAge: .seconds(600))
        #expect(age.rejection(of: Self.event(age: .seconds(600))) == nil)
        #expect(age.rejection(of: Self.event(age: .seconds(601))) == "max_age: the message is 601 s old")
        #expect(age.rejection(of: Self.event(age: .seconds(-5))) == nil)
        #expect(age.rejection(of: Self.event(age: nil)) == nil)
        // The change of an old message, or its receipt, is new.
        for type in [EventType.messageUpdated, .messageDeleted, .messageRead, .groupUpdated] {
            #expect(age.rejection(of: Self.event(type, age: .seconds(9999))) == nil)
        }
    }

    @Test func allCriteriaHaveToBeMet() {
        let criteria = EventCriteria(chats: [.private, .group], fromMe: false, types: ["text"])
        #expect(criteria.rejection(of: Self.event(payload: ["fromMe": false, "type": "text"])) == nil)
        #expect(criteria.rejection(of: Self.event(payload: ["fromMe": true, "type": "text"])) != nil)
        #expect(criteria.rejection(of: Self.event(payload: ["fromMe": false, "type": "image"])) != nil)
        #expect(
            criteria.rejection(of: Self.event(chat: "1@newsletter", payload: ["fromMe": false, "type": "text"])) != nil)
        #expect(criteria.rejection(of: Self.event(.sessionConnected, chat: nil, age: nil)) == nil)
    }
}
