import RelayJSON
import RelayTesting
import Testing

/// Rules 1 to 4 and 18 of chatwoot.md, section 7.
@Suite(.limitedConcurrency)
struct ChatwootAccessTests {
    @Test func `Both spellings of the token's header are one`() async throws {
        try await withScene { scene in
            let path = "/api/v1/profile"
            let hyphens = try await scene.get(path)
            let underscores = try await scene.send(
                "GET", path, token: "", headers: [("api_access_token", scene.admin.token)])
            #expect(hyphens.status == 200 && underscores.status == 200)
            #expect(hyphens.body["accounts"]?[0]?["role"] == "administrator")
        }
    }

    @Test func `A proxy that drops underscores leaves no token`() async throws {
        try await withScene(.v4_15, .with { $0.dropsUnderscoreHeaders = true }) { scene in
            let answer = try await scene.send(
                "GET", "/api/v1/profile", token: "", headers: [("api_access_token", scene.admin.token)])
            #expect(answer.status == 401)
            #expect(answer.body == ["errors": ["You need to sign in or sign up before continuing."]])
            #expect(try await scene.get("/api/v1/profile").status == 200)
        }
    }

    @Test func `Every wrong token has its own 401`() async throws {
        try await withScene { scene in
            let bot = scene.chatwoot.addAgentBot(in: scene.account.id)
            let other = scene.chatwoot.addAccount("Other")
            let stranger = scene.chatwoot.addUser("Stranger", in: other.id, role: .administrator)
            let agent = scene.chatwoot.addUser("Agent", in: scene.account.id)
            let path = scene.api + "/contacts"
            let cases = [
                (path, "nobody", "Invalid Access Token"),
                (path, bot.token, "Access to this endpoint is not authorized for bots"),
                (path, stranger.token, "You are not authorized to access this account"),
                ("\(scene.api)/inboxes/\(scene.inbox.id)", agent.token, "You are not authorized to do this action"),
            ]
            for (path, token, error) in cases {
                let answer = try await scene.get(path, token: token)
                #expect(answer.status == 401 && answer.body == ["error": .string(error)])
            }
            scene.chatwoot.suspendAccount(scene.account.id)
            let suspended = try await scene.get(path)
            #expect(suspended.status == 401 && suspended.body == ["error": "Account is suspended"])
        }
    }

    @Test func `A bot writes messages and never touches contacts`() async throws {
        try await withScene { scene in
            let bot = scene.chatwoot.addAgentBot("Robot", in: scene.account.id)
            let conversation = try await scene.conversation()
            let answer = try await scene.post(scene.messages(conversation), ["content": "hi"], token: bot.token)
            #expect(answer.status == 200)
            #expect(answer.body["sender"]?["type"] == "agent_bot")
        }
    }

    @Test func `An agent sees conversations of their own inboxes only`() async throws {
        try await withScene { scene in
            let agent = scene.chatwoot.addUser("Agent", in: scene.account.id)
            let conversation = try await scene.conversation()
            let path = scene.messages(conversation)
            #expect(try await scene.post(path, ["content": "hi"], token: agent.token).status == 401)
            scene.chatwoot.addMember(agent.id, to: scene.inbox.id)
            #expect(try await scene.post(path, ["content": "hi"], token: agent.token).status == 200)
            let inbox = try await scene.get("\(scene.api)/inboxes/\(scene.inbox.id)", token: agent.token)
            #expect(inbox.body["secret"] == nil && inbox.body["inbox_identifier"] != nil)
        }
    }

    @Test func `The limits answer 429 with a text, each in its own time`() async throws {
        let clock = ManualClock()
        let options = ChatwootDouble.Options.with { options in
            options.clock = clock
            options.limits = .init(requests: 8, searches: 2, uploads: 1)
        }
        try await withScene(.v4_15, options) { scene in
            let search = scene.api + "/contacts/search?q=x"
            #expect(try await scene.get(search).status == 200)
            #expect(try await scene.get(search).status == 200)
            let searched = try await scene.get(search)
            #expect(searched.status == 429 && searched.text == "Retry later\n")
            #expect(searched.headers.contains { $0.name == "retry-after" } == false)
            let file = Scene.Part(file: "a.png", "image/png", [1], field: "attachment")
            #expect(try await scene.postForm(scene.api + "/upload", [file]).body["blob_id"]?.string != nil)
            #expect(try await scene.postForm(scene.api + "/upload", [file]).status == 429)
            for _ in 0..<3 { #expect(try await scene.get("/api/v1/profile").status == 200) }
            #expect(try await scene.get("/api/v1/profile").status == 429)
            clock.advance(by: .seconds(60))
            #expect(try await scene.get(search).status == 200)
            #expect(try await scene.postForm(scene.api + "/upload", [file]).status == 429)
        }
    }

    @Test func `Two accounts number their conversations on their own and share ids of messages`() async throws {
        try await withScene { scene in
            let first = try await scene.conversation()
            let other = scene.chatwoot.addAccount("Other")
            let admin = scene.chatwoot.addUser("Boss", in: other.id, role: .administrator)
            let inbox = scene.chatwoot.addInbox(in: other.id)
            let second = Scene(
                chatwoot: scene.chatwoot, url: scene.url, account: other, admin: admin, inbox: inbox,
                engine: scene.engine)
            let conversation = try await second.conversation()
            #expect(first == 1 && conversation == 1)
            let one = try await scene.post(scene.messages(first), ["content": "a"])
            let two = try await second.post(second.messages(conversation), ["content": "b"])
            #expect(two.id == one.id + 1)
        }
    }

    @Test func `Inboxes are made and changed by administrators`() async throws {
        try await withScene { scene in
            let agent = scene.chatwoot.addUser("Agent", in: scene.account.id)
            let body: JSON = [
                "name": "New", "lock_to_single_conversation": true,
                "channel": ["type": "api", "webhook_url": "https://relay.example/h", "hmac_mandatory": false],
            ]
            #expect(try await scene.post(scene.api + "/inboxes", body, token: agent.token).status == 401)
            let made = try await scene.post(scene.api + "/inboxes", body)
            #expect(made.status == 200 && made.body["channel_type"] == "Channel::Api")
            #expect(made.body["lock_to_single_conversation"] == true)
            let path = "\(scene.api)/inboxes/\(made.id)"
            let changed = try await scene.send("PATCH", path, ["channel": ["webhook_url": "https://b.example/"]])
            #expect(changed.body["webhook_url"] == "https://b.example/")
            let reset = try await scene.post(path + "/reset_secret")
            #expect(reset.body["secret"]?.string != made.body["secret"]?.string)
            #expect(try await scene.get(scene.api + "/inboxes").body["payload"]?.array?.count == 2)
        }
    }

    @Test func `Releases before 4.13 have no secret`() async throws {
        try await withScene(.v4_10) { scene in
            let inbox = try await scene.get("\(scene.api)/inboxes/\(scene.inbox.id)")
            #expect(inbox.body["secret"] == nil && inbox.body["hmac_token"] != nil)
            #expect(try await scene.post("\(scene.api)/inboxes/\(scene.inbox.id)/reset_secret").status == 404)
        }
    }
}
