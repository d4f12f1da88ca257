import RelayChatwoot
import RelayCore
import RelayJSON
import RelayTesting
import Testing

/// The contact and the conversation that a message is assigned to.
@Suite(.limitedConcurrency)
struct ConversationTests {
    // MARK: Conversations

    @Test(arguments: [true, false])
    func aResolvedConversationIsReopened(isLocked: Bool) async throws {
        try await withForwarding(isLocked: isLocked) { fixture in
            try await fixture.take("message.received", fixture.text("A1"))
            fixture.chatwoot.agentResolves(conversation: try fixture.conversation.id)
            try await fixture.take("message.received", fixture.text("A2"))
            #expect(try fixture.conversation.status == .open)
        }
    }

    @Test func afterAResolvedConversationANewOneIsOpenedWhereThePolicySaysSo() async throws {
        try await withForwarding("reopen: never") { fixture in
            try await fixture.take("message.received", fixture.text("A1"))
            try await fixture.take("message.received", fixture.text("A2"))
            fixture.chatwoot.agentResolves(conversation: try fixture.conversation.id)
            try await fixture.take("message.received", fixture.text("A3"))
            #expect(fixture.chatwoot.conversations.map(\.status) == [.resolved, .open])
            #expect(fixture.chatwoot.messages(in: fixture.chatwoot.conversations[1].id).map(\.sourceID) == ["WAID:A3"])
        }
        try await withForwarding("reopen: never", isLocked: true) { fixture in
            try await fixture.take("message.received", fixture.text("A1"))
            fixture.chatwoot.agentResolves(conversation: try fixture.conversation.id)
            try await fixture.take("message.received", fixture.text("A2"))
            #expect(try fixture.conversation.status == .open)
        }
    }

    @Test func aConversationIsReopenedOnlyForSoLong() async throws {
        let clock = ManualClock()
        var double = ChatwootDouble.Options()
        double.clock = clock
        try await withForwarding("reopen: 24h", double: double, clock: clock) { fixture in
            try await fixture.take("message.received", fixture.text("A1"))
            fixture.chatwoot.agentResolves(conversation: try fixture.conversation.id)
            clock.set(clock.now + .seconds(23 * 3600))
            try await fixture.take("message.received", fixture.text("A2"))
            #expect(try fixture.conversation.status == .open)
            fixture.chatwoot.agentResolves(conversation: try fixture.conversation.id)
            clock.set(clock.now + .seconds(25 * 3600))
            try await fixture.take("message.received", fixture.text("A3"))
            #expect(fixture.chatwoot.conversations.count == 2)
        }
    }

    @Test func anOpenConversationOfTheContactIsTaken() async throws {
        try await withForwarding { fixture in
            try await fixture.take("message.received", fixture.text("A1"))
            // The ledger was lost.
            let other = try withoutMemory(fixture)
            try await other.take("message.received", fixture.text("A2"))
            #expect(try fixture.conversation.id > 0)
            _ = try fixture.contact
        }
    }

    private func withoutMemory(_ fixture: ForwardingFixture) throws -> ForwardingFixture {
        try ForwardingFixture(
            chatwoot: fixture.chatwoot, account: fixture.account, admin: fixture.admin, inbox: fixture.inbox,
            engine: fixture.engine,
            ledger: InMemoryForwardingLedger(), destination: fixture.destination
        ).restarted()
    }

    @Test func aDeletedConversationIsReplaced() async throws {
        try await withForwarding { fixture in
            try await fixture.take("message.received", fixture.text("A1"))
            fixture.chatwoot.deleteConversation(try fixture.conversation.id)
            try await fixture.take("message.received", fixture.text("A2"))
            #expect(fixture.said == ["oi"])
            _ = try fixture.contact
        }
    }

    @Test func aDeletedContactIsReplaced() async throws {
        try await withForwarding { fixture in
            try await fixture.take("message.received", fixture.text("A1"))
            fixture.chatwoot.deleteContact(try fixture.contact.id)
            try await fixture.take("message.received", fixture.text("A2"))
            #expect(try fixture.contact.phoneNumber == "+5511999999001")
            #expect(fixture.chatwoot.messages.last?.sourceID == "WAID:A2")
        }
    }

    @Test(arguments: ["", "reopen: never"])
    func aBlockedContactKeepsOneResolvedConversation(options: String) async throws {
        try await withForwarding(options) { fixture in
            try await fixture.take("message.received", fixture.text("A1"))
            fixture.chatwoot.blockContact(try fixture.contact.id)
            fixture.chatwoot.agentResolves(conversation: try fixture.conversation.id)
            for id in ["A2", "A3"] { try await fixture.take("message.received", fixture.text(id)) }
            #expect(try fixture.conversation.status == .resolved)
            #expect(fixture.said.count == 3)
        }
    }

    // MARK: Contacts

    @Test func anExistingContactOfAnotherInboxIsBound() async throws {
        try await withForwarding { fixture in
            let other = fixture.chatwoot.addInbox("Loja", in: fixture.account.id)
            try await makeContact(fixture, other.id, "old-key", phone: "+5511999999001", name: "Dona Maria")
            try await fixture.take("message.received", fixture.text("A1"))
            #expect(try fixture.contact.name == "Dona Maria")
            #expect(try fixture.contact.identifier == "5511999999001@s.whatsapp.net")
            #expect(fixture.chatwoot.contactInboxes.map(\.sourceID) == ["old-key", "wa-5511999999001"])
        }
    }

    /// Both spellings of a Brazilian mobile number find the contact, and WhatsApp's own id is unchanged.
    @Test(arguments: [
        ("+551187654321", "5511987654321@s.whatsapp.net", "wa-5511987654321"),
        ("+5511987654321", "551187654321@s.whatsapp.net", "wa-551187654321"),
    ])
    func theContactOfTheOtherSpellingOfANumberIsFound(phone: String, chat: String, source: String) async throws {
        try await withForwarding { fixture in
            let other = fixture.chatwoot.addInbox("Loja", in: fixture.account.id)
            try await makeContact(fixture, other.id, "old-key", phone: phone, name: "Maria")
            try await fixture.take(
                "message.received", fixture.text("A1", "oi", ["chatId": .string(chat), "from": .string(chat)]))
            #expect(try fixture.contact.phoneNumber == phone)
            #expect(try fixture.contact.customAttributes["wa_jid"]?.string == chat)
            #expect(fixture.chatwoot.contactInboxes.last?.sourceID == source)
        }
    }

    /// A gateway reports one person first by the hidden identity, then by the phone number, and only later that both
    /// are the same person.
    @Test func whoWasTwoContactsBecomesOne() async throws {
        try await withForwarding { fixture in
            let hidden: JSONObject = ["chatId": "100000000000077@lid", "from": "100000000000077@lid"]
            try await fixture.take("message.received", fixture.text("A1", "oi", hidden))
            try await fixture.take("message.received", fixture.text("A2"))
            #expect(fixture.chatwoot.contacts.count == 2)
            for id in ["A3", "A4"] {
                try await fixture.take("message.received", fixture.text(id, "oi", ["chatLid": "100000000000077@lid"]))
            }
            let contact = try fixture.contact
            #expect(contact.identifier == "5511999999001@s.whatsapp.net")
            let sources = Set(fixture.chatwoot.contactInboxes.filter { $0.contactID == contact.id }.map(\.sourceID))
            #expect(sources == ["wa-5511999999001", "walid-100000000000077"])
            #expect(fixture.chatwoot.conversations.allSatisfy { $0.contactID == contact.id })
            // Later messages go to the conversation of the phone number's messages.
            let home = fixture.chatwoot.messages(sourceID: "WAID:A2").map(\.conversationID)
            for id in ["A3", "A4"] {
                #expect(fixture.chatwoot.messages(sourceID: "WAID:\(id)").map(\.conversationID) == home)
            }
            let merges = fixture.chatwoot.requests.filter { $0.path.hasSuffix("/actions/contact_merge") }
            #expect(merges.count == 1, "it is done once")
        }
    }

    @Test func whoWasHiddenGoesOnUnderThePhoneInTheSameConversation() async throws {
        try await withForwarding { fixture in
            let hidden: JSONObject = ["chatId": "100000000000077@lid", "from": "100000000000077@lid"]
            try await fixture.take("message.received", fixture.text("A1", "oi", hidden))
            #expect(try fixture.contact.phoneNumber == nil)
            #expect(fixture.chatwoot.contactInboxes.map(\.sourceID) == ["walid-100000000000077"])
            try await fixture.take("message.received", fixture.text("A2", "oi", ["chatLid": "100000000000077@lid"]))
            let contact = try fixture.contact
            #expect(contact.phoneNumber == "+5511999999001")
            #expect(contact.identifier == "5511999999001@s.whatsapp.net")
            #expect(contact.customAttributes["wa_lid"] == "100000000000077@lid")
            #expect(
                try fixture.chatwoot.messages(in: fixture.conversation.id).map(\.sourceID) == ["WAID:A1", "WAID:A2"])
            // Earlier messages are still found.
            try await fixture.take(
                "message.reaction",
                fixture.text(
                    "R1", "", ["type": "reaction", "content": ["emoji": "👍", "targetMessageId": "A1"]]))
            let first = fixture.chatwoot.messages[0].id
            #expect(fixture.chatwoot.messages.last?.contentAttributes["in_reply_to"]?.int == Int64(first))
        }
    }

    @Test func twoContactsBecomeOneWhenANumberChanges() async throws {
        try await withForwarding { fixture in
            let old: JSONObject = [
                "chatId": "5511999999002@s.whatsapp.net", "from": "5511999999002@s.whatsapp.net",
            ]
            try await fixture.take("message.received", fixture.text("A1", "old", old))
            try await fixture.take("message.received", fixture.text("A2", "new"))
            #expect(fixture.chatwoot.contacts.count == 2)
            try await fixture.take("contact.updated", payload(["previousContactId": "5511999999002@s.whatsapp.net"]))
            #expect(try fixture.contact.phoneNumber == "+5511999999001")
            #expect(fixture.chatwoot.conversations.count == 2)
        }
    }

    @Test func aContactTakesOverTheNewNumberWhenItHasNoneOfItsOwn() async throws {
        try await withForwarding { fixture in
            let old: JSONObject = [
                "chatId": "5511999999002@s.whatsapp.net", "from": "5511999999002@s.whatsapp.net",
            ]
            try await fixture.take("message.received", fixture.text("A1", "old", old))
            try await fixture.take("contact.updated", payload(["previousContactId": "5511999999002@s.whatsapp.net"]))
            try await fixture.take("message.received", fixture.text("A2", "new"))
            #expect(try fixture.contact.phoneNumber == "+5511999999001")
            _ = try fixture.conversation
        }
    }

    @Test func aGroupIsAContactWithoutAPhone() async throws {
        try await withForwarding { fixture in
            let group: JSONObject = [
                "chatId": "120363999999999001@g.us", "groupId": "120363999999999001@g.us", "isGroup": true,
                "groupName": "Vendas", "participant": "5511999999002@s.whatsapp.net", "participantName": "Ana",
            ]
            try await fixture.take("message.received", fixture.text("A1", "oi", group))
            let contact = try fixture.contact
            #expect(contact.name == "Vendas (GROUP)")
            #expect(contact.phoneNumber == nil)
            #expect(contact.identifier == "120363999999999001@g.us")
            #expect(fixture.said[0].contains("Ana"))
        }
    }

    // MARK: Names and pictures

    @Test(arguments: [("fill", "Dona Maria"), ("follow", "Maria S."), ("never", "Dona Maria")])
    func aNewNameFollowsThePolicy(policy: String, name: String) async throws {
        try await withForwarding("contact_names: \(policy)") { fixture in
            let other = fixture.chatwoot.addInbox("Loja", in: fixture.account.id)
            try await makeContact(fixture, other.id, "old-key", phone: "+5511999999001", name: "Dona Maria")
            try await fixture.take("message.received", fixture.text("A1", "oi", ["contactName": "Maria S."]))
            #expect(try fixture.contact.name == name)
        }
    }

    @Test func aNumberInThePlaceOfANameIsFilled() async throws {
        try await withForwarding { fixture in
            try await fixture.take("message.received", fixture.text("A1", "oi", ["contactName": ""]))
            #expect(try fixture.contact.name == "+5511999999001")
            try await fixture.take("message.received", fixture.text("A2", "oi", ["contactName": "Maria"]))
            #expect(try fixture.contact.name == "Maria")
        }
    }

    @Test func thePictureIsGivenOnce() async throws {
        try await withForwarding { fixture in
            let url = "https://pps.whatsapp.net/v/maria.jpg"
            let payload = fixture.text("A1", "oi", ["contactImageUrl": .string(url)])
            try await fixture.take("message.received", payload)
            #expect(try fixture.contact.avatarURL == url)
            let other = "https://pps.whatsapp.net/v/maria2.jpg"
            try await fixture.take("contact.updated", RelayChatwootTests.payload(["imageUrl": .string(other)]))
            #expect(try fixture.contact.avatarURL == other)
        }
    }

    // MARK: Fallbacks

    @Test func anInboxThatDemandsSignaturesIsServedByTheOtherInterface() async throws {
        try await withForwarding(isHMACMandatory: true) { fixture in
            try await fixture.take("message.received", fixture.text("A1"))
            #expect(try fixture.contact.phoneNumber == "+5511999999001")
        }
    }

    @Test func aKeyThatSomebodyElseHasIsFoundByIt() async throws {
        try await withForwarding { fixture in
            let other = fixture.chatwoot.addInbox("Loja", in: fixture.account.id)
            try await makeContact(fixture, other.id, "x", phone: "+5511999999001", name: "By phone")
            try await makeContact(fixture, fixture.inbox.id, "wa-5511999999001", phone: nil, name: "By key")
            try await fixture.take("message.received", fixture.text("A1"))
            let owner = try #require(fixture.chatwoot.contacts.first { $0.name == "By key" })
            #expect(try fixture.conversation.contactID == owner.id)
        }
    }

    private func makeContact(
        _ fixture: ForwardingFixture, _ inbox: Int, _ source: String, phone: String?, name: String
    ) async throws {
        var body: JSONObject = ["source_id": .string(source), "name": .string(name), "inbox_id": .int(Int64(inbox))]
        if let phone { body["phone_number"] = .string(phone) }
        try await fixture.api("POST", "/contacts", .object(body))
    }
}
