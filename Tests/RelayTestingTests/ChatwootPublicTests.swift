import Foundation
import RelayJSON
import RelayTesting
import Testing

/// Rules 30 and 32 of chatwoot.md, section 7.
@Suite(.limitedConcurrency)
struct ChatwootPublicTests {
    @Test func `A contact is found by key, identifier, or phone number, and never renamed`() async throws {
        try await withScene { scene in
            let first = try await scene.contact("wa-1", ["name": "A", "phone_number": "+551199", "identifier": "i"])
            #expect(try await scene.contact("wa-1", ["name": "B"]) == first)
            #expect(try await scene.contact("wa-2", ["name": "B", "identifier": "i"]) == first)
            #expect(try await scene.contact("wa-3", ["name": "B", "phone_number": "+551199"]) == first)
            #expect(scene.chatwoot.contacts.map(\.name) == ["A"])
            #expect(scene.chatwoot.contactInboxes.map(\.sourceID) == ["wa-1", "wa-2", "wa-3"])
            #expect(try await scene.get(scene.client + "/contacts/wa-2").id == first)
            #expect(try await scene.get(scene.client + "/contacts/wa-9").status == 404)
        }
    }

    @Test func `Many at once find one contact`() async throws {
        try await withScene { scene in
            let ids = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<16 { group.addTask { try await scene.contact() } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(ids.count == 1 && scene.chatwoot.contacts.count == 1)
        }
    }

    @Test func `A key with a dot has no path`() async throws {
        try await withScene { scene in
            _ = try await scene.contact("5511@s.whatsapp.net", ["name": "A"])
            #expect(try await scene.get(scene.client + "/contacts/5511@s.whatsapp.net").status == 404)
        }
    }

    @Test func `An inbox that demands a hash answers 500 without the right one`() async throws {
        let url = try #require(Bundle.module.url(forResource: "Chatwoot/public_api_hmac_vector", withExtension: "json"))
        let vector = try JSON(parsing: Array(Data(contentsOf: url)))
        try await withScene(isHMACMandatory: true) { scene in
            scene.chatwoot.updateInbox(scene.inbox.id) { $0.hmacToken = vector["hmac_token"]?.string ?? "" }
            var body: JSON = ["source_id": "wa-1", "identifier": vector["identifier"] ?? .null]
            let bare = try await scene.post(scene.client + "/contacts", body)
            #expect(bare.status == 500)
            body["identifier_hash"] = vector["identifier_hash"]
            let hashed = try await scene.post(scene.client + "/contacts", body)
            #expect(hashed.status == 200)
            #expect(scene.chatwoot.contactInboxes.first?.isHMACVerified == true)
        }
    }

    @Test func `A conversation carries its whole history, but no notes`() async throws {
        try await withScene(isLocked: true) { scene in
            _ = try await scene.contact()
            let path = scene.client + "/contacts/wa-5511999999999/conversations"
            let made = try await scene.post(path)
            for number in 0..<25 {
                _ = try await scene.post("\(path)/\(made.id)/messages", ["content": .string("\(number)")])
            }
            _ = try await scene.post(scene.messages(made.id), ["content": "note", "private": true])
            let again = try await scene.post(path)
            #expect(again.id == made.id && again.body["messages"]?.array?.count == 25)
            #expect(try await scene.get("\(path)/\(made.id)/messages").body.array?.count == 20)
        }
    }

    @Test func `The contact types, and sees what was sent`() async throws {
        try await withScene { scene in
            let conversation = try await scene.conversation()
            let sent = try await scene.post(scene.messages(conversation), ["content": "a"])
            let failed = try await scene.post(scene.messages(conversation), ["content": "b"])
            let patch = "\(scene.messages(conversation))/\(failed.id)"
            try await scene.send("PATCH", patch, ["status": "failed", "external_error": "x"])
            let path = "\(scene.client)/contacts/wa-5511999999999/conversations/\(conversation)"
            let typed = try await scene.post(path + "/toggle_typing", ["typing_status": "on"])
            #expect(typed.status == 200 && typed.bytes.isEmpty)
            #expect(scene.chatwoot.typing.map(\.sender) == [.contact(1)])
            #expect(try await scene.post(path + "/update_last_seen").bytes.isEmpty)
            #expect(scene.chatwoot.message(sent.id)?.status == .read)
            #expect(scene.chatwoot.message(failed.id)?.status == .failed)
        }
    }

    @Test func `A patch that names another contact merges into it`() async throws {
        try await withScene { scene in
            let phone = try await scene.contact("wa-1", ["name": "A", "phone_number": "+551199"])
            _ = try await scene.contact("walid-2", ["name": "B"])
            let answer = try await scene.send(
                "PATCH", scene.client + "/contacts/walid-2", ["phone_number": "+551199"])
            #expect(answer.id == phone && answer.body["name"] == "A")
            #expect(scene.chatwoot.contacts.count == 1)
        }
    }
}
