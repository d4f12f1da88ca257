import RelayJSON
import RelayTesting
import Testing

/// Rules 6 to 8, 16, 19, 20 and 24 of chatwoot.md, section 7.
@Suite(.limitedConcurrency)
struct ChatwootContactProfileTests {
    @Test(arguments: [
        ("+5511999999999", true), ("5511999999999", false), ("+0511999999999", false), ("+1", false), ("+12", true),
        ("+1234567890123456", false), ("tel+551199", true),
    ])
    func `A phone number ends in E.164`(phone: String, isGood: Bool) async throws {
        try await withChatwoot { fixture in
            let answer = try await fixture.post(fixture.api + "/contacts", ["phone_number": .string(phone)])
            #expect(answer.status == (isGood ? 200 : 422))
            if !isGood {
                #expect(
                    answer.body
                        == [
                            "message": "Phone number should be in e164 format", "attributes": ["phone_number"],
                        ])
            }
        }
    }

    @Test func `What is taken is told by attribute`() async throws {
        try await withChatwoot { fixture in
            let path = fixture.api + "/contacts"
            let body: JSON = ["name": "A", "phone_number": "+551199", "identifier": "a@s.whatsapp.net"]
            let made = try await fixture.post(path, body)
            #expect(made.body["payload"]?["contact"]?["contact_inboxes"] == [])
            let again = try await fixture.post(path, body)
            #expect(again.status == 422)
            #expect(
                again.body["message"] == "Identifier has already been taken, Phone number has already been taken")
            #expect(again.body["attributes"] == ["identifier", "phone_number"])
            let long = try await fixture.post(path, ["name": .string(String(repeating: "x", count: 256))])
            #expect(long.body["message"] == "Name is too long (maximum is 255 characters)")
        }
    }

    @Test func `A contact made with a source id has its key, and a missing one is made up`() async throws {
        try await withChatwoot { fixture in
            let path = fixture.api + "/contacts"
            let inbox = JSON.int(Int64(fixture.inbox.id))
            let keyed = try await fixture.post(path, ["inbox_id": inbox, "source_id": "wa-1", "name": "A"])
            #expect(keyed.body["payload"]?["contact_inbox"]?["source_id"] == "wa-1")
            let random = try await fixture.post(path, ["inbox_id": inbox, "name": "B"])
            #expect(random.body["payload"]?["contact_inbox"]?["source_id"]?.string?.count == 36)
            let stolen = try await fixture.post(path, ["inbox_id": inbox, "source_id": "wa-1", "name": "C"])
            #expect(stolen.status == 500)
            #expect(fixture.chatwoot.contacts.map(\.name) == ["A", "B"])
        }
    }

    @Test func `Binding a key twice is one, and another's key is a 500`() async throws {
        try await withChatwoot { fixture in
            let contact = try await fixture.contact("wa-1", ["name": "A"])
            let other = try await fixture.contact("wa-2", ["name": "B"])
            let body: JSON = ["inbox_id": .int(Int64(fixture.inbox.id)), "source_id": "wa-1"]
            let again = try await fixture.post("\(fixture.api)/contacts/\(contact)/contact_inboxes", body)
            #expect(again.status == 200 && again.body["source_id"] == "wa-1")
            #expect(try await fixture.post("\(fixture.api)/contacts/\(other)/contact_inboxes", body).status == 500)
            #expect(fixture.chatwoot.contactInboxes.count == 2)
        }
    }

    @Test func `The filter takes the first value and joins AND before OR`() async throws {
        try await withChatwoot { fixture in
            _ = try await fixture.contact("wa-1", ["name": "A", "phone_number": "+5511999999999"])
            _ = try await fixture.contact("wa-2", ["name": "B", "identifier": "Group@g.us"])
            _ = try await fixture.contact("wa-3", ["name": "C"])
            func clause(_ key: String, _ values: [JSON], _ join: JSON) -> JSON {
                [
                    "attribute_key": .string(key), "filter_operator": "equal_to", "values": .array(values),
                    "query_operator": join,
                ]
            }
            func names(_ clauses: JSON...) async throws -> [JSON?] {
                let answer = try await fixture.post(
                    fixture.api + "/contacts/filter?page=1", ["payload": .array(clauses)])
                return (answer.body["payload"]?.array ?? [.int(Int64(answer.status))]).map { $0["name"] ?? $0 }
            }
            #expect(try await names(clause("phone_number", ["5511999999999"], .null)) == ["A"])
            #expect(try await names(clause("identifier", ["GROUP@g.us"], .null)) == ["B"])
            #expect(try await names(clause("phone_number", ["1", "5511999999999"], .null)) == [])
            #expect(
                try await names(
                    clause("identifier", ["group@g.us"], "OR"), clause("phone_number", ["5511999999999"], "AND"),
                    clause("name", ["nobody"], .null)) == ["B"])
            #expect(try await names(clause("name", ["c"], .null)) == [])
            #expect(try await names(clause("name", ["a"], "OR")) == [500])
            #expect(try await names(clause("wa_jid", ["a"], .null)) == [422])
            fixture.chatwoot.defineContactAttribute("wa_jid", in: fixture.account.id)
            #expect(try await names(clause("wa_jid", ["a"], .null)) == [])
        }
    }

    @Test func `Lists have fifteen a page, and the search finds parts of words`() async throws {
        try await withChatwoot { fixture in
            for number in 10..<30 {
                _ = try await fixture.contact("wa-\(number)", ["name": "X", "phone_number": .string("+5500\(number)")])
            }
            let first = try await fixture.get(fixture.api + "/contacts/search?q=5500")
            #expect(first.body["payload"]?.array?.count == 15)
            #expect(first.body["meta"] == ["count": 15, "current_page": 1, "has_more": true])
            let second = try await fixture.get(fixture.api + "/contacts/search?q=5500&page=2")
            #expect(second.body["meta"]?["has_more"] == false && second.body["payload"]?.array?.count == 5)
            #expect(try await fixture.get(fixture.api + "/contacts/search?q=50011").body["payload"]?.array?.count == 1)
            #expect(try await fixture.get(fixture.api + "/contacts").body["meta"]?["count"] == 20)
        }
    }

    @Test func `Before 4.11 the search counts all and shows no mere names`() async throws {
        try await withChatwoot(.v4_10) { fixture in
            _ = try await fixture.contact("wa-1", ["name": "Same"])
            _ = try await fixture.contact("wa-2", ["name": "Same", "identifier": "x"])
            let found = try await fixture.get(fixture.api + "/contacts/search?q=same")
            #expect(found.body["meta"] == ["count": 1, "current_page": 1])
        }
    }

    @Test func `An update merges attributes`() async throws {
        try await withChatwoot { fixture in
            let id = try await fixture.contact("wa-1", ["name": "A", "custom_attributes": ["a": 1]])
            let path = "\(fixture.api)/contacts/\(id)"
            let answer = try await fixture.send("PATCH", path, ["custom_attributes": ["b": 2], "name": "B"])
            #expect(answer.body["payload"]?["custom_attributes"] == ["a": 1, "b": 2])
            #expect(try await fixture.get(path).body["payload"]?["name"] == "B")
        }
    }

    @Test func `A merge moves all and leaves nothing of the other`() async throws {
        try await withChatwoot { fixture in
            let base = try await fixture.contact("wa-1", ["name": "A", "phone_number": "+551101"])
            let mergee = try await fixture.contact("walid-2", ["name": "B", "identifier": "2@lid"])
            let conversation = try await fixture.conversation("walid-2", contact: mergee)
            try await fixture.send(
                "POST", fixture.messages(conversation), ["content": "x", "message_type": "incoming"])
            let merged = try await fixture.post(
                fixture.api + "/actions/contact_merge",
                ["base_contact_id": .int(Int64(base)), "mergee_contact_id": .int(Int64(mergee))])
            #expect(merged.body["name"] == "A" && merged.body["identifier"] == "2@lid")
            #expect(merged.body["contact_inboxes"]?.array?.count == 2)
            let gone = try await fixture.get("\(fixture.api)/contacts/\(mergee)")
            #expect(gone.status == 404 && gone.body == ["error": "Resource could not be found"])
            let list = try await fixture.get("\(fixture.api)/contacts/\(base)/conversations")
            #expect(list.body["payload"]?[0]?["meta"]?["sender"]?["id"] == .int(Int64(base)))
            #expect(fixture.chatwoot.messages.first?.sender == .contact(base))
        }
    }

    @Test func `A contact shows its twenty liveliest conversations`() async throws {
        let clock = ManualClock()
        try await withChatwoot(.v4_15, .with { $0.clock = clock }) { fixture in
            let contact = try await fixture.contact()
            for _ in 0..<22 { _ = try await fixture.conversation(contact: contact) }
            clock.advance(by: .seconds(1))
            try await fixture.send("POST", fixture.messages(1), ["content": "x", "message_type": "incoming"])
            let list = try await fixture.get("\(fixture.api)/contacts/\(contact)/conversations")
            #expect(list.body["payload"]?.array?.count == 20)
            #expect(list.body["payload"]?[0]?["id"] == 1)
        }
    }

    @Test func `In a race the same phone number comes in twice, the same identifier never`() async throws {
        try await withChatwoot { fixture in
            fixture.chatwoot.raceContactCreates(4)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for index in 0..<4 {
                    group.addTask {
                        var body: JSON = ["name": "A", "phone_number": "+5511999999999"]
                        if index >= 2 { body["identifier"] = "same" }
                        return try await fixture.post(fixture.api + "/contacts", body).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.sorted() == [200, 200, 200, 500])
            #expect(fixture.chatwoot.contacts.count { $0.phoneNumber == "+5511999999999" } == 3)
            let late = try await fixture.post(fixture.api + "/contacts", ["phone_number": "+5511999999999"])
            #expect(late.status == 422)
        }
    }
}
