import RelayCore
import RelayFormats
import RelayJSON
import Testing

struct CloudAPIStatusTests {
    @Test(
        arguments: [
            ("sent", EventType.messageSent, 1), ("failed", .messageFailed, 2), ("delivered", .messageDelivered, 3),
            ("read", .messageRead, 4), ("played", .messageRead, 5),
        ] as [(String, EventType, Int)])
    func statusesFollowOneAnotherUnderOneKey(_ status: String, _ type: EventType, _ rank: Int) throws {
        let event = try oneCloud(cloudStatus(#""status": "\#(status)", "recipient_id": "16505551234""#))
        #expect(event.type == type)
        #expect(event.rank == rank)
        #expect(event.chat == "16505551234@s.whatsapp.net")
        #expect(event.dedupKey == "status|16505551234@s.whatsapp.net|wamid.A|")
        #expect(event.payload["timestamp"] == 1_750_030_073)
        #expect(event.payload["participant"] == .null)
        #expect(event.payload["to"] == (status == "sent" ? "16505551234@s.whatsapp.net" : nil))
    }

    /// B.4, example 5.
    @Test(arguments: [
        (
            #"[{"code": 130472, "title": "User's number is part of an experiment", "error_data": {"details": "d"}}]"#,
            "130472 User's number is part of an experiment"
        ),
        (#"[{"code": 131026, "message": "Message undeliverable"}]"#, "131026 Message undeliverable"),
        (#"[{"code": 131026, "error_data": {"details": "d"}}]"#, "131026 d"), (#"[{"code": "131026"}]"#, "131026"),
        (#"[{"title": "t"}, {"code": 2}]"#, "t"), ("[]", "unknown"), ("7", "unknown"), ("[7]", "unknown"),
        ("null", "unknown"),
    ])
    func aFailureSaysWhy(_ errors: String, _ text: String) throws {
        let event = try oneCloud(
            cloudStatus(#""status": "failed", "recipient_id": "16505551234", "errors": \#(errors)"#))
        #expect(event.payload["error"]?.string == text)
        #expect(event.payload["attempts"] == .null)
    }

    @Test func aRecipientWithoutANumberIsKnownByTheUserID() throws {
        let event = try oneCloud(
            cloudStatus(#""status": "delivered", "recipient_user_id": "US.1", "parent_recipient_user_id": "US.ENT.1""#))
        #expect(event.chat == "US.1@bsuid")
        #expect(event.payload["userId"] == "US.1")
        #expect(event.payload["parentUserId"] == "US.ENT.1")
        let known = try oneCloud(
            cloudStatus(
                #""status": "delivered", "recipient_user_id": "US.1""#,
                contacts: #"[{"wa_id": "16505551234", "user_id": "US.1", "profile": {"username": "@a"}}]"#))
        #expect(known.chat == "16505551234@s.whatsapp.net")
        #expect(known.payload["username"] == "@a")
    }

    @Test func anUnmatchedContactDoesNotMoveAStatus() throws {
        let event = try oneCloud(
            cloudStatus(#""status": "sent", "recipient_id": "16505551234""#, contacts: #"[{"wa_id": "16505559999"}]"#))
        #expect(event.chat == "16505551234@s.whatsapp.net")
    }

    @Test(arguments: ["recipient_participant_id", "participant_recipient_id"])
    func everyMemberOfAGroupHasReceiptsOfItsOwn(_ field: String) throws {
        let document = webhook(
            value(
                #"""
                "contacts": [{"wa_id": "16505551111", "user_id": "US.1"}],
                "statuses": [{"id": "A", "status": "read", "timestamp": "1", "recipient_type": "group", "recipient_id": "GROUP",
                              "\#(field)": "16505551111"},
                             {"id": "A", "status": "read", "timestamp": "1", "recipient_type": "group", "recipient_id": "GROUP",
                              "recipient_participant_user_id": "US.2"},
                             {"id": "A", "status": "sent", "timestamp": "1", "recipient_type": "group", "recipient_id": "GROUP"}]
                """#))
        let events = try read(document, as: CloudAPIFormat())
        #expect(Set(events.map(\.chat)) == ["GROUP@g.us"])
        #expect(events.allSatisfy { $0.payload["isGroup"] == true })
        #expect(
            events.map { $0.payload["participant"]?.string } == ["16505551111@s.whatsapp.net", "US.2@bsuid", nil])
        #expect(events.map { $0.payload["userId"]?.string } == ["US.1", "US.2", nil])
        #expect(Set(events.map(\.dedupKey)).count == 3)
    }

    @Test func aDeletionByTheCustomerIsOne() throws {
        let event = try oneCloud(cloudStatus(#""status": "deleted", "recipient_id": "16505551234""#))
        #expect(event.type == .messageDeleted)
        #expect(event.payload["messageId"] == "wamid.A")
        #expect(event.payload["fromMe"] == false)
        #expect(event.dedupKey == "message.deleted|16505551234@s.whatsapp.net|wamid.A")
    }

    @Test(arguments: [#""status": "warning""#, #""status": "captured", "type": "payment""#])
    func aStatusThatSaysNothingIsNoEvent(_ members: String) throws {
        #expect(try read(cloudStatus(members + #", "recipient_id": "16505551234""#), as: CloudAPIFormat()).isEmpty)
    }

    @Test func aStatusOfNobodyIsStillOne() throws {
        let event = try oneCloud(cloudStatus(#""status": "read""#))
        #expect(event.chat == nil)
        #expect(event.payload["messageId"] == "wamid.A")
    }

    @Test func theBillIsKept() throws {
        let event = try oneCloud(
            cloudStatus(
                #""status": "sent", "recipient_id": "16505551234", "biz_opaque_callback_data": "order 7","#
                    + #" "conversation": {"id": "c", "origin": {"type": "service"}}, "pricing": {"billable": false}"#))
        #expect(event.payload["biz_opaque_callback_data"] == "order 7")
        #expect(event.payload["conversation"] == ["id": "c", "origin": ["type": "service"]])
        #expect(event.payload["pricing"] == ["billable": false])
    }

    // MARK: Calls

    private func call(_ members: String) -> String {
        webhook(field: "calls", value(#""calls": [{"id": "wacid.A", "timestamp": "1750030073", \#(members)}]"#))
    }

    @Test func whoRingsIsReported() throws {
        let event = try oneCloud(
            call(
                #""event": "connect", "direction": "USER_INITIATED", "from_user_id": "US.1", "to": "15550783881","#
                    + #" "session": {"sdp_type": "offer", "sdp": "v=0"}"#))
        #expect(event.type == .callReceived)
        #expect(event.chat == "US.1@bsuid")
        #expect(event.payload["status"] == "offer")
        #expect(event.payload["from"] == "US.1@bsuid")
        #expect(event.payload["fromMe"] == false)
        #expect(event.payload["sdp"] == "v=0")
        #expect(event.dedupKey == "call.received|US.1@bsuid|wacid.A|offer")
    }

    @Test func aCallOfOursIsInTheChatOfWhomWeCall() throws {
        let event = try oneCloud(
            call(
                #""event": "terminate", "direction": "BUSINESS_INITIATED", "from": "15550783881", "to": "16505551234","#
                    + #" "status": "FAILED", "errors": [{"code": 138000}]"#))
        #expect(event.chat == "16505551234@s.whatsapp.net")
        #expect(event.payload["from"] == "15550783881@s.whatsapp.net")
        #expect(event.payload["fromMe"] == true)
        #expect(event.payload["status"] == "terminate")
        #expect(event.payload["outcome"] == "failed")
        #expect(event.payload["errors"] == [["code": 138_000]])
    }

    @Test(arguments: [("RINGING", "ringing"), ("ACCEPTED", "accept"), ("REJECTED", "reject"), ("BUSY", "busy")])
    func howFarACallHasComeIsNoStatusOfAMessage(_ status: String, _ expected: String) throws {
        let members = #""statuses": [{"id": "wacid.A", "status": "\#(status)", "recipient_id": "16505551234"}]"#
        let event = try oneCloud(webhook(field: "calls", value(members)))
        #expect(event.type == .callReceived)
        #expect(event.rank == nil)
        #expect(event.payload["status"]?.string == expected)
        #expect(event.payload["timestampSource"] == "received")
    }
}
