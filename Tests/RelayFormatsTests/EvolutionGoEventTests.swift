import RelayCore
import RelayFormats
import RelayJSON
import Testing

/// Receipts, the session, groups, contacts, presences and calls.
struct EvolutionGoEventTests {
    private func events(_ event: String, _ data: String, more: String = "") throws -> [ParsedEvent] {
        try read(evolutionGo(event, data, more: more), as: EvolutionGoFormat())
    }

    private func one(_ event: String, _ data: String, more: String = "") throws -> ParsedEvent {
        try RelayFormatsTests.one(evolutionGo(event, data, more: more), as: EvolutionGoFormat())
    }

    private func receipt(_ members: String = "", state: String?) throws -> [ParsedEvent] {
        let usual = try json(
            #"""
            {"Chat": "5511999999001@s.whatsapp.net", "Sender": "5511999999001@s.whatsapp.net", "IsFromMe": false,
             "IsGroup": false, "MessageIDs": ["A", "B"], "Timestamp": "2025-06-17T10:55:30-03:00", "Type": ""}
            """#
        )
        let data = try merged(usual, "{\(members)}").text
        return try events("Receipt", data, more: state.map { #", "state": "\#($0)""# } ?? "")
    }

    @Test(
        arguments: [
            ("Delivered", EventType.messageDelivered, 3), ("Read", .messageRead, 4), ("Played", .messageRead, 5),
            (nil, .messageDelivered, 3),
        ] as [(String?, EventType, Int)])
    func aReceiptIsForEachMessage(_ state: String?, _ type: EventType, _ rank: Int) throws {
        let events = try receipt(state: state)
        #expect(events.map(\.type) == [type, type])
        #expect(events.map(\.rank) == [rank, rank])
        #expect(events.map(\.dedupKey) == ["A", "B"].map { "status|5511999999001@s.whatsapp.net|\($0)|" })
        #expect(events.first?.payload["timestamp"] == 1_750_168_530)
        #expect(events.first?.payload["participant"] == .null)
    }

    @Test(arguments: ["ReadSelf", "Sender", "Retry"])
    func otherReceiptsSayNothing(_ state: String) throws {
        #expect(try receipt(state: state).isEmpty)
    }

    @Test func ourOwnDevicesReadNothing() throws {
        #expect(try receipt(#""IsFromMe": true"#, state: "Read").isEmpty)
    }

    @Test func receiptsOfMembersAndHiddenIdentities() throws {
        let member = try receipt(
            #""Chat": "1203@g.us", "IsGroup": true, "Sender": "77:2@lid", "SenderAlt": "5511999999002@s.whatsapp.net""#,
            state: "Read")
        #expect(member.first?.dedupKey == "status|1203@g.us|A|5511999999002@s.whatsapp.net")
        #expect(member.first?.payload["participantLid"] == "77@lid")
        let direct = try receipt(
            #""Chat": "77@lid", "Sender": "77@lid", "SenderAlt": "5511999999001@s.whatsapp.net""#, state: "Read")
        #expect(direct.first?.chat == "5511999999001@s.whatsapp.net")
    }

    @Test func codesToScan() throws {
        let code = try one(
            "QRCode", #"{"qrcode": "data:image/png;base64,iVBORw0KGgo=", "code": "2@abc", "count": 1, "maxCount": 5}"#)
        #expect(code.type == .sessionQRUpdated)
        #expect(code.payload["qr_code"] == "iVBORw0KGgo=")
        #expect(code.payload["code"] == "2@abc")
    }

    @Test(arguments: [
        (
            "LoggedOut", #"{"OnConnect": false, "Reason": 401, "reason": "401: logged out from another device"}"#,
            "logged_out", false
        ),
        ("LoggedOut", #"{"reason": "Logged out"}"#, "logged_out", false),
        ("LoggedOut", #"{"Reason": 403, "reason": "403: primary device was logged out"}"#, "forbidden", false),
        ("StreamReplaced", "{}", "replaced", true), ("Disconnected", "{}", "connection_closed", true),
        ("QRTimeout", #"{"reason": "Maximum QR code count (5) reached"}"#, "qr_timeout", false),
        ("TemporaryBan", #"{"Code": 101, "reason": "x"}"#, "temporary_ban", true),
        ("ConnectFailure", #"{"Reason": 402}"#, "account_blocked", false),
        ("ConnectFailure", #"{"Reason": 405}"#, "connect_failure", true),
    ])
    func aClosedSessionTellsWhy(_ name: String, _ data: String, _ reason: String, _ recoverable: Bool) throws {
        let event = try one(name, data)
        #expect(event.type == .sessionDisconnected)
        #expect(event.payload["reason"]?.string == reason)
        #expect(event.payload["recoverable"] == .bool(recoverable))
    }

    @Test func pairedIsNotYetConnected() throws {
        let data = #"{"status": "open", "jid": "5511999999009:12@s.whatsapp.net", "pushName": "Shop"}"#
        #expect(try events("PairSuccess", data).isEmpty)
        let connected = try one("Connected", data)
        #expect(connected.type == .sessionConnected)
        #expect(connected.payload["phone_number"] == "5511999999009")
    }

    @Test(arguments: [
        "OfflineSyncCompleted", "PairSuccess", "ButtonClick", "NewsletterJoin", "LabelEdit", "Archive", "UserAbout",
        "CallRelayLatency", "PasskeyRequest", "SomethingNew",
    ])
    func eventsOfNoInterestAreUnderstood(_ name: String) throws {
        #expect(try events(name, #""anything""#).isEmpty)
    }

    @Test(arguments: [
        (#"{"data": {}}"#, "/event"), (#"{"event": "messages.upsert", "instance": "a", "data": {}}"#, "/event"),
        (#"{"event": "MESSAGES_UPSERT", "instance": "a", "data": {}}"#, "/event"),
        (#"{"event": "hello", "data": {}}"#, "/event"),
        (#"{"event": "Message", "instanceId": "a"}"#, "/data"),
        (#"{"event": "message", "session": "a", "payload": {}}"#, "/data"),
        (#"{"event": "Message", "data": 7}"#, "/data"), (#"{"event": "Message", "data": {}}"#, "/data/Info"),
        (#"{"event": "Message", "data": {"Info": {"Chat": "1203@g.us"}}}"#, "/data/Info/ID"),
        (#"{"event": "Message", "data": {"Info": {"ID": "A"}}}"#, "/data/Info/Chat"),
        (#"{"event": "Message", "data": {"Info": {"ID": "A", "Chat": "1203@g.us"}, "Message": 7}}"#, "/data/Message"),
        (#"{"event": "Receipt", "data": {"Chat": "1203@g.us"}}"#, "/data/MessageIDs"),
        (#"{"event": "Receipt", "data": {"MessageIDs": ["A"]}}"#, "/data/Chat"),
        (
            #"{"event": "Receipt", "data": {"Chat": "1203@g.us", "Type": "read", "MessageIDs": ["A", 7]}}"#,
            "/data/MessageIDs/1"
        ),
        (#"{"event": "CallOffer", "data": {"From": "77@lid"}}"#, "/data/CallID"),
        (#"{"event": "CallOffer", "data": {"CallID": "C"}}"#, "/data/From"),
        (#"{"event": "JoinedGroup", "data": {}}"#, "/data/JID"), (#"{"event": "GroupInfo", "data": {}}"#, "/data/JID"),
        (#"{"event": "PushName", "data": {}}"#, "/data/JID"), (#"{"event": "ChatPresence", "data": {}}"#, "/data/Chat"),
    ])
    func whatIsOfAnotherDialectIsRefusedWhereItIsWrong(_ document: String, _ pointer: String) {
        let error = refusal(document, as: EvolutionGoFormat())
        #expect(error?.code == .notAnEvent)
        #expect(error?.pointer == pointer)
    }

    @Test(arguments: [
        (#""instanceName": "shop", "instanceId": "i-1""#, "shop"),
        (#""instanceName": "My Shop", "instanceId": "i-1""#, "i-1"),
        (#""instanceId": "i-1""#, "i-1"), (#""instance": "shop""#, "shop"),
    ])
    func theInstanceIsTheSession(_ members: String, _ session: String) throws {
        let document = #"{"event": "Connected", "data": {}, \#(members)}"#
        #expect(try read(document, as: EvolutionGoFormat(), session: nil).map(\.session) == [session])
        #expect(try read(document, as: EvolutionGoFormat(), session: "demo").map(\.session) == ["demo"])
    }

    @Test func theTokenGoesNoFurther() throws {
        for event in try events(
            "Message", #"{"Info": {"Chat": "1203@g.us", "ID": "A"}, "Message": {"newMessage": {}}}"#)
        {
            #expect(!JSON.object(event.payload).text.contains("s3cret"))
        }
        #expect(EvolutionGoFormat.secretField == "instanceToken")
    }

    @Test func aGroupThatWeJoined() throws {
        let event = try one(
            "JoinedGroup",
            #"""
            {"Reason": "", "JID": "1203@g.us", "OwnerJID": "77@lid", "OwnerPN": "5511999999009@s.whatsapp.net", "Name": "Team", "Topic": "d",
             "IsAnnounce": true, "IsLocked": false, "Participants": [{"JID": "77@lid", "PhoneNumber": "5511999999009@s.whatsapp.net",
             "LID": "77@lid", "IsAdmin": true, "IsSuperAdmin": true}, {"JID": "5511999999002@s.whatsapp.net", "PhoneNumber": "", "LID": "88@lid"}]}
            """#
        )
        #expect(event.type == .groupUpdated)
        #expect(event.payload["groupName"] == "Team")
        #expect(event.payload["description"] == "d")
        #expect(event.payload["owner"] == "5511999999009@s.whatsapp.net")
        #expect(event.payload["announce"] == true)
        #expect(
            event.payload["participants"] == [
                ["id": "5511999999009@s.whatsapp.net", "lid": "77@lid", "admin": "superadmin"],
                ["id": "5511999999002@s.whatsapp.net", "lid": "88@lid", "admin": .null],
            ]
        )
    }

    @Test func whatChangesInAGroup() throws {
        let data =
            #"{"JID": "1203@g.us", "Sender": "77@lid", "SenderPN": "5511999999009@s.whatsapp.net", "Timestamp": "2025-06-17T13:55:30Z","#
            + #" "Name": {"Name": "New"}, "Topic": null, "Announce": {"IsAnnounce": true}, "Join": ["5511999999002@s.whatsapp.net"],"#
            + #" "Leave": null, "Promote": ["88@lid"]}"#
        let events = try events("GroupInfo", data)
        #expect(events.map { $0.payload["action"] } == [nil, "add", "promote"])
        #expect(events.first?.payload["groupName"] == "New")
        #expect(events.first?.payload["announce"] == true)
        #expect(events.map { $0.payload["author"] } == .init(repeating: "5511999999009@s.whatsapp.net", count: 3))
        #expect(events.last?.payload["participants"] == [["id": "88@lid", "lid": .null, "admin": .null]])
        #expect(events.allSatisfy { $0.occurredAt == Timestamp(seconds: 1_750_168_530) })
        #expect(Set(events.map(\.dedupKey)).count == 3)
    }

    @Test func namesAndPictures() throws {
        let name = try one(
            "PushName",
            #"{"JID": "77@lid", "JIDAlt": "5511999999001@s.whatsapp.net", "OldPushName": "M", "NewPushName": "Maria"}"#)
        #expect(name.payload["pushName"] == "Maria")
        #expect(name.payload["contactId"] == "5511999999001@s.whatsapp.net")
        #expect(name.payload["lid"] == "77@lid")
        let contact = try one(
            "Contact",
            #"{"JID": "5511999999001@s.whatsapp.net", "Timestamp": "2025-06-17T13:55:30Z", "Action": {"fullName": "Maria S", "lidJID": "77@lid"}}"#
        )
        #expect(contact.payload["name"] == "Maria S")
        #expect(contact.payload["lid"] == "77@lid")
        let picture = { (remove: Bool, jid: String) in
            try one(
                "Picture",
                #"{"JID": "\#(jid)", "Author": "77@lid", "Timestamp": "2025-06-17T13:55:30Z", "Remove": \#(remove), "PictureID": "1"}"#
            )
        }
        #expect(try picture(false, "77@lid").payload["imageChanged"] == true)
        #expect(try picture(true, "77@lid").payload["imageUrl"] == "")
        #expect(try picture(false, "1203@g.us").type == .groupUpdated)
    }

    @Test func presences() throws {
        let online = try one(
            "Presence",
            #"{"From": "5511999999001@s.whatsapp.net", "Unavailable": false, "LastSeen": "0001-01-01T00:00:00Z"}"#,
            more: #", "state": "online""#)
        #expect(online.payload["presence"] == "available")
        #expect(online.payload["lastSeen"] == .null)
        let away = try one(
            "Presence",
            #"{"From": "5511999999001@s.whatsapp.net", "Unavailable": true, "LastSeen": "2025-06-17T13:55:30Z"}"#)
        #expect(away.payload["presence"] == "unavailable")
        #expect(away.payload["lastSeen"] == 1_750_168_530)
        let speaking = try one(
            "ChatPresence",
            #"{"Chat": "77@lid", "Sender": "77@lid", "SenderAlt": "5511999999001@s.whatsapp.net", "State": "composing", "Media": "audio"}"#
        )
        #expect(speaking.chat == "5511999999001@s.whatsapp.net")
        #expect(speaking.payload["presence"] == "recording")
        let member = try one(
            "ChatPresence", #"{"Chat": "1203@g.us", "Sender": "77@lid", "State": "composing", "Media": ""}"#)
        #expect(member.payload["participant"] == "77@lid")
        #expect(member.payload["presence"] == "composing")
    }

    @Test(arguments: [
        ("CallOffer", "", "offer"), ("CallAccept", "", "accept"), ("CallReject", "", "reject"),
        ("CallTerminate", #", "Reason": "timeout""#, "timeout"), ("CallTerminate", #", "Reason": """#, "terminate"),
        ("CallOfferNotice", #", "Media": "video", "GroupJID": "1203@g.us""#, "offer"),
    ])
    func everyStepOfACallIsAnEvent(_ name: String, _ more: String, _ status: String) throws {
        let event = try one(
            name,
            #"""
            {"From": "77@lid", "Timestamp": "2025-06-17T13:55:30Z", "CallCreator": "77:1@lid", "CallCreatorAlt": "5511999999001@s.whatsapp.net",
             "CallID": "C1", "Data": {"Tag": "offer", "Content": [{"Tag": "audio"}, {"Tag": "video"}]}\#(more)}
            """#
        )
        #expect(event.type == .callReceived)
        #expect(event.chat == "5511999999001@s.whatsapp.net")
        #expect(event.payload["status"]?.string == status)
        #expect(event.payload["isVideo"] == true)
        #expect(event.payload["from"] == "5511999999001@s.whatsapp.net")
        #expect(event.payload["timestamp"] == 1_750_168_530)
        #expect(event.dedupKey == "call.received|5511999999001@s.whatsapp.net|C1|\(status)")
    }

    @Test func theWikisCallHasNoStatus() throws {
        let event = try one(
            "CALL",
            #"{"id": "C1", "from": "5511999999001@s.whatsapp.net", "timestamp": "1699999999", "isVideo": false, "isGroup": false}"#
        )
        #expect(event.payload["status"] == "offer")
        #expect(event.payload["timestamp"] == 1_699_999_999)
    }
}
