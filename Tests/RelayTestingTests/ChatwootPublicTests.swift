import Foundation
import RelayJSON
import RelayTesting
import Testing

/// Rules 30 and 32 of chatwoot.md, section 7.
@Suite(.limitedConcurrency)
struct ChatwootPublicTests {
    @Test func `A contact is found by key, identifier, or phone number, and never renamed`() async throws {
        try await withChatwoot { fixture in
            let first = try await fixture.contact("wa-1", ["name": "A", "phone_number": "+551199", "identifier": "i"])
            #expect(try await fixture.contact("wa-1", ["name": "B"]) == first)
            #expect(try await fixture.contact("wa-2", ["name": "B", "identifier": "i"]) == first)
            #expect(try await fixture.contact("wa-3", ["name": "B", "phone_number": "+551199"]) == first)
            #expect(fixture.chatwoot.contacts.map(\.name) == ["A"])
            #expect(fixture.chatwoot.contactInboxes.map(\.sourceID) == ["wa-1", "wa-2", "wa-3"])
            #expect(try await fixture.get(fixture.client + "/contacts/wa-2").id == first)
            #expect(try await fixture.get(fixture.client + "/contacts/wa-9").status == 404)
        }
    }

    @Test func `Many at once find one contact`() async throws {
        try await withChatwoot { fixture in
            let ids = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<16 { group.addTask { try await fixture.contact() } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(ids.count == 1 && fixture.chatwoot.contacts.count == 1)
        }
    }

    @Test func `A key with a dot has no path`() async throws {
        try await withChatwoot { fixture in
            _ = try await fixture.contact("5511@s.whatsapp.net", ["name": "A"])
            #expect(try await fixture.get(fixture.client + "/contacts/5511@s.whatsapp.net").status == 404)
        }
    }

    @Test func `An inbox that demands a hash answers 500 without the right one`() async throws {
        let url = try #require(Bundle.module.url(forResource: "Chatwoot/public_api_hmac_vector", withExtension: "json"))
        let vector = try JSON(parsing: Array(Data(contentsOf: url)))
        try await withChatwoot(isHMACMandatory: true) { fixture in
            fixture.chatwoot.updateInbox(fixture.inbox.id) { $0.hmacToken = vector["hmac_token"]?.string ?? "" }
            var body: JSON = ["source_id": "wa-1", "identifier": vector["identifier"] ?? .null]
            let bare = try await fixture.post(fixture.client + "/contacts", body)
            #expect(bare.status == 500)
            body["identifier_hash"] = vector["identifier_hash"]
            let hashed = try await fixture.post(fixture.client + "/contacts", body)
            #expect(hashed.status == 200)
            #expect(fixture.chatwoot.contactInboxes.first?.isHMACVerified == true)
        }
    }

    @Test func `A conversation carries its whole history, but no notes`() async throws {
        try await withChatwoot(isLocked: true) { fixture in
            _ = try await fixture.contact()
            let path = fixture.client + "/contacts/wa-5511999999999/conversations"
            let made = try await fixture.post(path)
            for number in 0..<25 {
                _ = try await fixture.post("\(path)/\(made.id)/messages", ["content": .string("\(number)")])
            }
            _ = try await fixture.post(fixture.messages(made.id), ["content": "note", "private": true])
            let again = try await fixture.post(path)
            #expect(again.id == made.id && again.body["messages"]?.array?.count == 25)
            #expect(try await fixture.get("\(path)/\(made.id)/messages").body.array?.count == 20)
        }
    }

    @Test func `The contact types, and sees what was sent`() async throws {
        try await withChatwoot { fixture in
            let conversation = try await fixture.conversation()
            let sent = try await fixture.post(fixture.messages(conversation), ["content": "a"])
            let failed = try await fixture.post(fixture.messages(conversation), ["content": "b"])
            let patch = "\(fixture.messages(conversation))/\(failed.id)"
            try await fixture.send("PATCH", patch, ["status": "failed", "external_error": "x"])
            let path = "\(fixture.client)/contacts/wa-5511999999999/conversations/\(conversation)"
            let typed = try await fixture.post(path + "/toggle_typing", ["typing_status": "on"])
            #expect(typed.status == 200 && typed.bytes.isEmpty)
            #expect(fixture.chatwoot.typing.map(\.sender) == [.contact(1)])
            #expect(try await fixture.post(path + "/update_last_seen").bytes.isEmpty)
            #expect(fixture.chatwoot.message(sent.id)?.status == .read)
            #expect(fixture.chatwoot.message(failed.id)?.status == .failed)
        }
    }

    @Test func `A patch that names another contact merges into it`() async throws {
        try await withChatwoot { fixture in
            let phone = try await fixture.contact("wa-1", ["name": "A", "phone_number": "+551199"])
            _ = try await fixture.contact("walid-2", ["name": "B"])
            let answer = try await fixture.send(
                "PATCH", fixture.client + "/contacts/walid-2", ["phone_number": "+551199"])
            #expect(answer.id == phone && answer.body["name"] == "A")
            #expect(fixture.chatwoot.contacts.count == 1)
        }
    }
}
