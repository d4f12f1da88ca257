import RelayJSON
import RelayTesting
import Testing

/// Rules 1 to 4 and 18 of chatwoot.md, section 7.
@Suite(.limitedConcurrency)
struct ChatwootAccessTests {
    @Test func `Both spellings of the token's header are one`() async throws {
        try await withChatwoot { fixture in
            let path = "/api/v1/profile"
            let hyphens = try await fixture.get(path)
            let underscores = try await fixture.send(
                "GET", path, token: "", headers: [("api_access_token", fixture.admin.token)])
            #expect(hyphens.status == 200 && underscores.status == 200)
            #expect(hyphens.body["accounts"]?[0]?["role"] == "administrator")
        }
    }

    @Test func `A proxy that drops underscores leaves no token`() async throws {
        try await withChatwoot(.v4_15, .with { $0.dropsUnderscoreHeaders = true }) { fixture in
            let answer = try await fixture.send(
                "GET", "/api/v1/profile", token: "", headers: [("api_access_token", fixture.admin.token)])
            #expect(answer.status == 401)
            #expect(answer.body == ["errors": ["You need to sign in or sign up before continuing."]])
            #expect(try await fixture.get("/api/v1/profile").status == 200)
        }
    }

    @Test func `Every wrong token has its own 401`() async throws {
        try await withChatwoot { fixture in
            let bot = fixture.chatwoot.addAgentBot(in: fixture.account.id)
            let other = fixture.chatwoot.addAccount("Other")
            let stranger = fixture.chatwoot.addUser("Stranger", in: other.id, role: .administrator)
            let agent = fixture.chatwoot.addUser("Agent", in: fixture.account.id)
            let path = fixture.api + "/contacts"
            let cases = [
                (path, "nobody", "Invalid Access Token"),
                (path, bot.token, "Access to this endpoint is not authorized for bots"),
                (path, stranger.token, "You are not authorized to access this account"),
                ("\(fixture.api)/inboxes/\(fixture.inbox.id)", agent.token, "You are not authorized to do this action"),
            ]
            for (path, token, error) in cases {
                let answer = try await fixture.get(path, token: token)
                #expect(answer.status == 401 && answer.body == ["error": .string(error)])
            }
            fixture.chatwoot.suspendAccount(fixture.account.id)
            let suspended = try await fixture.get(path)
            #expect(suspended.status == 401 && suspended.body == ["error": "Account is suspended"])
        }
    }

    @Test func `A bot writes messages and never touches contacts`() async throws {
        try await withChatwoot { fixture in
            let bot = fixture.chatwoot.addAgentBot("Robot", in: fixture.account.id)
            let conversation = try await fixture.conversation()
            let answer = try await fixture.post(fixture.messages(conversation), ["content": "hi"], token: bot.token)
            #expect(answer.status == 200)
            #expect(answer.body["sender"]?["type"] == "agent_bot")
        }
    }

    @Test func `An agent sees conversations of their own inboxes only`() async throws {
        try await withChatwoot { fixture in
            let agent = fixture.chatwoot.addUser("Agent", in: fixture.account.id)
            let conversation = try await fixture.conversation()
            let path = fixture.messages(conversation)
            #expect(try await fixture.post(path, ["content": "hi"], token: agent.token).status == 401)
            fixture.chatwoot.addMember(agent.id, to: fixture.inbox.id)
            #expect(try await fixture.post(path, ["content": "hi"], token: agent.token).status == 200)
            let inbox = try await fixture.get("\(fixture.api)/inboxes/\(fixture.inbox.id)", token: agent.token)
            #expect(inbox.body["secret"] == nil && inbox.body["inbox_identifier"] != nil)
        }
    }

    @Test func `The limits answer 429 with a text, each in its own time`() async throws {
        let clock = ManualClock()
        let options = ChatwootDouble.Options.with { options in
            options.clock = clock
            options.limits = .init(requests: 8, searches: 2, uploads: 1)
        }
        try await withChatwoot(.v4_15, options) { fixture in
            let search = fixture.api + "/contacts/search?q=x"
            #expect(try await fixture.get(search).status == 200)
            #expect(try await fixture.get(search).status == 200)
            let searched = try await fixture.get(search)
            #expect(searched.status == 429 && searched.text == "Retry later\n")
            #expect(searched.headers.contains { $0.name == "retry-after" } == false)
            let file = ChatwootFixture.Part(file: "a.png", "image/png", [1], field: "attachment")
            #expect(try await fixture.postForm(fixture.api + "/upload", [file]).body["blob_id"]?.string != nil)
            #expect(try await fixture.postForm(fixture.api + "/upload", [file]).status == 429)
            for _ in 0..<3 { #expect(try await fixture.get("/api/v1/profile").status == 200) }
            #expect(try await fixture.get("/api/v1/profile").status == 429)
            clock.advance(by: .seconds(60))
            #expect(try await fixture.get(search).status == 200)
            #expect(try await fixture.postForm(fixture.api + "/upload", [file]).status == 429)
        }
    }

    @Test func `Two accounts number their conversations on their own and share ids of messages`() async throws {
        try await withChatwoot { fixture in
            let first = try await fixture.conversation()
            let other = fixture.chatwoot.addAccount("Other")
            let admin = fixture.chatwoot.addUser("Boss", in: other.id, role: .administrator)
            let inbox = fixture.chatwoot.addInbox(in: other.id)
            let second = ChatwootFixture(
                chatwoot: fixture.chatwoot, url: fixture.url, account: other, admin: admin, inbox: inbox,
                engine: fixture.engine)
            let conversation = try await second.conversation()
            #expect(first == 1 && conversation == 1)
            let one = try await fixture.post(fixture.messages(first), ["content": "a"])
            let two = try await second.post(second.messages(conversation), ["content": "b"])
            #expect(two.id == one.id + 1)
        }
    }

    @Test func `Inboxes are made and changed by administrators`() async throws {
        try await withChatwoot { fixture in
            let agent = fixture.chatwoot.addUser("Agent", in: fixture.account.id)
            let body: JSON = [
                "name": "New", "lock_to_single_conversation": true,
                "channel": ["type": "api", "webhook_url": "https://relay.example/h", "hmac_mandatory": false],
            ]
            #expect(try await fixture.post(fixture.api + "/inboxes", body, token: agent.token).status == 401)
            let made = try await fixture.post(fixture.api + "/inboxes", body)
            #expect(made.status == 200 && made.body["channel_type"] == "Channel::Api")
            #expect(made.body["lock_to_single_conversation"] == true)
            let path = "\(fixture.api)/inboxes/\(made.id)"
            let changed = try await fixture.send("PATCH", path, ["channel": ["webhook_url": "https://b.example/"]])
            #expect(changed.body["webhook_url"] == "https://b.example/")
            let reset = try await fixture.post(path + "/reset_secret")
            #expect(reset.body["secret"]?.string != made.body["secret"]?.string)
            #expect(try await fixture.get(fixture.api + "/inboxes").body["payload"]?.array?.count == 2)
        }
    }

    @Test func `Releases before 4.13 have no secret`() async throws {
        try await withChatwoot(.v4_10) { fixture in
            let inbox = try await fixture.get("\(fixture.api)/inboxes/\(fixture.inbox.id)")
            #expect(inbox.body["secret"] == nil && inbox.body["hmac_token"] != nil)
            #expect(try await fixture.post("\(fixture.api)/inboxes/\(fixture.inbox.id)/reset_secret").status == 404)
        }
    }
}
