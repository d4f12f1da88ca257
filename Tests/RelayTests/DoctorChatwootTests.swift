import Foundation
import RelayJSON
import RelayTesting
import Testing

/// What `zaphub doctor` says about a destination of the type chatwoot: each mistake is one test.
@Suite(.limitedConcurrency)
struct DoctorChatwootTests {
    @Test(arguments: ChatwootDouble.Profile.allCases)
    func nothingIsWrongWhereAllFits(profile: ChatwootDouble.Profile) async throws {
        let scene = try await DoctorScene(profile)
        // Before 4.13 nothing is signed.
        if profile < .v4_13 { scene.source = "auth: { type: bearer, token: t }" }
        let report = try await scene.doctor()
        #expect(report.told("problem").isEmpty, "\(report.output)")
        #expect(report.told("ok").contains("the token is that of Ana, an administrator of the account"))
        #expect(report.told("ok").contains("the inbox \(scene.inbox.id), \"WhatsApp\", is of the type API"))
        #expect(report.told("ok").contains("the public interface knows the inbox"))
        #expect(report.told("ok").contains("the inbox posts to the source chatwoot"))
        #expect(report.told("ok").contains { $0.hasPrefix("Chatwoot \(profile.rawValue).") })
        #expect(report.told("ok").contains("the source's secret is the inbox's") == (profile >= .v4_13))
        #expect(report.told("note").contains { $0.contains("voice notes") } == (profile < .v4_15))
        #expect(report.told("note").contains { $0.contains("sent from the phone") } == (profile < .v4_10))
    }

    @Test func nobodysConversationIsTouched() async throws {
        let scene = try await DoctorScene()
        _ = try await scene.doctor("--fix")
        let methods = Set(scene.chatwoot.requests.filter { $0.path != "/bridge" }.map(\.method))
        #expect(methods == ["GET"], "\(scene.chatwoot.requests.map { "\($0.method) \($0.path)" })")
        #expect(scene.chatwoot.contacts.isEmpty && scene.chatwoot.messages.isEmpty)
    }

    // MARK: Access

    @Test func aTokenThatChatwootDoesNotKnow() async throws {
        let scene = try await DoctorScene()
        scene.options["token"] = "mistyped"
        let report = try await scene.doctor()
        #expect(report.status == 1)
        #expect(report.told("problem") == ["Chatwoot does not know the token"])
        #expect(report.fix(of: "does not know the token")?.contains("Profile Settings") == true)
        #expect(!report.output.contains("mistyped"))
    }

    @Test func aBotsToken() async throws {
        let scene = try await DoctorScene()
        scene.options["token"] = scene.chatwoot.addAgentBot(in: scene.account.id).token
        let report = try await scene.doctor()
        #expect(report.told("problem") == ["the token is a bot's, and bots may not see contacts"])
    }

    @Test func aTokenOfAnotherAccount() async throws {
        let scene = try await DoctorScene()
        let other = scene.chatwoot.addAccount("Other")
        scene.options["token"] = scene.chatwoot.addUser("Rui", in: other.id).token
        let report = try await scene.doctor()
        #expect(report.told("problem") == ["the token's owner is no member of the account \(scene.account.id)"])
        #expect(report.fix(of: "no member of the account") == "the owner's accounts are: \(other.id)")
    }

    @Test func anAccountThatIsSuspended() async throws {
        let scene = try await DoctorScene()
        scene.chatwoot.suspendAccount(scene.account.id)
        #expect(try await scene.doctor().told("problem") == ["the account is suspended"])
    }

    @Test func aProxyThatDropsUnderscoresIsWorthANote() async throws {
        let scene = try await DoctorScene(.v4_15, .with { $0.dropsUnderscoreHeaders = true })
        let report = try await scene.doctor()
        #expect(report.status == 0, "\(report.output)")
        #expect(report.told("note").contains { $0.contains("drops headers with underscores") })
    }

    @Test func aProxyThatDropsTheTokensHeader() async throws {
        let scene = try await DoctorScene()
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        receiver.respond { request in
            let isKnown = request.headers.contains { $0.0.lowercased() == "api_access_token" }
            let body: JSON =
                isKnown ? [:] : ["errors": ["You need to sign in or sign up before continuing."]]
            return .bytes(isKnown ? 200 : 401, headers: [("Content-Type", "application/json")], body: body.bytes)
        }
        scene.proxy = receiver.url
        let report = try await scene.doctor()
        #expect(report.told("problem") == ["a proxy in front of Chatwoot drops the header api-access-token"])
    }

    @Test func nobodyListensThere() async throws {
        let scene = try await DoctorScene()
        scene.chatwoot.stop()
        let report = try await scene.doctor()
        #expect(report.status == 1)
        #expect(report.told("problem").count == 1)
        #expect(report.told("problem").first?.contains("is not reached") == true)
    }

    @Test func anAddressThatIsNoChatwoot() async throws {
        let scene = try await DoctorScene()
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        receiver.respond { _ in .bytes(200, headers: [("Content-Type", "text/html")], body: Array("<html>".utf8)) }
        scene.proxy = receiver.url
        #expect(try await scene.doctor().told("problem") == ["\(receiver.url) is no Chatwoot"])
    }

    // MARK: The inbox

    @Test func anInboxThatIsNotThere() async throws {
        let scene = try await DoctorScene()
        scene.options["inbox"] = "999"
        let report = try await scene.doctor()
        #expect(report.told("problem") == ["there is no inbox 999 in the account \(scene.account.id)"])
        #expect(report.fix(of: "no inbox 999")?.contains("\(scene.inbox.id) (WhatsApp)") == true)
    }

    @Test func anAgentWhoIsNoMember() async throws {
        let scene = try await DoctorScene(role: .agent, isMember: false)
        let report = try await scene.doctor()
        #expect(report.told("problem") == ["Ana is no member of the inbox \(scene.inbox.id)"])
        #expect(report.fix(of: "no member")?.contains("Collaborators") == true)
    }

    @Test func anInboxOfAnotherType() async throws {
        let scene = try await DoctorScene()
        let widget = scene.chatwoot.addInbox("Site", in: scene.account.id, channel: .webWidget)
        scene.options["inbox"] = "\(widget.id)"
        #expect(
            try await scene.doctor().told("problem") == ["the inbox \(widget.id) is of the type WebWidget, not API"])
    }

    @Test(arguments: [true, false])
    func theLockIsExplained(isLocked: Bool) async throws {
        let notes = try await DoctorScene(isLocked: isLocked).doctor().told("note")
        #expect(notes.contains { $0.hasPrefix("the inbox is locked to a single conversation") } == isLocked)
        #expect(notes.contains { $0.hasPrefix("the inbox is not locked") } == !isLocked)
    }

    @Test func anIdentifierOfAnotherInbox() async throws {
        let scene = try await DoctorScene()
        scene.options["inbox_identifier"] = "another"
        let report = try await scene.doctor()
        #expect(report.told("problem") == ["inbox_identifier: is not that of the inbox \(scene.inbox.id)"])
    }

    @Test func identityValidationIsNotForTheRelay() async throws {
        let scene = try await DoctorScene()
        scene.chatwoot.updateInbox(scene.inbox.id) { $0.isHMACMandatory = true }
        #expect(try await scene.doctor().told("warning").contains { $0.contains("identity validation") })
    }

    // MARK: Making the inbox

    @Test func anInboxThatIsToBeMadeIsMadeOnRequest() async throws {
        let scene = try await DoctorScene()
        scene.options["inbox"] = .some(nil)
        scene.options["create_inbox"] = "Sales"
        scene.source = ""
        let before = try await scene.doctor()
        #expect(before.told("warning").contains { $0.hasPrefix("there is no inbox \"Sales\" yet") }, "\(before.output)")
        #expect(scene.chatwoot.inboxes.count == 1)
        let report = try await scene.doctor("--create-inbox")
        let made = try #require(scene.chatwoot.inboxes.first { $0.name == "Sales" })
        #expect(made.webhookURL == "https://relay.example.com/in/chatwoot")
        #expect(report.told("fixed") == ["the inbox \"Sales\" is made: it is number \(made.id)"])
        let fix = try #require(report.fix(of: "is made"))
        #expect(fix.contains("inbox: \(made.id)") && fix.contains(made.secret))
        // What it says is what makes it right.
        scene.options["create_inbox"] = .some(nil)
        scene.options["inbox"] = "\(made.id)"
        scene.source = "session: main, auth: { type: chatwoot_signature, secret: \"\(made.secret)\" }"
        let after = try await scene.doctor("--fix")
        #expect(after.told("fixed").isEmpty && after.told("problem").isEmpty, "\(after.output)")
        #expect(scene.chatwoot.inboxes.count == 2)
    }

    @Test func anAgentCannotMakeAnInbox() async throws {
        let scene = try await DoctorScene(role: .agent)
        scene.options["inbox"] = .some(nil)
        scene.options["create_inbox"] = "Sales"
        let report = try await scene.doctor("--create-inbox")
        #expect(report.status == 1)
        #expect(report.told("problem").contains { $0.contains("agents cannot make one") }, "\(report.output)")
    }

    // MARK: The way back

    @Test func anInboxWithoutAWebhookGetsOneOnRequest() async throws {
        let scene = try await DoctorScene()
        scene.chatwoot.updateInbox(scene.inbox.id) { $0.webhookURL = nil }
        let before = try await scene.doctor()
        #expect(
            before.told("problem") == ["the inbox has no webhook: what agents write does not reach WhatsApp"])
        #expect(before.fix(of: "no webhook")?.contains("https://relay.example.com/in/chatwoot") == true)
        let report = try await scene.doctor("--fix")
        #expect(report.status == 0, "\(report.output)")
        #expect(scene.chatwoot.inbox(scene.inbox.id)?.webhookURL == "https://relay.example.com/in/chatwoot")
    }

    @Test func aWebhookThatIsSomebodyElsesIsLeftAlone() async throws {
        let scene = try await DoctorScene()
        let other = "https://bot.example.net/hook"
        scene.chatwoot.updateInbox(scene.inbox.id) { $0.webhookURL = other }
        let report = try await scene.doctor("--fix")
        #expect(report.told("problem").contains { $0.hasPrefix("the inbox posts to https://bot.example.net") })
        #expect(scene.chatwoot.inbox(scene.inbox.id)?.webhookURL == other)
    }

    @Test func aRelayThatHasMovedTakesItsWebhookAlong() async throws {
        let scene = try await DoctorScene()
        scene.publicURL = "https://new.example.com"
        #expect(try await scene.doctor().status == 1)
        #expect(try await scene.doctor("--fix").status == 0)
        #expect(scene.chatwoot.inbox(scene.inbox.id)?.webhookURL == "https://new.example.com/in/chatwoot/main")
    }

    @Test func aWebhookOfASessionThatIsNotTaken() async throws {
        let scene = try await DoctorScene()
        scene.sessions = "[shop-*]"
        #expect(try await scene.doctor().told("warning").contains { $0.contains("through the session main") })
    }

    @Test func aSecretThatIsNotTheInboxs() async throws {
        let scene = try await DoctorScene()
        scene.source = "auth: { type: chatwoot_signature, secret: not-it }"
        let report = try await scene.doctor()
        #expect(report.told("problem").contains { $0.contains("is not the inbox's") }, "\(report.output)")
        #expect(!report.output.contains("not-it") && !report.output.contains(scene.inbox.secret))
    }

    @Test func anAgentDoesNotSeeTheSecret() async throws {
        let report = try await DoctorScene(role: .agent).doctor()
        #expect(report.status == 0, "\(report.output)")
        #expect(report.told("note").contains { $0.contains("administrators alone see it") })
    }

    @Test func aSourceThatAnybodyMayPostTo() async throws {
        let scene = try await DoctorScene()
        scene.source = ""
        #expect(try await scene.doctor().told("warning").contains { $0.contains("as an agent") })
    }

    @Test(arguments: [ChatwootDouble.Profile.v4_3, .v4_10])
    func aChatwootThatDoesNotSign(profile: ChatwootDouble.Profile) async throws {
        let scene = try await DoctorScene(profile)
        let report = try await scene.doctor()
        #expect(report.told("problem").contains { $0.contains("this Chatwoot does not sign") }, "\(report.output)")
    }

    @Test func aVersionThatIsHiddenIsGuessedByTheSecret() async throws {
        for (profile, told) in [
            (ChatwootDouble.Profile.v4_10, "Chatwoot is older than 4.13.0"), (.v4_13, "Chatwoot is 4.13.0 or later"),
        ] {
            let scene = try await DoctorScene(profile)
            scene.chatwoot.next(10, .version, .status(404))
            #expect(try await scene.doctor().told("note").contains(told))
        }
    }

    @Test(arguments: ChatwootDouble.Profile.allCases)
    func aPrivateAddressIsRefusedFrom414On(profile: ChatwootDouble.Profile) async throws {
        let scene = try await DoctorScene(profile)
        scene.publicURL = "http://127.0.0.1:3100"
        let report = try await scene.doctor("--fix")
        let isTold = report.lines.contains { $0.fix?.contains("SAFE_FETCH_ALLOW_PRIVATE_NETWORK") == true }
        #expect(isTold == (profile >= .v4_15), "\(report.output)")
    }

    @Test func noSourceForWhatAgentsWrite() async throws {
        let scene = try await DoctorScene()
        scene.source = nil
        #expect(try await scene.doctor().told("warning").contains { $0.hasPrefix("no source has the format chatwoot") })
    }

    @Test func nobodySendsWhatAgentsWrite() async throws {
        let scene = try await DoctorScene()
        scene.sender = nil
        #expect(try await scene.doctor().told("warning").contains { $0.contains("goes nowhere") })
    }
}
