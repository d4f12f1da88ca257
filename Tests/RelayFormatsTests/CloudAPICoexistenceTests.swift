import RelayCore
import RelayFormats
import RelayJSON
import Testing

/// Numbers that are also used in the WhatsApp Business app: echoes, history, contacts; and groups.
struct CloudAPICoexistenceTests {
    private let hello = #""timestamp": "1749416383", "type": "text", "text": {"body": "Hi"}"#

    private func echo(_ members: String) -> String {
        webhook(field: "smb_message_echoes", value(#""message_echoes": [{"id": "wamid.E", \#(members)}]"#))
    }

    @Test func whatIsWrittenInTheAppIsSent() throws {
        let event = try oneCloud(echo(#""from": "15550783881", "to": "16505551234", \#(hello)"#))
        #expect(event.type == .messageSent)
        #expect(event.chat == "16505551234@s.whatsapp.net")
        #expect(event.payload["to"] == "16505551234@s.whatsapp.net")
        #expect(event.payload["from"] == "15550783881@s.whatsapp.net")
        #expect(event.payload["fromMe"] == true)
        #expect(event.payload["history"] == nil)
        #expect(event.dedupKey == "message.sent|16505551234@s.whatsapp.net|wamid.E")
    }

    @Test func anEchoGoesToAUserIDAsWell() throws {
        let event = try oneCloud(echo(#""from": "15550783881", "to_user_id": "US.1", \#(hello)"#))
        #expect(event.chat == "US.1@bsuid")
        #expect(event.payload["userId"] == "US.1")
    }

    @Test func ourOwnReactionIsOurs() throws {
        let event = try oneCloud(
            echo(
                #""to": "16505551234", "timestamp": "1", "type": "reaction", "reaction": {"message_id": "T", "emoji": "x"}"#
            ))
        #expect(event.type == .messageReaction)
        #expect(event.payload["fromMe"] == true)
        #expect(event.payload["from"] == "15550783881@s.whatsapp.net")
        #expect(event.dedupKey == "message.reaction|16505551234@s.whatsapp.net|T|wamid.E")
    }

    private func history(_ messages: String, thread: String = #""id": "16505551234""#) -> String {
        webhook(
            field: "history",
            value(
                #""history": [{"metadata": {"phase": 0, "chunk_order": 1, "progress": 50}, "threads": [{\#(thread),"#
                    + #" "messages": [\#(messages)]}]}]"#))
    }

    @Test func theHistoryHasBothSides() throws {
        let events = try read(
            history(
                #"""
                {"from": "16505551234", "id": "A", "history_context": {"status": "PENDING"}, \#(hello)},
                {"from": "15550783881", "to": "16505551234", "id": "B", "history_context": {"status": "READ"}, \#(hello)},
                {"from": "15550000000", "id": "C", "history_context": {"from_me": true}, \#(hello)}
                """#),
            as: CloudAPIFormat(), session: nil)
        #expect(events.map(\.type) == [.messageReceived, .messageSent, .messageSent])
        #expect(Set(events.map(\.chat)) == ["16505551234@s.whatsapp.net"])
        #expect(events.allSatisfy { $0.payload["history"] == true })
        #expect(events.map { $0.payload["status"]?.string } == ["pending", "read", nil])
        #expect(events.map { $0.payload["fromMe"] } == [false, true, true])
    }

    @Test func aThreadMayHaveAUserIDOnly() throws {
        let thread = #""context": {"user_id": "US.1", "username": "@ana"}"#
        let event = try oneCloud(history(#"{"from_user_id": "US.1", "id": "A", \#(hello)}"#, thread: thread))
        #expect(event.chat == "US.1@bsuid")
        #expect(event.payload["username"] == "@ana")
    }

    /// The history first mentions media and later delivers them under the same id.
    @Test func theFileOfAnOlderMessageIsNoDuplicate() throws {
        let placeholder = try oneCloud(
            history(#"{"from": "16505551234", "id": "A", "timestamp": "1", "type": "media_placeholder"}"#))
        let file = try oneCloud(
            webhook(
                field: "history",
                value(
                    #""messages": [{"from": "16505551234", "id": "A", "timestamp": "1", "type": "image", "image": {"id": "9"}}]"#
                )))
        #expect(placeholder.payload["type"] == "unsupported")
        #expect(file.payload["history"] == true)
        #expect(file.payload["raw_media"]?["id"] == "9")
        #expect(file.chat == placeholder.chat)
        #expect(file.dedupKey != placeholder.dedupKey)
    }

    @Test func aHistoryThatIsNotSharedIsNoEvent() throws {
        let value = value(#""history": [{"errors": [{"code": 2593109, "title": "History sharing is turned off"}]}]"#)
        #expect(try read(webhook(field: "history", value), as: CloudAPIFormat()).isEmpty)
    }

    @Test func savedContactsAreReportedToTheDirectory() throws {
        let document = webhook(
            field: "smb_app_state_sync",
            value(
                #"""
                "state_sync": [
                  {"type": "contact", "action": "add", "metadata": {"timestamp": "1738346006"},
                   "contact": {"full_name": "Ana Sá", "first_name": "Ana", "phone_number": "16505551234", "user_id": "US.1"}},
                  {"type": "contact", "action": "remove", "metadata": {"timestamp": "1738346007"},
                   "contact": {"full_name": "Ana Sá", "phone_number": "16505551234"}},
                  {"type": "label"}]
                """#))
        let events = try read(document, as: CloudAPIFormat())
        #expect(events.map(\.type) == [.contactUpdated, .contactUpdated])
        #expect(events.map(\.chat) == ["16505551234@s.whatsapp.net", "16505551234@s.whatsapp.net"])
        #expect(events.map { $0.payload["name"] } == ["Ana Sá", .null])
        #expect(events.map { $0.payload["action"]?.string } == ["add", "remove"])
        #expect(events[0].payload["userId"] == "US.1")
        #expect(events[0].dedupKey != events[1].dedupKey)
    }

    // MARK: Groups

    private func group(_ members: String) -> String {
        webhook(
            field: "group_lifecycle_update",
            value(#""groups": [{"timestamp": "1750100000", "group_id": "GROUP", \#(members)}]"#))
    }

    @Test func aNewGroupHasItsName() throws {
        let event = try oneCloud(
            group(
                #""type": "group_create", "request_id": "r", "subject": "Linen club", "invite_link": "https://chat.whatsapp.com/x""#
            ))
        #expect(event.type == .groupUpdated)
        #expect(event.chat == "GROUP@g.us")
        #expect(event.payload["groupName"] == "Linen club")
        #expect(event.payload["action"] == "create")
        #expect(event.payload["inviteLink"] == "https://chat.whatsapp.com/x")
        #expect(event.occurredAt == Timestamp(seconds: 1_750_100_000))
    }

    @Test(arguments: [
        (
            #""type": "group_participants_add", "added_participants": [{"wa_id": "16505551111", "user_id": "US.1"}]"#,
            "add"
        ),
        (
            #""type": "group_participants_remove", "removed_participants": [{"input": "16505551111"}], "errors": [{"code": 1}]"#,
            "remove"
        ),
        (
            #""type": "group_join_request_created", "wa_id": "16505551111", "join_request_id": "j""#,
            "join_request_created"
        ),
    ])
    func membersComeAndGo(_ members: String, _ action: String) throws {
        let event = try oneCloud(group(members))
        #expect(event.payload["action"]?.string == action)
        #expect(event.payload["participants"]?[0]?["id"] == "16505551111@s.whatsapp.net")
        #expect(event.payload["participants"]?.array?.count == 1)
    }

    @Test func onlySettingsThatWereTakenCount() throws {
        let event = try oneCloud(
            group(
                #""type": "group_settings_update", "group_subject": {"text": "New", "update_successful": true},"#
                    + #" "group_description": {"text": "No", "update_successful": false}, "errors": [{"code": 1}]"#))
        #expect(event.payload["groupName"] == "New")
        #expect(event.payload["description"] == .null)
    }

    @Test(arguments: [
        #""type": "group_create", "subject": "x", "errors": [{"code": 131000}]"#,
        #""type": "group_settings_update", "group_subject": {"text": "No", "update_successful": false}"#,
        #""type": "group_participants_remove", "failed_participants": [{"input": "1"}], "errors": [{"code": 1}]"#,
    ])
    func whatFailedChangesNothing(_ members: String) throws {
        #expect(try read(group(members), as: CloudAPIFormat()).isEmpty)
    }
}
