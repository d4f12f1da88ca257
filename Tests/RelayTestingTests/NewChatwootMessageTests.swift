import RelayJSON
import RelayTesting
import Testing

/// Rules 10 to 17, 21 to 23 and 25 of chatwoot.md, section 7.
@Suite(.limitedConcurrency)
struct NewChatwootMessageTests {
    @Test func `A message is outgoing unless told otherwise, its type a number`() async throws {
        try await withChatwoot { fixture in
            let path = fixture.messages(try await fixture.conversation())
            let own = try await fixture.post(path, ["content": "a", "echo_id": "e1"])
            #expect(own.body["message_type"] == 1 && own.body["sender"]?["type"] == "user")
            #expect(own.body["echo_id"] == "e1" && own.body["status"] == "sent")
            let theirs = try await fixture.post(path, ["content": "b", "message_type": "incoming"])
            #expect(theirs.body["message_type"] == 0 && theirs.body["sender"]?["type"] == "contact")
            #expect(try await fixture.post(path, ["message_type": "x"]).status == 422)
        }
    }

    @Test func `The same source id twice is two messages`() async throws {
        try await withChatwoot { fixture in
            let path = fixture.messages(try await fixture.conversation())
            for _ in 0..<2 { _ = try await fixture.post(path, ["content": "a", "source_id": "WAID:1"]) }
            #expect(fixture.chatwoot.messages(sourceID: "WAID:1").count == 2)
        }
    }

    @Test func `A quote is found in its own conversation, else both ids are null`() async throws {
        try await withChatwoot { fixture in
            let contact = try await fixture.contact()
            let one = fixture.messages(try await fixture.conversation(contact: contact))
            let two = fixture.messages(try await fixture.conversation(contact: contact))
            let quoted = try await fixture.post(one, ["content": "a", "source_id": "WAID:1"])
            let attributes: JSON = ["content_attributes": ["in_reply_to": .int(Int64(quoted.id))]]
            let found: JSON = ["in_reply_to": .int(Int64(quoted.id)), "in_reply_to_external_id": "WAID:1"]
            #expect(try await fixture.post(one, attributes).body["content_attributes"] == found)
            let external: JSON = ["content_attributes": ["in_reply_to_external_id": "WAID:1"]]
            #expect(try await fixture.post(one, external).body["content_attributes"] == found)
            let lost: JSON = ["in_reply_to": .null, "in_reply_to_external_id": .null]
            #expect(try await fixture.post(two, attributes).body["content_attributes"] == lost)
        }
    }

    @Test(arguments: ChatwootDouble.Release.allCases)
    func `Content attributes are kept since 4.9`(profile: ChatwootDouble.Release) async throws {
        try await withChatwoot(profile) { fixture in
            let path = fixture.messages(try await fixture.conversation())
            let answer = try await fixture.post(
                path, ["content": "a", "external_created_at": "17", "content_attributes": ["external_echo": true]])
            let kept: JSON = ["external_echo": true, "external_created_at": "17"]
            #expect(answer.body["content_attributes"] == (profile == .v4_3 ? ["external_created_at": "17"] : kept))
        }
    }

    @Test func `A form carries files, and its attributes as text of JSON`() async throws {
        try await withChatwoot { fixture in
            let path = fixture.messages(try await fixture.conversation())
            let opus = Array("OggS\0\0\0\0\0\0\0\0\0\0\0\0OpusHead".utf8) + [13, 10, 45, 45, 0]
            let answer = try await fixture.postForm(
                path,
                [
                    .init("message_type", "incoming"), .init("private", "false"), .init("source_id", "WAID:7"),
                    .init("is_voice_message", "true"), .init("content_attributes", #"{"a":1}"#),
                    .init(file: "voz \u{e9}.ogg", "audio/ogg", opus),
                ])
            #expect(answer.status == 200 && answer.body["content"] == .null)
            #expect(answer.body["content_attributes"] == ["a": 1])
            let attachment = try #require(answer.body["attachments"]?[0])
            #expect(attachment["file_type"] == "audio" && attachment["content_type"] == "audio/opus")
            #expect(attachment["extension"] == "ogg" && attachment["file_size"] == .int(Int64(opus.count)))
            let stored = try #require(fixture.chatwoot.messages.first?.attachments.first)
            #expect(stored.bytes == opus && stored.fileName == "voz \u{e9}.ogg" && stored.isVoiceMessage)
            #expect(stored.declaredType == "audio/ogg")
        }
    }

    @Test(arguments: [
        ("image/jpeg", "image"), ("image/heic", "file"), ("video/mp4", "video"), ("video/mp4; codecs=avc1", "file"),
        ("video/3gpp", "file"), ("audio/ogg; codecs=opus", "audio"), ("application/pdf", "file"),
    ])
    func `The kind of a file is by the exact type of its part`(type: String, kind: String) async throws {
        try await withChatwoot { fixture in
            let path = fixture.messages(try await fixture.conversation())
            let answer = try await fixture.postForm(path, [.init(file: "a.bin", type, [1, 2])])
            #expect(answer.body["attachments"]?[0]?["file_type"] == .string(kind))
        }
    }

    @Test func `Attachments in JSON are ids of uploads, and nothing else`() async throws {
        try await withChatwoot { fixture in
            let path = fixture.messages(try await fixture.conversation())
            let wrong = try await fixture.post(path, ["content": "a", "attachments": ["aGVsbG8="]])
            #expect(wrong.status == 422)
            let file = ChatwootFixture.Part(file: "a.png", "image/png", [1, 2, 3], field: "attachment")
            let blob = try #require(try await fixture.postForm(fixture.api + "/upload", [file]).body["blob_id"])
            let right = try await fixture.post(path, ["attachments": [blob]])
            #expect(right.body["attachments"]?[0]?["file_size"] == 3)
            #expect(
                try await fixture.postForm(path, [.init(file: "a", "image/png", [1], field: "attachments")]).status
                    == 422
            )
            let many = (0..<16).map { ChatwootFixture.Part(file: "\($0)", "image/png", [1]) }
            #expect(try await fixture.postForm(path, many).status == 422)
            #expect(fixture.chatwoot.messages.count == 1)
        }
    }

    @Test func `Long texts and floods are refused`() async throws {
        let clock = ManualClock()
        let options = ChatwootDouble.Options.with { options in
            options.clock = clock
            options.limits.messages = 3
        }
        try await withChatwoot(.v4_15, options) { fixture in
            let path = fixture.messages(try await fixture.conversation())
            let long = try await fixture.post(path, ["content": .string(String(repeating: "x", count: 150_001))])
            #expect(long.status == 422)
            #expect(
                long.body == ["error": "Validation failed: Content is too long (maximum is 150000 characters)"])
            for _ in 0..<3 { #expect(try await fixture.post(path, ["content": "a"]).status == 200) }
            let flood = try await fixture.post(path, ["content": "a"])
            #expect(flood.status == 422 && flood.body == ["error": "Validation failed: Too many messages"])
            clock.advance(by: .seconds(60))
            #expect(try await fixture.post(path, ["content": "a"]).status == 200)
        }
    }

    @Test func `Incoming messages are for API inboxes, and so are changes of status`() async throws {
        try await withChatwoot { fixture in
            fixture.chatwoot.updateInbox(fixture.inbox.id) { $0.channel = .webWidget }
            let contact = try await fixture.post(
                fixture.api + "/contacts", ["name": "A", "inbox_id": .int(Int64(fixture.inbox.id)), "source_id": "w"])
            let id = Int(contact.body["payload"]?["contact"]?["id"]?.int ?? 0)
            let path = fixture.messages(try await fixture.conversation("w", contact: id))
            let incoming = try await fixture.post(path, ["content": "a", "message_type": "incoming"])
            #expect(incoming.status == 422)
            #expect(incoming.body == ["error": "Incoming messages are only allowed in Api inboxes"])
            let own = try await fixture.post(path, ["content": "a"])
            let patch = try await fixture.send("PATCH", "\(path)/\(own.id)", ["status": "read"])
            #expect(patch.status == 403)
            #expect(patch.body == ["error": "Message status update is only allowed for API inboxes"])
        }
    }

    @Test func `Pages of messages are by id`() async throws {
        try await withChatwoot(.v4_15, .with { $0.limits = .none }) { fixture in
            let path = fixture.messages(try await fixture.conversation())
            for number in 1...130 { _ = try await fixture.post(path, ["content": .string("\(number)")]) }
            func ids(_ query: String) async throws -> [Int64] {
                try await fixture.get(path + query).body["payload"]?.array?.compactMap { $0["id"]?.int } ?? []
            }
            #expect(try await ids("") == Array(111...130))
            #expect(try await ids("?before=50") == Array(30...49))
            #expect(try await ids("?after=5") == Array(6...105))
            #expect(try await ids("?after=5&before=120") == Array(5...119))
        }
    }

    @Test func `A status goes where it is told, but not from read to delivered`() async throws {
        try await withChatwoot { fixture in
            let path = fixture.messages(try await fixture.conversation())
            let id = try await fixture.post(path, ["content": "a"]).id
            func patch(_ body: JSON) async throws -> JSON {
                let answer = try await fixture.send("PATCH", "\(path)/\(id)", body)
                #expect(answer.status == 200)
                return answer.body
            }
            #expect(try await patch(["status": "read"])["status"] == "read")
            #expect(try await patch(["status": "delivered"])["status"] == "read")
            #expect(try await patch(["status": "sent"])["status"] == "sent")
            #expect(try await patch(["status": "unheard"])["status"] == "sent")
            let failed = try await patch(["status": "failed", "external_error": "131026: no"])
            #expect(failed["content_attributes"] == ["external_error": "131026: no"])
        }
    }

    @Test func `A deleted message keeps its row`() async throws {
        try await withChatwoot { fixture in
            let path = fixture.messages(try await fixture.conversation())
            let id = try await fixture.postForm(path, [.init(file: "a.png", "image/png", [1])]).id
            let answer = try await fixture.send("DELETE", "\(path)/\(id)")
            #expect(answer.status == 200)
            let message = try #require(fixture.chatwoot.message(id))
            #expect(message.content == "This message was deleted" && message.attachments.isEmpty)
            #expect(message.contentAttributes == ["deleted": true])
        }
    }

    @Test(arguments: [
        ("Hi {{contact.name}}", "Hi Maria Silva"), ("{{ contact.first_name | upcase }}!", "MARIA!"),
        ("`{{contact.name}}` {{contact.phone_number}}", "`{{contact.name}}` +5511999999999"),
        ("{{nobody.knows}}x", "x"), ("{{ unclosed", "{{ unclosed"), ("{% nonsense %}", "{% nonsense %}"),
        ("{% raw %}{{a}}{% endraw %}", "{{a}}"), ("{\u{2060}{contact.name}}", "{\u{2060}{contact.name}}"),
        ("{{ contact.email | default: 'none' }}", "none"),
    ])
    func `Outgoing content is a template, incoming is not`(content: String, rendered: String) async throws {
        try await withChatwoot { fixture in
            let path = fixture.messages(try await fixture.conversation())
            let own = try await fixture.post(path, ["content": .string(content)])
            #expect(own.body["content"] == .string(rendered))
            let theirs = try await fixture.post(path, ["content": .string(content), "message_type": "incoming"])
            #expect(theirs.body["content"] == .string(content))
        }
    }
}
