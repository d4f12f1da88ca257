import RelayCore
import RelayFormats
import RelayJSON
import Testing

struct WAHAEnvelopeTests {
    @Test func theAddressWinsOverTheDocument() throws {
        #expect(try one(WAHADocuments.lidText, as: WAHAFormat(), session: "demo").session == "demo")
        #expect(try one(WAHADocuments.lidText, as: WAHAFormat(), session: nil).session == "shop")
        #expect(
            refusal(#"{"event": "message", "payload": {}}"#, as: WAHAFormat(), session: nil)?.code == .missingSession)
    }

    @Test(arguments: [
        "chat.archive", "label.upsert", "label.chat.added", "label.deleted", "engine.event", "state.change",
        "group.v2.participants.join-request", "some.new-event",
    ])
    func eventsOfNoInterestAreUnderstood(_ name: String) throws {
        #expect(try read(WAHADocuments.envelope(name, #"{"anything": 1}"#), as: WAHAFormat()).isEmpty)
    }

    @Test(arguments: [
        (#"{"payload": {}}"#, "/event"), (#"{"event": "hello", "payload": {}}"#, "/event"),
        (#"{"event": "MESSAGE", "payload": {}}"#, "/event"), (#"{"event": "message"}"#, "/payload"),
        (#"{"event": "message", "payload": {"id": "3EB0A1", "from": "1@c.us"}}"#, "/payload/id"),
        (#"{"event": "message", "payload": {"id": "false_5511999999002_3EB0A1"}}"#, "/payload/id"),
        (#"{"event": "message", "payload": {"id": "maybe_1@c.us_3EB0A1"}}"#, "/payload/id"),
        (#"{"event": "message", "payload": {"id": "false_1@c.us_"}}"#, "/payload/id"),
        (#"{"event": "message.reaction", "payload": {"id": "false_1@c.us_A"}}"#, "/payload/reaction"),
        (
            #"{"event": "message.reaction", "payload": {"id": "false_1@c.us_A", "reaction": {}}}"#,
            "/payload/reaction/messageId"
        ),
        (#"{"event": "message.revoked", "payload": {}}"#, "/payload/after"),
        (#"{"event": "message.ack", "payload": {"ack": 3}}"#, "/payload/id"),
        (#"{"event": "poll.vote", "payload": {"poll": {"id": "A"}}}"#, "/payload/vote"),
        (#"{"event": "poll.vote", "payload": {"vote": {"id": "false_1@c.us_A"}}}"#, "/payload/poll/id"),
        (#"{"event": "poll.vote", "payload": {"vote": {}, "poll": {"id": "A"}}}"#, "/payload/vote/id"),
        (#"{"event": "group.v2.join", "payload": {"group": {}}}"#, "/payload/group/id"),
        (#"{"event": "group.v2.participants", "payload": {"group": {"id": "1@g.us"}}}"#, "/payload/participants"),
        (#"{"event": "presence.update", "payload": {"id": "1@c.us"}}"#, "/payload/presences"),
        (#"{"event": "call.received", "payload": {"id": "C"}}"#, "/payload/from"),
        (#"{"event": "session.status", "payload": {}}"#, "/payload/status"),
    ])
    func whatIsMissingIsNamed(_ document: String, _ pointer: String) {
        let error = refusal(document, as: WAHAFormat())
        #expect(error?.code == .notAnEvent)
        #expect(error?.pointer == pointer)
    }

    @Test func theDocumentsOfOtherGatewaysAreRefused() {
        let gowa =
            #"{"event": "message", "device_id": "1@s.whatsapp.net", "payload": {"id": "3EB0", "chat_id": "2@s.whatsapp.net"}}"#
        #expect(refusal(gowa, as: WAHAFormat())?.pointer == "/payload/id")
        let native = #"{"event": "message", "sessionId": "demo", "data": {"messageId": "A"}}"#
        #expect(refusal(native, as: WAHAFormat())?.pointer == "/payload")
    }

    @Test func anArrayOfEnvelopesIsRead() throws {
        let events = try read("[\(WAHADocuments.lidText), \(WAHADocuments.groupAck)]", as: WAHAFormat())
        #expect(events.map(\.type) == [.messageReceived, .messageRead])
    }

    @Test func aPostingThatIsRepeatedHasTheSameKeys() throws {
        for document in WAHADocuments.all {
            let events = try read(document.document.text, as: WAHAFormat())
            #expect(!events.isEmpty, "\(document)")
            #expect(events.allSatisfy { $0.dedupKey != nil }, "\(document)")
            #expect(try read(document.document.text, as: WAHAFormat()) == events)
        }
    }

    @Test(arguments: [
        ("false_1@c.us_ABC", "1@s.whatsapp.net", "ABC", nil), ("true_1_2@c.us_A_B", "1@s.whatsapp.net", "A_B", nil),
        ("false_status@broadcast_ABC_5:3@c.us", "status@broadcast", "ABC", "5@s.whatsapp.net"),
        ("false_123-456@g.us_ABC_7_1:2@lid", "123-456@g.us", "ABC", "7@lid"),
    ])
    func idsAreSplitWhereTheyShould(_ id: String, _ chat: String, _ message: String, _ participant: String?) throws {
        let event = try one(
            WAHADocuments.envelope("message", #"{"id": "\#(id)", "timestamp": 1, "body": "x"}"#), as: WAHAFormat())
        #expect(event.chat == chat)
        #expect(event.payload["messageId"]?.string == message)
        #expect(event.payload["participant"]?.string == participant)
    }
}
