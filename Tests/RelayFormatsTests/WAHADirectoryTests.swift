import RelayCore
import RelayFormats
import RelayJSON
import Testing

struct WAHADirectoryTests {
    @Test func groupsThatWeJoin() throws {
        let event = try one(WAHADocuments.groupJoin, as: WAHAFormat())
        #expect(event.type == .groupUpdated)
        #expect(event.chat == "120363000000000001@g.us")
        #expect(event.occurredAt == Timestamp(seconds: 1_768_581_100))
        #expect(
            event.payload == [
                "chatId": "120363000000000001@g.us", "groupId": "120363000000000001@g.us", "groupName": "Work",
                "description": "Where we work", "owner": .null, "size": 2,
                "participants": [
                    ["id": "5511999999003@s.whatsapp.net", "lid": "100000000000003@lid", "admin": "superadmin"],
                    ["id": "5511999999000@s.whatsapp.net", "lid": .null, "admin": .null],
                ],
                "membership": "joined",
            ]
        )
    }

    @Test func groupsThatWeLeaveAndThatChange() throws {
        let left = try one(
            WAHADocuments.envelope("group.v2.leave", #"{"group": {"id": "1@g.us"}, "timestamp": 1768581100}"#),
            as: WAHAFormat())
        #expect(left.payload["membership"] == "left")
        #expect(left.payload["groupName"] == .null)
        let renamed = try one(
            WAHADocuments.envelope("group.v2.update", #"{"group": {"id": "1@g.us", "subject": "New"}}"#),
            as: WAHAFormat())
        #expect(renamed.payload["groupName"] == "New")
        #expect(renamed.payload["membership"] == nil)
        #expect(renamed.occurredAt == Timestamp(milliseconds: 1_768_580_592_345))
    }

    @Test(arguments: [("join", "add"), ("leave", "remove"), ("promote", "promote"), ("demote", "demote")])
    func membersInTheWordsOfAllDialects(_ type: String, _ action: String) throws {
        let document = WAHADocuments.members.replacing(#""type": "promote""#, with: #""type": "\#(type)""#)
        let event = try one(document, as: WAHAFormat())
        #expect(event.payload["action"]?.string == action)
        #expect(
            event.payload["participants"] == [["id": "5511999999003@s.whatsapp.net", "lid": .null, "admin": "admin"]])
        #expect(event.payload["author"] == "5511999999009@s.whatsapp.net")
    }

    @Test func theDeprecatedEventsHaveWhatTheEngineHas() throws {
        let notification = try one(
            WAHADocuments.envelope(
                "group.leave",
                #"""
                {"id": {"_serialized": "false_1@g.us_3A_5@c.us"}, "chatId": "1@g.us", "author": "5@c.us", "type": "remove",
                 "recipientIds": ["6@c.us"], "timestamp": 1768581100, "body": ""}
                """#,
                engine: "WEBJS"
            ),
            as: WAHAFormat()
        )
        #expect(notification.payload["action"] == "remove")
        #expect(notification.payload["author"] == "5@s.whatsapp.net")
        #expect(notification.payload["participants"] == [["id": "6@s.whatsapp.net", "lid": .null, "admin": .null]])
        let metadata = try one(
            WAHADocuments.envelope("group.join", #"{"id": "1@g.us", "subject": "Team", "participants": []}"#),
            as: WAHAFormat())
        #expect(metadata.payload["groupName"] == "Team")
        #expect(try read(WAHADocuments.envelope("group.join", #"{"JID": "1@g.us"}"#), as: WAHAFormat()).isEmpty)
    }

    @Test func presencesInTheWordsOfWhatsApp() throws {
        let events = try read(WAHADocuments.presence, as: WAHAFormat())
        #expect(events.map { $0.payload["presence"] } == ["composing", "unavailable"])
        #expect(events.first?.payload["participant"] == "5511999999003@s.whatsapp.net")
        #expect(events.first?.payload["isGroup"] == true)
        #expect(events.last?.payload["lastSeen"] == 1_768_580_000)
        #expect(Set(events.compactMap(\.dedupKey)).count == 2)
        let direct = try one(
            WAHADocuments.envelope(
                "presence.update",
                #"{"id": "5@c.us", "presences": [{"participant": "5@c.us", "lastKnownPresence": "recording"}]}"#),
            as: WAHAFormat()
        )
        #expect(direct.payload["participant"] == .null)
    }

    @Test func callsAndWhatBecomesOfThem() throws {
        let offered = try one(WAHADocuments.call, as: WAHAFormat())
        #expect(offered.type == .callReceived)
        let expected: JSON = [
            "callId": "CALL0001", "chatId": "5511999999002@s.whatsapp.net", "from": "5511999999002@s.whatsapp.net",
            "chatLid": "100000000000002@lid", "status": "offer", "isVideo": true, "isGroup": false, "groupId": .null,
            "timestamp": 1_768_581_300,
        ]
        #expect(difference(.object(offered.payload), from: expected) == nil)
        let rejected = try one(WAHADocuments.call.replacing("call.received", with: "call.rejected"), as: WAHAFormat())
        #expect(rejected.payload["status"] == "reject")
        let accepted = try one(WAHADocuments.call.replacing("call.received", with: "call.accepted"), as: WAHAFormat())
        #expect(Set([offered, rejected, accepted].compactMap(\.dedupKey)).count == 3)
    }

    @Test func aCallInAGroupHasItsCaller() throws {
        let event = try one(
            WAHADocuments.envelope(
                "call.received",
                #"{"id": "C1", "from": "1@g.us", "isGroup": true, "_data": {"CallCreator": "5@s.whatsapp.net"}}"#),
            as: WAHAFormat()
        )
        #expect(event.chat == "5@s.whatsapp.net")
        #expect(event.payload["groupId"] == "1@g.us")
    }

    @Test func theSessionsStatus() throws {
        let code = try one(WAHADocuments.status("SCAN_QR_CODE"), as: WAHAFormat())
        #expect(code.type == .sessionQRUpdated)
        #expect(code.payload == ["qr_code": .null, "generated_at": "2026-01-16T16:36:40.000Z"])
        let open = try one(WAHADocuments.status("WORKING", after: "STARTING"), as: WAHAFormat())
        #expect(open.type == .sessionConnected)
        #expect(
            open.payload == ["connected_at": "2026-01-16T16:36:40.000Z", "phone_number": "5511999999000"])
        #expect(open.chat == nil)
    }

    @Test(arguments: ["STOPPED", "FAILED", "PASSKEY_REQUIRED", "PASSKEY_CONFIRMATION_REQUIRED"])
    func aSessionThatDoesNotWork(_ status: String) throws {
        let event = try one(WAHADocuments.status(status, after: "WORKING"), as: WAHAFormat())
        #expect(event.type == .sessionDisconnected)
        #expect(event.payload["reason"]?.string == status.lowercased())
        #expect(event.payload["disconnected_at"] == "2026-01-16T16:36:40.000Z")
        #expect(event.payload["code"] == .null)
        // A stopped session can be started again unchanged.
        #expect(event.payload["recoverable"] == .bool(status == "STOPPED"))
    }

    @Test func aLostConnectionShowsInTheStatusesBefore() throws {
        let lost = try one(WAHADocuments.status("STARTING", after: "WORKING"), as: WAHAFormat())
        #expect(lost.type == .sessionDisconnected)
        #expect(lost.payload["reason"] == "connection_lost")
        #expect(lost.payload["recoverable"] == true)
        #expect(try read(WAHADocuments.status("STARTING", after: "STOPPED"), as: WAHAFormat()).isEmpty)
        // The status is reported again when WhatsApp restricts the account.
        #expect(try read(WAHADocuments.status("WORKING", after: "WORKING"), as: WAHAFormat()).isEmpty)
        #expect(try read(WAHADocuments.status("SOMETHING_NEW"), as: WAHAFormat()).isEmpty)
    }
}
