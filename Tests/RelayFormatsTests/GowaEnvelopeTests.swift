import RelayCore
import RelayFormats
import RelayJSON
import Testing

struct GowaEnvelopeTests {
    private func session(_ names: String, address: String? = nil) throws -> String {
        try one(
            #"{"event": "call.offer", \#(names), "payload": {"call_id": "C", "from": "1@s.whatsapp.net"}}"#,
            as: GowaFormat(),
            session: address
        ).session
    }

    @Test func theSessionIsTheDevice() throws {
        #expect(try session(#""device_id": "628987654321@s.whatsapp.net""#) == "628987654321")
        #expect(try session(#""device_id": "628987654321:12@s.whatsapp.net""#) == "628987654321")
        #expect(try session(#""device_id": "25@lid""#) == "25@lid")
        #expect(try session(#""device_id": "1@s.whatsapp.net", "session_id": "shop""#) == "shop")
        #expect(try session(#""device_id": "1@s.whatsapp.net", "session_id": """#) == "1")
        // The name of a session may be any text, which is not valid in a URL path.
        #expect(try session(#""device_id": "1@s.whatsapp.net", "session_id": "My WhatsApp Account""#) == "1")
        #expect(try session(#""device_id": "1@s.whatsapp.net""#, address: "demo") == "demo")
    }

    @Test func withoutASessionItIsRefused() {
        let error = refusal(#"{"event": "label.edit", "device_id": "", "payload": {}}"#, as: GowaFormat(), session: nil)
        #expect(error?.code == .missingSession)
        #expect(error?.pointer == nil)
        #expect(error?.message.contains("session_id") == true)
        let invalid = refusal(#"{"event": "label.edit", "session_id": "a/b"}"#, as: GowaFormat(), session: nil)
        #expect(invalid?.pointer == "/session_id")
    }

    @Test(arguments: ["newsletter.joined", "label.edit", "some.new_event"])
    func eventsOfNoInterestAreUnderstood(_ name: String) throws {
        #expect(try read(gowa(name, "null"), as: GowaFormat()).isEmpty)
    }

    @Test(arguments: [
        (#"{"payload": {}}"#, "/event"), (#"{"event": "hello", "payload": {}}"#, "/event"),
        (#"{"sender_id": "1", "chat_id": "2", "message": {"text": "old", "id": "A"}}"#, "/event"),
        (#"{"event": "message"}"#, "/payload"), (#"{"event": "message", "payload": {"id": "A"}}"#, "/payload/chat_id"),
        (#"{"event": "message", "payload": {"chat_id": "1@s.whatsapp.net"}}"#, "/payload/id"),
        (
            #"{"event": "message.reaction", "payload": {"id": "A", "chat_id": "1@s.whatsapp.net"}}"#,
            "/payload/reacted_message_id"
        ),
        (
            #"{"event": "message.edited", "payload": {"chat_id": "1@s.whatsapp.net"}}"#, "/payload/original_message_id"
        ),
        (#"{"event": "message.revoked", "payload": {}}"#, "/payload/revoked_message_id"),
        (#"{"event": "message.deleted", "payload": {}}"#, "/payload/deleted_message_id"),
        (#"{"event": "message.ack", "payload": {"chat_id": "1@g.us"}}"#, "/payload/ids"),
        (
            #"{"event": "message.ack", "payload": {"ids": [7], "chat_id": "1@g.us", "receipt_type": "read"}}"#,
            "/payload/ids/0"
        ),
        (#"{"event": "chat_presence", "payload": {"chat_id": "1@g.us"}}"#, "/payload/state"),
        (#"{"event": "group.participants", "payload": {"chat_id": "1@g.us"}}"#, "/payload/jids"),
        (#"{"event": "call.offer", "payload": {"call_id": "C"}}"#, "/payload/from"),
    ])
    func whatIsMissingIsNamed(_ document: String, _ pointer: String) {
        let error = refusal(document, as: GowaFormat())
        #expect(error?.code == .notAnEvent)
        #expect(error?.pointer == pointer)
    }

    @Test func theDocumentsOfOtherGatewaysAreRefused() {
        #expect(refusal(WAHADocuments.lidText, as: GowaFormat())?.pointer == "/payload/chat_id")
    }
}
