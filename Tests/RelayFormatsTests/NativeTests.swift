import RelayCore
import RelayFormats
import RelayJSON
import Testing

struct NativeTests {
    private func native(_ document: String, session: String? = nil) throws -> [NewEvent] {
        try read(document, as: Native(), session: session)
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
        let error = refusal(#"[\#(one), {"event": "a.b", "sessionId": "s"}]"#, as: Native(), session: nil)
        #expect(error?.pointer == "/1/payload")
    }

    @Test(arguments: ["message", "Message.received", "message..received", ".a", "a.", "a b.c", "", "a.b-c"])
    func aTypeIsWordsWithDots(_ name: String) {
        let error = refusal(#"{"event": "\#(name)", "payload": {}}"#, as: Native())
        #expect(error?.code == .notAnEvent)
        #expect(error?.pointer == "/event")
    }

    @Test(arguments: [
        (#"{"event": "a.b", "payload": []}"#, "/payload"), (#"{"event": "a.b"}"#, "/payload"),
        (#"{"event": "a.b", "payload": {}, "timestamp": "yesterday"}"#, "/timestamp"),
        (#"{"event": "a.b", "payload": {"chatId": 7}}"#, "/payload/chatId"),
        (#"{"event": "a.b", "payload": {}, "id": {}}"#, "/id"),
        (#"{"payload": {}}"#, "/event"),
    ])
    func whatIsWrongIsNamed(_ document: String, _ pointer: String) {
        #expect(refusal(document, as: Native())?.pointer == pointer)
    }

    @Test func theSessionMustBeKnown() {
        #expect(refusal(#"{"event": "a.b", "payload": {}}"#, as: Native(), session: nil)?.code == .missingSession)
        let bad = refusal(#"{"event": "a.b", "sessionId": "a b", "payload": {}}"#, as: Native(), session: nil)
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
