import RelayCore
import RelayFormats
import RelayJSON
import Testing

/// The envelope and the session.
struct EvolutionSessionTests {
    private func events(_ event: String, _ data: String, more: String = "") throws -> [ParsedEvent] {
        try read(evolution(event, data, more: more), as: EvolutionFormat())
    }

    @Test(arguments: [
        "connection.update", "CONNECTION_UPDATE", "connection-update", "Connection.Update",
    ])
    func oneEventHasManyNames(_ name: String) throws {
        #expect(try events(name, #"{"state": "open"}"#).map(\.type) == [.sessionConnected])
    }

    @Test(arguments: [
        #""instance": "shop""#, #""instance": {"instanceName": "shop", "instanceId": "i-1"}"#,
        #""instance": {"name": "shop"}"#, #""instanceName": "shop""#, #""session": "shop""#,
    ])
    func theInstanceIsTheSession(_ member: String) throws {
        let document = #"{"event": "connection.update", \#(member), "data": {"state": "open"}}"#
        #expect(try read(document, as: EvolutionFormat(), session: nil).map(\.session) == ["shop"])
        #expect(try read(document, as: EvolutionFormat(), session: "demo").map(\.session) == ["demo"])
    }

    /// "Webhook by events" appends the name of the event to the URL.
    @Test(arguments: [
        "messages-upsert", "messages-update", "connection-update", "qrcode-updated", "send-message",
        "send-message-update",
        "group-participants-update", "presence-update", "call", "logout-instance", "application-startup",
        "typebot-change-status", "messaging-history-set",
    ])
    func anEventsNameInTheAddressIsNoSession(_ segment: String) {
        #expect(EvolutionFormat.namesEvent(segment))
        let formats = BuiltInSourceFormats.all.filter { $0.namesEvent(segment) }
        #expect(formats.map { $0.name } == [EvolutionFormat.name])
    }

    @Test(arguments: [
        "shop", "my-shop", "5511999999001", "calls", "Call", "messages", "messages-upserts", "messages.upsert",
        "messages_upsert", "MESSAGES-UPSERT", "messages-upsert-", "-call", "send", "message", "",
    ])
    func aSessionMayBeCalledLikeAnythingElse(_ segment: String) {
        #expect(!EvolutionFormat.namesEvent(segment))
    }

    @Test func anInstanceWhoseNameIsNoSessionIsRefusedUnlessTheAddressNamesOne() throws {
        let document = #"{"event": "call", "instance": "My Shop", "data": []}"#
        #expect(refusal(document, as: EvolutionFormat(), session: nil)?.code == .missingSession)
        #expect(refusal(document, as: EvolutionFormat(), session: nil)?.pointer == "/instance")
        #expect(try read(document, as: EvolutionFormat(), session: "my-shop").isEmpty)
    }

    @Test(arguments: [
        "application.startup", "remove.instance", "instance.create", "labels.edit", "typebot.change-status",
        "creds.update",
        "chats.delete", "some.new.event", "MESSAGING_HISTORY_SET",
    ])
    func eventsOfNoInterestAreUnderstood(_ name: String) throws {
        #expect(try events(name, #"["anything"]"#).isEmpty)
    }

    @Test(arguments: [
        (#"{"instance": "a", "data": {}}"#, "/event"), (#"{"event": 7, "data": {}}"#, "/event"),
        (#"{"event": "Message", "data": {}, "instanceId": "i"}"#, "/event"),
        (#"{"event": "a b.c", "data": {}}"#, "/event"),
        (#"{"event": "message.received", "sessionId": "a", "payload": {}}"#, "/data"), ("[7]", "/0"),
        (#"{"event": "messages.upsert", "instance": "a"}"#, "/data"),
        (#"{"event": "messages.upsert", "instance": "a", "data": {}}"#, "/data/key"),
        (
            #"{"event": "messages.upsert", "instance": "a", "data": [{"key": {}, "message": {"conversation": "x"}}]}"#,
            "/data/0/key/id"
        ),
        (#"{"event": "messages.update", "instance": "a", "data": {"status": "READ"}}"#, "/data/keyId"),
        (#"{"event": "messages.edited", "instance": "a", "data": {}}"#, "/data/key"),
        (#"{"event": "messages.delete", "instance": "a", "data": [{}]}"#, "/data/0/id"),
        (#"{"event": "contacts.update", "instance": "a", "data": {}}"#, "/data/remoteJid"),
        (#"{"event": "connection.update", "instance": "a", "data": 7}"#, "/data"),
    ])
    func whatIsOfAnotherDialectIsRefusedWhereItIsWrong(_ document: String, _ pointer: String) {
        let error = refusal(document, as: EvolutionFormat())
        #expect(error?.code == .notAnEvent)
        #expect(error?.pointer == pointer)
    }

    @Test func theKeyGoesNoFurther() throws {
        for (event, data) in [
            (
                "messages.upsert",
                #"{"key": {"remoteJid": "1203@g.us", "id": "A"}, "message": {"newMessage": {}}, "apikey": "s3cret-key"}"#
            ),
            ("connection.update", #"{"state": "open"}"#),
        ] {
            for event in try events(event, data) { #expect(!JSON.object(event.payload).text.contains("s3cret")) }
        }
        #expect(EvolutionFormat.secretField == "apikey")
    }

    @Test func anOpenConnectionHasItsPhone() throws {
        let told = try events(
            "connection.update", #"{"state": "open", "statusReason": 200, "wuid": "5511999999008:3@s.whatsapp.net"}"#)
        #expect(told.first?.payload["phone_number"] == "5511999999008")
        // From the account of the instance, when the event does not contain it.
        #expect(
            try events("connection.update", #"{"state": "open"}"#).first?.payload["phone_number"] == "5511999999009")
        #expect(try events("connection.update", #"{"state": "connecting", "statusReason": 200}"#).isEmpty)
    }

    @Test(
        arguments: [
            (#"{"state": "close", "statusReason": 401}"#, "logged_out", 401, false),
            (#"{"state": "close", "statusReason": 408}"#, "connection_lost", 408, true),
            (#"{"state": "close", "statusReason": 200}"#, "unknown", nil, true),
            (#"{"state": "refused", "statusReason": 428}"#, "refused", 428, false),
        ] as [(String, String, Int64?, Bool)])
    func aClosedConnectionTellsWhy(_ data: String, _ reason: String, _ code: Int64?, _ recoverable: Bool) throws {
        let event = try #require(try events("connection.update", data).first)
        #expect(event.type == .sessionDisconnected)
        #expect(event.payload["reason"]?.string == reason)
        #expect(event.payload["code"] == code.map(JSON.int) ?? .null)
        #expect(event.payload["recoverable"] == .bool(recoverable))
    }

    @Test func anInstanceThatIsClosedOrLoggedOutIsDisconnected() throws {
        let closed = try events(
            "status.instance",
            #"{"instance": "shop", "status": "closed", "disconnectionReasonCode": 403, "disconnectionAt": "2026-01-02T03:04:05.000Z", "disconnectionObject": "{}"}"#
        )
        #expect(closed.map(\.type) == [.sessionDisconnected])
        #expect(closed.first?.payload["reason"] == "forbidden")
        #expect(closed.first?.payload["disconnected_at"] == "2026-01-02T03:04:05.000Z")
        #expect(try events("status.instance", #"{"instance": "shop", "status": "created"}"#).isEmpty)
        #expect(try events("logout.instance", "null").first?.payload["reason"] == "logged_out")
    }

    @Test func codesToScan() throws {
        let code = try events(
            "qrcode.updated",
            #"{"qrcode": {"instance": "shop", "pairingCode": null, "code": "2@abc", "base64": "data:image/png;base64,iVBORw0KGgo="}}"#
        )
        #expect(code.first?.payload["qr_code"] == "iVBORw0KGgo=")
        #expect(code.first?.payload["code"] == "2@abc")
        #expect(code.first?.payload["pairing_code"] == nil)
        let limit = try events(
            "qrcode.updated", #"{"message": "QR code limit reached, please login again", "statusCode": 500}"#)
        #expect(limit.map(\.type) == [.sessionDisconnected])
        #expect(limit.first?.payload["reason"] == "qr_timeout")
        #expect(limit.first?.payload["recoverable"] == false)
    }

    /// The time is in the wrong time zone, but it is the same in every repetition of a post.
    @Test func repeatedPostsWithoutAnIDAreKnownByTheirClock() throws {
        let open = { (clock: String) in
            try events("connection.update", #"{"state": "open"}"#, more: #", "date_time": "\#(clock)""#).first
        }
        let first = try #require(try open("2026-01-01T09:00:00.123Z"))
        #expect(first.dedupKey == (try open("2026-01-01T09:00:00.123Z"))?.dedupKey)
        #expect(first.dedupKey != (try open("2026-01-01T09:05:00.456Z"))?.dedupKey)
        #expect(first.payload["connected_at"]?.string == receivedAt.iso8601)
        #expect(first.occurredAt == nil)
        #expect(try events("connection.update", #"{"state": "open"}"#).first?.dedupKey == nil)
    }
}
