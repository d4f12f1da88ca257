import RelayChatwoot
import RelayCore
import RelayJSON
import RelayTesting
import Testing

/// A contact that cannot be updated costs no message.
@Suite(.limitedConcurrency)
struct ContactUpdateTests {
    private func makeContact(_ fixture: ForwardingFixture) async throws {
        let other = fixture.chatwoot.addInbox("Loja", in: fixture.account.id)
        try await fixture.api(
            "POST", "/contacts",
            [
                "inbox_id": .int(Int64(other.id)), "source_id": "old-key", "phone_number": "+5511999999001",
                "name": "Dona Maria",
            ])
    }

    @Test(arguments: [500, 422, 403, 429])
    func theMessageGoesAndTheContactIsTriedAgainWithTheNext(status: Int) async throws {
        try await withForwarding { fixture in
            try await makeContact(fixture)
            fixture.chatwoot.inject(.status(status), into: .contactUpdate, probability: 1)
            for id in ["A1", "A2"] {
                let result = await fixture.send("message.received", fixture.text(id))
                #expect(result.isDelivered)
                #expect(result.error?.contains("The contact could not be updated: PATCH /contacts/") == true)
                #expect(result.error?.contains("\(status)") == true)
            }
            #expect(fixture.said == ["oi", "oi"])
            #expect(try fixture.contact.identifier == nil)

            fixture.chatwoot.endChaos()
            let result = try await fixture.restarted().send("message.received", fixture.text("A3"))
            #expect(result.isDelivered && result.error == nil)
            #expect(try fixture.contact.identifier == "5511999999001@s.whatsapp.net")
            #expect(try fixture.contact.customAttributes["wa_jid"] == "5511999999001@s.whatsapp.net")
            let before = fixture.chatwoot.requests.count
            try await fixture.take("message.received", fixture.text("A4"))
            let after = fixture.chatwoot.requests.dropFirst(before)
            #expect(!after.contains { $0.path.contains("/contacts/") && $0.method != "POST" }, "it is written once")
        }
    }

    @Test func anUpdateThatIsNotAnsweredCostsNoMessageEither() async throws {
        try await withForwarding(timeout: .seconds(1)) { fixture in
            try await makeContact(fixture)
            fixture.chatwoot.next(1, .contactUpdate, .hang)
            let result = await fixture.send("message.received", fixture.text("A1"))
            #expect(result.isDelivered && result.error != nil)
            try await fixture.take("message.received", fixture.text("A2"))
            #expect(try fixture.contact.identifier == "5511999999001@s.whatsapp.net")
        }
    }

    @Test func aNewNameIsTriedAgain() async throws {
        try await withForwarding("contact_names: follow") { fixture in
            try await fixture.take("message.received", fixture.text("A1", "oi", ["contactName": "Maria"]))
            fixture.chatwoot.next(1, .contactUpdate, .status(500))
            try await fixture.take("message.received", fixture.text("A2", "oi", ["contactName": "Maria S."]))
            #expect(try fixture.contact.name == "Maria")
            try await fixture.take("message.received", fixture.text("A3", "oi", ["contactName": "Maria S."]))
            #expect(try fixture.contact.name == "Maria S.")
        }
    }

    @Test func aPictureOfAnUpdateIsTriedAgainWithTheNextMessage() async throws {
        try await withForwarding { fixture in
            try await fixture.take("message.received", fixture.text("A1"))
            fixture.chatwoot.next(1, .contactUpdate, .status(500))
            let url: JSON = "https://pps.whatsapp.net/v/maria.jpg"
            try await fixture.take("contact.updated", payload(["imageUrl": url]))
            #expect(try fixture.contact.avatarURL == nil)
            try await fixture.take("message.received", fixture.text("A2", "oi", ["contactImageUrl": url]))
            #expect(try fixture.contact.avatarURL == url.string)
        }
    }

    /// The phone behind a hidden identity becomes known while the contact cannot be changed, or merged.
    @Test func aHiddenContactThatCannotBeIdentifiedIsIdentifiedLater() async throws {
        try await withForwarding { fixture in
            let hidden: JSONObject = ["chatId": "100000000000077@lid", "from": "100000000000077@lid"]
            try await fixture.take("message.received", fixture.text("A1", "oi", hidden))
            fixture.chatwoot.inject(.status(500), into: .contactUpdate, probability: 1)
            try await fixture.take("message.received", fixture.text("A2", "oi", ["chatLid": "100000000000077@lid"]))
            #expect(fixture.said.count == 2)
            #expect(try fixture.contact.identifier == "100000000000077@lid")
            fixture.chatwoot.endChaos()
            try await fixture.take("message.received", fixture.text("A3", "oi", ["chatLid": "100000000000077@lid"]))
            #expect(try fixture.contact.identifier == "5511999999001@s.whatsapp.net")
            #expect(try fixture.contact.phoneNumber == "+5511999999001")
            _ = try fixture.conversation
        }
        try await withForwarding { fixture in
            let hidden: JSONObject = ["chatId": "100000000000077@lid", "from": "100000000000077@lid"]
            try await fixture.take("message.received", fixture.text("A1", "oi", hidden))
            try await fixture.take("message.received", fixture.text("A2"))
            fixture.chatwoot.next(1, .contactMerge, .status(500))
            for id in ["A3", "A4"] {
                try await fixture.take("message.received", fixture.text(id, "oi", ["chatLid": "100000000000077@lid"]))
            }
            #expect(fixture.said.count == 4)
            #expect(try fixture.contact.identifier == "5511999999001@s.whatsapp.net")
        }
    }
}
