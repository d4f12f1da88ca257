import RelayChatwoot
import RelayCore
import RelayJSON
import RelayTesting
import Testing

/// Which contact and which conversation a message goes to.
@Suite(.limitedConcurrency)
struct PlaceTests {
    // MARK: Conversations

    @Test(arguments: [true, false])
    func aResolvedConversationIsReopened(isLocked: Bool) async throws {
        try await withDesk(isLocked: isLocked) { desk in
            try await desk.take("message.received", desk.text("A1"))
            desk.chatwoot.agentResolves(conversation: try desk.conversation.id)
            try await desk.take("message.received", desk.text("A2"))
            #expect(try desk.conversation.status == .open)
        }
    }

    @Test func afterAResolvedConversationANewOneIsOpenedWhereThePolicySaysSo() async throws {
        try await withDesk("reopen: never") { desk in
            try await desk.take("message.received", desk.text("A1"))
            try await desk.take("message.received", desk.text("A2"))
            desk.chatwoot.agentResolves(conversation: try desk.conversation.id)
            try await desk.take("message.received", desk.text("A3"))
            #expect(desk.chatwoot.conversations.map(\.status) == [.resolved, .open])
            #expect(desk.chatwoot.messages(in: desk.chatwoot.conversations[1].id).map(\.sourceID) == ["WAID:A3"])
        }
        try await withDesk("reopen: never", isLocked: true) { desk in
            try await desk.take("message.received", desk.text("A1"))
            desk.chatwoot.agentResolves(conversation: try desk.conversation.id)
            try await desk.take("message.received", desk.text("A2"))
            #expect(try desk.conversation.status == .open)
        }
    }

    @Test func aConversationIsReopenedOnlyForSoLong() async throws {
        let clock = ManualClock()
        var double = ChatwootDouble.Options()
        double.clock = clock
        try await withDesk("reopen: 24h", double: double, clock: clock) { desk in
            try await desk.take("message.received", desk.text("A1"))
            desk.chatwoot.agentResolves(conversation: try desk.conversation.id)
            clock.set(clock.now + .seconds(23 * 3600))
            try await desk.take("message.received", desk.text("A2"))
            #expect(try desk.conversation.status == .open)
            desk.chatwoot.agentResolves(conversation: try desk.conversation.id)
            clock.set(clock.now + .seconds(25 * 3600))
            try await desk.take("message.received", desk.text("A3"))
            #expect(desk.chatwoot.conversations.count == 2)
        }
    }

    @Test func anOpenConversationOfTheContactIsTaken() async throws {
        try await withDesk { desk in
            try await desk.take("message.received", desk.text("A1"))
            // The ledger was lost.
            let other = try withoutMemory(desk)
            try await other.take("message.received", desk.text("A2"))
            #expect(try desk.conversation.id > 0)
            _ = try desk.contact
        }
    }

    private func withoutMemory(_ desk: Desk) throws -> Desk {
        try Desk(
            chatwoot: desk.chatwoot, account: desk.account, admin: desk.admin, inbox: desk.inbox, engine: desk.engine,
            ledger: InMemoryForwardingLedger(), destination: desk.destination
        ).restarted()
    }

    @Test func aDeletedConversationIsReplaced() async throws {
        try await withDesk { desk in
            try await desk.take("message.received", desk.text("A1"))
            desk.chatwoot.deleteConversation(try desk.conversation.id)
            try await desk.take("message.received", desk.text("A2"))
            #expect(desk.said == ["oi"])
            _ = try desk.contact
        }
    }

    @Test func aDeletedContactIsReplaced() async throws {
        try await withDesk { desk in
            try await desk.take("message.received", desk.text("A1"))
            desk.chatwoot.deleteContact(try desk.contact.id)
            try await desk.take("message.received", desk.text("A2"))
            #expect(try desk.contact.phoneNumber == "+5511999999001")
            #expect(desk.chatwoot.messages.last?.sourceID == "WAID:A2")
        }
    }

    @Test(arguments: ["", "reopen: never"])
    func aBlockedContactKeepsOneResolvedConversation(options: String) async throws {
        try await withDesk(options) { desk in
            try await desk.take("message.received", desk.text("A1"))
            desk.chatwoot.blockContact(try desk.contact.id)
            desk.chatwoot.agentResolves(conversation: try desk.conversation.id)
            for id in ["A2", "A3"] { try await desk.take("message.received", desk.text(id)) }
            #expect(try desk.conversation.status == .resolved)
            #expect(desk.said.count == 3)
        }
    }

    // MARK: Contacts

    @Test func anExistingContactOfAnotherInboxIsBound() async throws {
        try await withDesk { desk in
            let other = desk.chatwoot.addInbox("Loja", in: desk.account.id)
            try await makeContact(desk, other.id, "old-key", phone: "+5511999999001", name: "Dona Maria")
            try await desk.take("message.received", desk.text("A1"))
            #expect(try desk.contact.name == "Dona Maria")
            #expect(try desk.contact.identifier == "5511999999001@s.whatsapp.net")
            #expect(desk.chatwoot.contactInboxes.map(\.sourceID) == ["old-key", "wa-5511999999001"])
        }
    }

    /// Both ways of writing a Brazilian mobile, and WhatsApp's own id stays what it is.
    @Test(arguments: [
        ("+551187654321", "5511987654321@s.whatsapp.net", "wa-5511987654321"),
        ("+5511987654321", "551187654321@s.whatsapp.net", "wa-551187654321"),
    ])
    func theContactOfTheOtherWayOfWritingANumberIsFound(phone: String, chat: String, source: String) async throws {
        try await withDesk { desk in
            let other = desk.chatwoot.addInbox("Loja", in: desk.account.id)
            try await makeContact(desk, other.id, "old-key", phone: phone, name: "Maria")
            try await desk.take(
                "message.received", desk.text("A1", "oi", ["chatId": .string(chat), "from": .string(chat)]))
            #expect(try desk.contact.phoneNumber == phone)
            #expect(try desk.contact.customAttributes["wa_jid"]?.string == chat)
            #expect(desk.chatwoot.contactInboxes.last?.sourceID == source)
        }
    }

    /// A gateway told of one person first by the hidden identity, then by the phone, and only later that they are one.
    @Test func whoWasTwoContactsBecomesOne() async throws {
        try await withDesk { desk in
            let hidden: JSONObject = ["chatId": "100000000000077@lid", "from": "100000000000077@lid"]
            try await desk.take("message.received", desk.text("A1", "oi", hidden))
            try await desk.take("message.received", desk.text("A2"))
            #expect(desk.chatwoot.contacts.count == 2)
            for id in ["A3", "A4"] {
                try await desk.take("message.received", desk.text(id, "oi", ["chatLid": "100000000000077@lid"]))
            }
            let contact = try desk.contact
            #expect(contact.identifier == "5511999999001@s.whatsapp.net")
            let sources = Set(desk.chatwoot.contactInboxes.filter { $0.contactID == contact.id }.map(\.sourceID))
            #expect(sources == ["wa-5511999999001", "walid-100000000000077"])
            #expect(desk.chatwoot.conversations.allSatisfy { $0.contactID == contact.id })
            // What comes after goes where the phone's messages went.
            let home = desk.chatwoot.messages(sourceID: "WAID:A2").map(\.conversationID)
            for id in ["A3", "A4"] {
                #expect(desk.chatwoot.messages(sourceID: "WAID:\(id)").map(\.conversationID) == home)
            }
            let merges = desk.chatwoot.requests.filter { $0.path.hasSuffix("/actions/contact_merge") }
            #expect(merges.count == 1, "it is done once")
        }
    }

    @Test func whoWasHiddenGoesOnUnderThePhoneInTheSameConversation() async throws {
        try await withDesk { desk in
            let hidden: JSONObject = ["chatId": "100000000000077@lid", "from": "100000000000077@lid"]
            try await desk.take("message.received", desk.text("A1", "oi", hidden))
            #expect(try desk.contact.phoneNumber == nil)
            #expect(desk.chatwoot.contactInboxes.map(\.sourceID) == ["walid-100000000000077"])
            try await desk.take("message.received", desk.text("A2", "oi", ["chatLid": "100000000000077@lid"]))
            let contact = try desk.contact
            #expect(contact.phoneNumber == "+5511999999001")
            #expect(contact.identifier == "5511999999001@s.whatsapp.net")
            #expect(contact.customAttributes["wa_lid"] == "100000000000077@lid")
            #expect(try desk.chatwoot.messages(in: desk.conversation.id).map(\.sourceID) == ["WAID:A1", "WAID:A2"])
            // What was said before is still known.
            try await desk.take(
                "message.reaction",
                desk.text(
                    "R1", "", ["type": "reaction", "content": ["emoji": "👍", "targetMessageId": "A1"]]))
            let first = desk.chatwoot.messages[0].id
            #expect(desk.chatwoot.messages.last?.contentAttributes["in_reply_to"]?.int == Int64(first))
        }
    }

    @Test func twoContactsBecomeOneWhenANumberChanges() async throws {
        try await withDesk { desk in
            let old: JSONObject = [
                "chatId": "5511999999002@s.whatsapp.net", "from": "5511999999002@s.whatsapp.net",
            ]
            try await desk.take("message.received", desk.text("A1", "old", old))
            try await desk.take("message.received", desk.text("A2", "new"))
            #expect(desk.chatwoot.contacts.count == 2)
            try await desk.take("contact.updated", payload(["previousContactId": "5511999999002@s.whatsapp.net"]))
            #expect(try desk.contact.phoneNumber == "+5511999999001")
            #expect(desk.chatwoot.conversations.count == 2)
        }
    }

    @Test func aContactTakesOverTheNewNumberWhenItHasNoneOfItsOwn() async throws {
        try await withDesk { desk in
            let old: JSONObject = [
                "chatId": "5511999999002@s.whatsapp.net", "from": "5511999999002@s.whatsapp.net",
            ]
            try await desk.take("message.received", desk.text("A1", "old", old))
            try await desk.take("contact.updated", payload(["previousContactId": "5511999999002@s.whatsapp.net"]))
            try await desk.take("message.received", desk.text("A2", "new"))
            #expect(try desk.contact.phoneNumber == "+5511999999001")
            _ = try desk.conversation
        }
    }

    @Test func aGroupIsAContactWithoutAPhone() async throws {
        try await withDesk { desk in
            let group: JSONObject = [
                "chatId": "120363999999999001@g.us", "groupId": "120363999999999001@g.us", "isGroup": true,
                "groupName": "Vendas", "participant": "5511999999002@s.whatsapp.net", "participantName": "Ana",
            ]
            try await desk.take("message.received", desk.text("A1", "oi", group))
            let contact = try desk.contact
            #expect(contact.name == "Vendas (GROUP)")
            #expect(contact.phoneNumber == nil)
            #expect(contact.identifier == "120363999999999001@g.us")
            #expect(desk.said[0].contains("Ana"))
        }
    }

    // MARK: Names and pictures

    @Test(arguments: [("fill", "Dona Maria"), ("follow", "Maria S."), ("never", "Dona Maria")])
    func aNewNameFollowsThePolicy(policy: String, name: String) async throws {
        try await withDesk("contact_names: \(policy)") { desk in
            let other = desk.chatwoot.addInbox("Loja", in: desk.account.id)
            try await makeContact(desk, other.id, "old-key", phone: "+5511999999001", name: "Dona Maria")
            try await desk.take("message.received", desk.text("A1", "oi", ["contactName": "Maria S."]))
            #expect(try desk.contact.name == name)
        }
    }

    @Test func aNumberInThePlaceOfANameIsFilled() async throws {
        try await withDesk { desk in
            try await desk.take("message.received", desk.text("A1", "oi", ["contactName": ""]))
            #expect(try desk.contact.name == "+5511999999001")
            try await desk.take("message.received", desk.text("A2", "oi", ["contactName": "Maria"]))
            #expect(try desk.contact.name == "Maria")
        }
    }

    @Test func thePictureIsGivenOnce() async throws {
        try await withDesk { desk in
            let url = "https://pps.whatsapp.net/v/maria.jpg"
            let payload = desk.text("A1", "oi", ["contactImageUrl": .string(url)])
            try await desk.take("message.received", payload)
            #expect(try desk.contact.avatarURL == url)
            let other = "https://pps.whatsapp.net/v/maria2.jpg"
            try await desk.take("contact.updated", RelayChatwootTests.payload(["imageUrl": .string(other)]))
            #expect(try desk.contact.avatarURL == other)
        }
    }

    // MARK: Ways around

    @Test func anInboxThatDemandsSignaturesIsServedByTheOtherInterface() async throws {
        try await withDesk(isHMACMandatory: true) { desk in
            try await desk.take("message.received", desk.text("A1"))
            #expect(try desk.contact.phoneNumber == "+5511999999001")
        }
    }

    @Test func aKeyThatSomebodyElseHasIsFoundByIt() async throws {
        try await withDesk { desk in
            let other = desk.chatwoot.addInbox("Loja", in: desk.account.id)
            try await makeContact(desk, other.id, "x", phone: "+5511999999001", name: "By phone")
            try await makeContact(desk, desk.inbox.id, "wa-5511999999001", phone: nil, name: "By key")
            try await desk.take("message.received", desk.text("A1"))
            let owner = try #require(desk.chatwoot.contacts.first { $0.name == "By key" })
            #expect(try desk.conversation.contactID == owner.id)
        }
    }

    private func makeContact(
        _ desk: Desk, _ inbox: Int, _ source: String, phone: String?, name: String
    ) async throws {
        var body: JSONObject = ["source_id": .string(source), "name": .string(name), "inbox_id": .int(Int64(inbox))]
        if let phone { body["phone_number"] = .string(phone) }
        try await desk.api("POST", "/contacts", .object(body))
    }
}
