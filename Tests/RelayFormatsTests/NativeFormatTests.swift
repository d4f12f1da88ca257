import RelayCore
import RelayFormats
import RelayJSON
import Testing

struct NativeTests {
    private func native(_ document: String, session: String? = nil) throws -> [ParsedEvent] {
        try read(document, as: NativeFormat(), session: session)
    }

    @Test func anEnvelopeIsTakenAsItIs() throws {
        let events = try native(
            #"{"event": "message.received", "session": "demo", "payload": {"messageId": "A", "chatId": "5511999999001:2@c.us", "x": [1]},"#
                + #" "timestamp": 1763030165, "id": "evt-7", "deliveryId": "old"}"#
        )
        let event = try #require(events.first)
        #expect(event.type == .messageReceived)
        #expect(event.session == "demo")
        #expect(event.chat == "5511999999001@s.whatsapp.net")
        #expect(event.dedupKey == "evt-7")
        #expect(event.occurredAt == Timestamp(seconds: 1_763_030_165))
        #expect(event.payload == ["messageId": "A", "chatId": "5511999999001:2@c.us", "x": [1]])
    }

    @Test func anArrayIsManyEvents() throws {
        let one = #"{"event": "a.b", "sessionId": "s", "payload": {}}"#
        #expect(try native("[\(one), \(one)]").count == 2)
        #expect(try native("[]").isEmpty)
        let mixed = try parsed(#"[\#(one), {"event": "a.b", "sessionId": "s"}]"#, as: NativeFormat(), session: nil)
        #expect(mixed.events.count == 1)
        #expect(mixed.rejected.map(\.pointer) == ["/1/payload"])
    }

    @Test(arguments: ["message", "Message.received", "message..received", ".a", "a.", "a b.c", "", "a.b-c"])
    func aTypeIsWordsWithDots(_ name: String) {
        let error = refusal(#"{"event": "\#(name)", "payload": {}}"#, as: NativeFormat())
        #expect(error?.code == .notAnEvent)
        #expect(error?.pointer == "/event")
    }

    /// An event of this type is the relay's own.
    @Test func documentReceivedIsRefused() {
        let error = refusal(#"{"event": "document.received", "payload": {}}"#, as: NativeFormat())
        #expect(error?.code == .notAnEvent && error?.pointer == "/event")
        #expect(error?.message.contains("the relay's own type") == true)
    }

    @Test(arguments: [
        (#"{"event": "a.b", "payload": []}"#, "/payload"), (#"{"event": "a.b"}"#, "/payload"),
        (#"{"event": "a.b", "payload": {}, "timestamp": "yesterday"}"#, "/timestamp"),
        (#"{"event": "a.b", "payload": {"chatId": 7}}"#, "/payload/chatId"),
        (#"{"event": "a.b", "payload": {}, "id": {}}"#, "/id"),
        (#"{"payload": {}}"#, "/event"),
    ])
    func whatIsWrongIsNamed(_ document: String, _ pointer: String) {
        #expect(refusal(document, as: NativeFormat())?.pointer == pointer)
    }

    @Test func theSessionMustBeKnown() {
        #expect(refusal(#"{"event": "a.b", "payload": {}}"#, as: NativeFormat(), session: nil)?.code == .missingSession)
        let bad = refusal(#"{"event": "a.b", "sessionId": "a b", "payload": {}}"#, as: NativeFormat(), session: nil)
        #expect(bad?.code == .missingSession)
        #expect(bad?.pointer == "/sessionId")
    }

    @Test func withoutAnIDTheMessageIsTheKey() throws {
        let key = { (type: String, more: String) in
            try native(
                #"{"event": "\#(type)", "payload": {"messageId": "A", "chatId": "1@g.us"\#(more)}}"#, session: "s"
            ).first?.dedupKey
        }
        #expect(try key("message.received", "") == "message.received|1@g.us|A")
        #expect(try key("message.read", #", "participant": "2@lid""#) == "message.read|1@g.us|A||2@lid")
        #expect(
            try key("message.updated", #", "content": {"text": "a"}"#)
                != key("message.updated", #", "content": {"text": "b"}"#))
        #expect(try native(#"{"event": "session.connected", "payload": {}}"#, session: "s").first?.dedupKey == nil)
    }
}

/// The events in ZapHub's EVENTS.md that its sample documents do not contain.
struct NativeZapHubTests {
    private func one(_ event: String, _ data: String, in field: String = "data") throws -> ParsedEvent {
        let events = try read(
            #"{"event": "\#(event)", "session_id": "z-1", "\#(field)": \#(data)}"#, as: NativeFormat(), session: nil)
        guard events.count == 1, let event = events.first else { throw EventCountError(count: events.count) }
        #expect(event.session == "z-1")
        return event
    }

    private let chat =
        #""remoteJid": "5511999999001@s.whatsapp.net", "messageId": "A", "timestamp": "2025-01-16T12:00:00Z""#

    @Test func deliveryReceiptsAreOurMessagesOnly() throws {
        let receipt = { (fromMe: Bool) in
            #"{\#(chat), "fromMe": \#(fromMe), "userJid": "5511999999001@s.whatsapp.net", "receiptTimestamp": null}"#
        }
        let event = try one("message.receipt.delivered", receipt(true))
        #expect(event.type == .messageDelivered)
        #expect(event.payload["timestamp"] == 1_737_028_800)
        let other = #"{"event": "message.receipt.read", "session_id": "z", "data": \#(receipt(false))}"#
        #expect(try read(other, as: NativeFormat(), session: nil).isEmpty)
    }

    @Test func reactionsInZapHubsFormAreRead() throws {
        let event = try one(
            "message.reaction",
            #"{\#(chat), "fromMe": false, "reaction": {"text": "x", "senderTimestampMs": 1705420800000}}"#)
        #expect(event.type == .messageReaction)
        #expect(event.payload["content"] == ["emoji": "x", "targetMessageId": "A"])
        #expect(event.payload["timestamp"] == 1_705_420_800)
        // The relay's own format is not changed.
        let own = try one("message.reaction", #"{"messageId": "A", "content": {"emoji": "x"}}"#, in: "payload")
        #expect(own.payload == ["messageId": "A", "content": ["emoji": "x"]])
    }

    @Test func somebodysOwnEventOfTheSameNameIsTakenAsItIs() throws {
        let event = try one("presence.update", #"{"who": "Ana"}"#, in: "payload")
        #expect(event.type.name == "presence.update")
        #expect(event.payload == ["who": "Ana"])
    }

    @Test func membersWhoComeAndGo() throws {
        let data =
            #"{"groupId": "1203@g.us", "participants": [{"id": "5511999999002@s.whatsapp.net"}], "author": "5511999999003@c.us", "timestamp": "2025-01-16T12:00:00Z"}"#
        let event = try one("group.participants.add", data)
        #expect(event.type == .groupUpdated)
        #expect(event.payload["action"] == "add")
        #expect(event.payload["author"] == "5511999999003@s.whatsapp.net")
        #expect(event.dedupKey == (try one("group.participants.add", data)).dedupKey)
        #expect(event.dedupKey != (try one("group.participants.remove", data)).dedupKey)
    }

    @Test(arguments: [
        ("presence.update", "/data/jid"), ("call.offer", "/data/callId"), ("group.update", "/data/groupId"),
        ("message.receipt.read", "/data/messageId"), ("message.edited", "/data/messageId"),
        ("group.participants.add", "/data/groupId"),
        // A document of another format is not accepted.
        ("messages.upsert", "/payload"), ("connection.update", "/payload"),
    ])
    func whatIsMissingIsNamed(_ event: String, _ pointer: String) {
        let error = refusal(#"{"event": "\#(event)", "session_id": "z", "data": {}}"#, as: NativeFormat(), session: nil)
        #expect(error?.code == .notAnEvent)
        #expect(error?.pointer == pointer)
    }
}
