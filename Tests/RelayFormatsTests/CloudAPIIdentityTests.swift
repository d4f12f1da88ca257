import RelayCore
import RelayFormats
import RelayJSON
import Testing

/// Identities: phone numbers, business-scoped user ids, groups.
struct CloudAPIIdentityTests {
    private let hello = #""type": "text", "text": {"body": "Hi"}"#
    private let bsuid = "US.13491208655302741918"
    private let sheena = #"""
        [{"profile": {"name": "Sheena Nelson", "username": "@realsheenanelson"}, "user_id": "US.13491208655302741918",
          "parent_user_id": "US.ENT.11815799212886844830"}]
        """#

    @Test func aPersonWithoutANumberHasTheUserIDAsAddress() throws {
        let event = try oneCloud(
            cloudMessage(
                hello,
                from: #""from_user_id": "\#(bsuid)", "from_parent_user_id": "US.ENT.11815799212886844830""#,
                contacts: sheena))
        let address = bsuid + "@bsuid"
        #expect(event.chat == address)
        #expect(event.payload["chatId"]?.string == address)
        #expect(event.payload["from"]?.string == address)
        #expect(event.payload["chatKind"] == "direct")
        #expect(event.payload["isGroup"] == false)
        #expect(event.payload["userId"]?.string == bsuid)
        #expect(event.payload["parentUserId"] == "US.ENT.11815799212886844830")
        #expect(event.payload["username"] == "@realsheenanelson")
        #expect(event.payload["contactName"] == "Sheena Nelson")
        #expect(event.dedupKey == "message.received|\(address)|wamid.A")
    }

    /// A user id is never used as a phone number, even when it consists of digits or is in the field of the phone
    /// number.
    @Test(arguments: [
        #""from_user_id": "13491208655302741918""#, #""from_user_id": "16505551234""#,
        #""from": "US.13491208655302741918""#, #""from": "13491208655302741918""#, #""from": "BR.1502576394655843""#,
        #""from_parent_user_id": "US.ENT.11815799212886844830""#, #""from": "<PHONE>""#, #""from": "7""#,
        #""from": "100000000000002@lid""#,
    ])
    func whatIsNoPhoneNumberNeverBecomesOne(_ from: String) throws {
        let event = try oneCloud(cloudMessage(hello, from: from))
        #expect(event.chat?.hasSuffix("@bsuid") == true)
        #expect(!JSON.object(event.payload).text.contains("@s.whatsapp.net"))
    }

    @Test(arguments: [
        #""16505551234""#, #""+16505551234""#, #""+1 (650) 555-1234""#, "16505551234", #""16505551234@s.whatsapp.net""#,
        #""16505551234@c.us""#,
    ])
    func aPhoneNumberIsReadInEveryForm(_ number: String) throws {
        #expect(try oneCloud(cloudMessage(hello, from: #""from": \#(number)"#)).chat == "16505551234@s.whatsapp.net")
    }

    @Test func thePhoneIsTheAddressWhereBothAreKnown() throws {
        let contacts = #"[{"profile": {"name": "Pablo"}, "wa_id": "16505551234", "user_id": "\#(bsuid)"}]"#
        for from in [
            #""from": "16505551234", "from_user_id": "\#(bsuid)""#, #""from": "16505551234""#,
            #""from_user_id": "\#(bsuid)""#, "",
        ] {
            let event = try oneCloud(cloudMessage(hello, from: from, contacts: contacts))
            #expect(event.chat == "16505551234@s.whatsapp.net")
            #expect(event.payload["userId"]?.string == bsuid)
            #expect(event.payload["contactName"] == "Pablo")
        }
    }

    /// Meta: a user's phone number (`from`) and id (`wa_id`) may differ.
    @Test func theWhatsAppIDWinsOverTheNumber() throws {
        let event = try oneCloud(
            cloudMessage(hello, contacts: #"[{"profile": {"name": "Ana"}, "wa_id": "5491155550000"}]"#))
        #expect(event.chat == "5491155550000@s.whatsapp.net")
        #expect(event.payload["contactName"] == "Ana")
    }

    @Test func anotherUserIDIsAnotherPerson() throws {
        let event = try oneCloud(
            cloudMessage(
                hello, from: #""from_user_id": "US.2""#, contacts: #"[{"wa_id": "16505551234", "user_id": "US.1"}]"#))
        #expect(event.chat == "US.2@bsuid")
    }

    @Test func contactsBelongToTheMessagesThatNameThem() throws {
        let document = webhook(
            value(
                #"""
                "contacts": [{"profile": {"name": "First"}, "wa_id": "16505551111", "user_id": "US.1"},
                             {"profile": {"name": "Second"}, "user_id": "US.2"}],
                "messages": [{"from_user_id": "US.2", "id": "A", "timestamp": "1", \#(hello)},
                             {"from": "+16505551111", "id": "B", "timestamp": "1", \#(hello)},
                             {"from_user_id": "US.1", "id": "C", "timestamp": "1", \#(hello)},
                             {"from": "16505559999", "id": "D", "timestamp": "1", \#(hello)}]
                """#))
        let events = try read(document, as: CloudAPIFormat())
        #expect(events.map { $0.payload["contactName"]?.string } == ["Second", "First", "First", nil])
        #expect(
            events.map(\.chat) == [
                "US.2@bsuid", "16505551111@s.whatsapp.net", "16505551111@s.whatsapp.net", "16505559999@s.whatsapp.net",
            ])
    }

    @Test func anOnlyContactIsNotLentToSeveralSenders() throws {
        let document = webhook(
            value(
                #"""
                "contacts": [{"profile": {"name": "First"}, "wa_id": "16505551111"}],
                "messages": [{"from": "16505551111", "id": "A", "timestamp": "1", \#(hello)},
                             {"from": "16505559999", "id": "B", "timestamp": "1", \#(hello)}]
                """#))
        let events = try read(document, as: CloudAPIFormat())
        #expect(events.map { $0.payload["contactName"]?.string } == ["First", nil])
        #expect(events.map(\.chat) == ["16505551111@s.whatsapp.net", "16505559999@s.whatsapp.net"])
    }

    @Test func aGroupsMessageHasItsAuthor() throws {
        let contacts = #"[{"profile": {"name": "Ana"}, "wa_id": "16505551234", "user_id": "US.1"}]"#
        let event = try oneCloud(
            cloudMessage(
                hello, from: #""from": "16505551234", "from_user_id": "US.1", "group_id": "Y2FwaV9ncm91cDox""#,
                contacts: contacts))
        #expect(event.chat == "Y2FwaV9ncm91cDox@g.us")
        #expect(event.payload["isGroup"] == true)
        #expect(event.payload["chatKind"] == "group")
        #expect(event.payload["groupId"] == "Y2FwaV9ncm91cDox@g.us")
        #expect(event.payload["participant"] == "16505551234@s.whatsapp.net")
        #expect(event.payload["participantName"] == "Ana")
        #expect(event.payload["contactName"] == .null)
        #expect(event.payload["userId"] == "US.1")
    }

    @Test func aReplyToOurselvesNamesOurNumber() throws {
        for from in ["1122334455667", "15550783881"] {
            let event = try oneCloud(cloudMessage(#""context": {"from": "\#(from)", "id": "wamid.Q"}, \#(hello)"#))
            #expect(
                event.payload["quoted"] == [
                    "messageId": "wamid.Q", "participant": "15550783881@s.whatsapp.net", "type": .null, "text": .null,
                ])
        }
        let other = try oneCloud(cloudMessage(#""context": {"from": "16505559999", "id": "wamid.Q"}, \#(hello)"#))
        #expect(other.payload["quoted"]?["participant"] == "16505559999@s.whatsapp.net")
    }

    @Test func aChangedNumberIsReportedToTheDirectory() throws {
        let events = try read(
            cloudMessage(
                #""type": "system", "system": {"type": "user_changed_number", "body": "Ana changed", "wa_id": "16505559999"}"#
            ),
            as: CloudAPIFormat())
        #expect(events.map(\.type) == [.messageReceived, .contactUpdated])
        #expect(events.map(\.chat) == ["16505551234@s.whatsapp.net", "16505559999@s.whatsapp.net"])
        #expect(events[0].payload["type"] == "system")
        #expect(
            events[0].payload["content"] == [
                "body": "Ana changed", "kind": "user_changed_number", "newContactId": "16505559999@s.whatsapp.net",
            ])
        #expect(events[1].payload["contactId"] == "16505559999@s.whatsapp.net")
        #expect(events[1].payload["previousContactId"] == "16505551234@s.whatsapp.net")
    }

    @Test func aChangedUserIDIsReportedToTheDirectory() throws {
        let events = try read(
            cloudMessage(
                #""type": "system", "system": {"type": "user_changed_user_id", "body": "changed", "user_id": "MX.2","#
                    + #" "previous_user_id": "CO.1"}"#, from: ""),
            as: CloudAPIFormat())
        #expect(events.map(\.chat) == ["CO.1@bsuid", "MX.2@bsuid"])
        #expect(events[0].payload["content"]?["newUserId"] == "MX.2")
        #expect(events[0].payload["content"]?["previousUserId"] == "CO.1")
        #expect(events[1].payload["previousContactId"] == "CO.1@bsuid")
        #expect(events[1].payload["userId"] == "MX.2")
        // When Meta does not report the old value, no change is reported.
        let alone = try oneCloud(
            cloudMessage(#""type": "system", "system": {"type": "user_changed_user_id", "user_id": "MX.2"}"#, from: ""))
        #expect(alone.chat == "MX.2@bsuid")
    }
}
