import RelayCore
import RelayFormats
import RelayJSON
import Testing

struct BaileysConnectionTests {
    private func connection(_ data: String) throws -> [ParsedEvent] {
        try read(envelope("connection.update", data))
    }

    @Test func aCodeIsReportedOnce() throws {
        let events = try connection(#"{"connection": "connecting", "qr": "2@abc,def"}"#)
        #expect(events.map(\.type) == [.sessionQRUpdated])
        #expect(events.first?.payload["qr_code"] == "2@abc,def")
        #expect(events.first?.chat == nil)
        #expect(try events.first?.dedupKey == connection(#"{"qr": "2@abc,def"}"#).first?.dedupKey)
        #expect(try events.first?.dedupKey != connection(#"{"qr": "2@other"}"#).first?.dedupKey)
        let image = try connection(#"{"qrDataUrl": "data:image/png;base64,iVBORw0KGgo="}"#)
        #expect(image.first?.payload["qr_code"] == "iVBORw0KGgo=")
    }

    @Test(arguments: [
        (401, "logged_out", false), (403, "forbidden", false), (408, "connection_lost", true), (440, "replaced", true),
        (515, "restart_required", true), (428, "connection_closed", true),
    ])
    func aClosedConnectionTellsWhy(_ code: Int, _ reason: String, _ recoverable: Bool) throws {
        let events = try connection(
            #"{"connection": "close", "lastDisconnect": {"date": "2025-11-13T11:00:00.000Z","#
                + #" "error": {"data": null, "isBoom": true, "output": {"statusCode": \#(code), "payload": {"message": "x"}}}}}"#
        )
        #expect(events.map(\.type) == [.sessionDisconnected])
        #expect(events.first?.payload["reason"]?.string == reason)
        #expect(events.first?.payload["code"] == .int(Int64(code)))
        #expect(events.first?.payload["recoverable"] == .bool(recoverable))
        #expect(events.first?.payload["disconnected_at"] == "2025-11-13T11:00:00.000Z")
    }

    @Test func aCodeThatIsNotKnownIsReportedAsItIs() throws {
        let unknown = try connection(
            #"{"connection": "close", "lastDisconnect": {"error": {"output": {"statusCode": 999, "payload": {"message": "Odd"}}}}}"#
        )
        #expect(unknown.first?.payload["reason"] == "Odd")
        #expect(unknown.first?.payload["recoverable"] == true)
        #expect(try connection(#"{"connection": "close"}"#).first?.payload["reason"] == "unknown")
    }

    @Test func anOpenConnectionHasThePhoneWhenItIsReported() throws {
        let user = try connection(#"{"connection": "open", "user": {"id": "5511999999009:7@s.whatsapp.net"}}"#)
        #expect(user.first?.payload["phone_number"] == "5511999999009")
        let named = try read(envelope("connection.update", #"{"connection": "open"}"#), session: "+5511999999009")
        #expect(named.first?.payload["phone_number"] == "5511999999009")
        // The account in the event takes precedence over the session's name.
        let both = try read(
            #"{"event": "connection.update", "me": "5511999999008@c.us", "data": {"connection": "open"}}"#,
            session: "5511999999009"
        )
        #expect(both.first?.payload["phone_number"] == "5511999999008")
    }

    @Test(arguments: [
        #"{"connection": "connecting"}"#, #"{"connection": "reconnecting"}"#, #"{"isOnline": true}"#, #"{"qr": ""}"#,
        "{}",
    ])
    func stepsBetweenAreNoEvents(_ data: String) throws {
        #expect(try connection(data).isEmpty)
    }
}
