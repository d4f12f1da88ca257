import RelayCore
import RelayFormats
import RelayJSON
import Testing

struct BaileysEnvelopeTests {
    private let text = #"{"conversation": "Hi"}"#

    @Test(arguments: ["session", "sessionId"])
    func theDocumentNamesItsSession(_ field: String) throws {
        let document =
            #"{"\#(field)": "shop-1", "event": "messages.upsert", "data": {"messages": [\#(message(text))]}}"#
        #expect(try read(document, session: nil).map(\.session) == ["shop-1"])
    }

    @Test func theAddressWinsOverTheDocument() throws {
        let document = #"{"session": "other", "event": "connection.update", "data": {"connection": "open"}}"#
        #expect(try read(document, session: "demo").map(\.session) == ["demo"])
    }

    @Test func withoutASessionItIsRefused() {
        let error = refusal(upsert(message(text)), session: nil)
        #expect(error?.code == .missingSession)
        #expect(error?.pointer == nil)
    }

    @Test(arguments: [#""a/b""#, #""""#, "7", "{}", #"".""#])
    func aSessionThatIsNoIDIsRefusedWhereItStands(_ value: String) {
        let error = refusal(#"{"session": \#(value), "event": "creds.update", "data": {}}"#, session: nil)
        #expect(error?.code == .missingSession)
        #expect(error?.pointer == "/session")
    }

    @Test func anArrayOfEnvelopesIsRead() throws {
        let open = #"{"session": "b", "event": "connection.update", "data": {"connection": "open"}}"#
        let hello = #"{"session": "a", "event": "messages.upsert", "data": {"messages": [\#(message(text))]}}"#
        let events = try read("[\(hello), \(open)]", session: nil)
        #expect(events.map(\.session) == ["a", "b"])
        #expect(events.map(\.type) == [.messageReceived, .sessionConnected])
    }

    @Test func inAnArrayTheOneWithoutSessionIsNamed() throws {
        let named = #"{"session": "a", "event": "creds.update"}"#
        let mixed = try parsed(#"[\#(named), {"event": "creds.update"}]"#, session: nil)
        #expect(mixed.rejected.map(\.pointer) == ["/1"])
        #expect(mixed.rejected.map(\.code) == [.missingSession])
        #expect(refusal(#"[{"event": "creds.update"}]"#, session: nil)?.pointer == "/0")
        #expect(refusal(#"{"event": "creds.update"}"#, session: nil)?.pointer == nil)
    }

    @Test(arguments: ["creds.update", "labels.edit", "messaging-history.status", "blocklist.set", "some-new.event"])
    func eventsOfNoInterestAreUnderstood(_ name: String) throws {
        #expect(try read(#"{"event": "\#(name)", "data": "anything"}"#).isEmpty)
    }

    @Test(arguments: [#"{"data": {}}"#, #"{"event": 7}"#, #"{"event": "MESSAGES_UPSERT"}"#, #"{"event": "hello"}"#])
    func whatNamesNoEventIsRefused(_ document: String) {
        let error = refusal(document)
        #expect(error?.code == .notAnEvent)
        #expect(error?.pointer == "/event")
    }

    @Test(arguments: [
        ("messages.upsert", "[]", "/data"), ("messages.upsert", "{}", "/data/messages"),
        ("messages.upsert", #"{"messages": [7]}"#, "/data/messages/0"),
        ("messages.upsert", #"{"messages": [{}]}"#, "/data/messages/0/key"),
        (
            "messages.upsert",
            #"{"messages": [{"key": {"remoteJid": "1@s.whatsapp.net"}, "message": {"conversation": "x"}}]}"#,
            "/data/messages/0/key/id"
        ),
        (
            "messages.upsert", #"{"messages": [{"key": {"id": "A"}, "message": {"conversation": "x"}}]}"#,
            "/data/messages/0/key/remoteJid"
        ),
        ("messages.update", "7", "/data"), ("messages.update", #"[{"key": {"id": "A"}}]"#, "/data/0/update"),
        ("connection.update", "[]", "/data"), ("presence.update", #"{"id": "1@lid"}"#, "/data/presences"),
        ("call", #"[{"id": "C"}]"#, "/data/0/status"), ("contacts.upsert", "[{}]", "/data/0/id"),
    ])
    func wrongDataIsRefusedWhereItIsWrong(_ event: String, _ data: String, _ pointer: String) {
        let error = refusal(envelope(event, data))
        #expect(error?.code == .notAnEvent)
        #expect(error?.pointer == pointer)
    }

    @Test(arguments: ["", "hello", "[1, 2", "7", #""text""#, "[7]"])
    func whatIsNoDocumentIsRefused(_ body: String) {
        #expect(refusal(body) != nil)
    }

    @Test func tokensAndEmbeddedFilesGoNoFurther() throws {
        let document = #"""
            {"event": "messages.upsert", "webhookVerifyToken": "s3cret-token", "awaitResponse": true,
             "extra": {"media": {"3EB0A1": "QUJDREVGRw=="}},
             "data": {"messages": [\#(message(#"{"imageMessage": {"mimetype": "image/png", "jpegThumbnail": "VEhVTUI="}}"#))]}}
            """#
        let payload = JSON.object(try one(document).payload).text
        for secret in ["s3cret-token", "QUJDREVGRw", "VEhVTUI"] { #expect(!payload.contains(secret)) }
        #expect(BaileysFormat.secretField == "webhookVerifyToken")
    }

    @Test(arguments: [("QUJDREVGRw==", Array("ABCDEFG".utf8)), ("", nil), ("%%%", nil)] as [(String, [UInt8]?)])
    func theFileBesideAMessageIsItsOwn(_ file: String, _ bytes: [UInt8]?) throws {
        let picture = message(#"{"imageMessage": {"mimetype": "image/png"}}"#)
        let document = #"""
            {"event": "messages.upsert", "extra": {"media": {"3EB0A1": "\#(file)", "OTHER": "WA=="}},
             "data": {"messages": [\#(picture), \#(picture.replacing("3EB0A1", with: "3EB0A2"))]}}
            """#
        #expect(try read(document).map(\.embedded) == [bytes, nil])
        // An event without a file gets none.
        #expect(try read(document.replacing("imageMessage", with: "newMessage")).map(\.embedded) == [nil, nil])
    }
}
