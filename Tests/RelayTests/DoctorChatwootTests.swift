import Foundation
import RelayJSON
import RelayTesting
import Testing

/// The findings of `zaphub doctor` about a destination of the type chatwoot, one test for each mistake.
@Suite(.limitedConcurrency)
struct DoctorChatwootTests {
    @Test(arguments: ChatwootDouble.Release.allCases)
    func nothingIsWrongWhereAllFits(profile: ChatwootDouble.Release) async throws {
        let fixture = try await DoctorFixture(profile)
        // Chatwoot before 4.13 does not sign webhooks.
        if profile < .v4_13 { fixture.source = "auth: { type: bearer, token: t }" }
        let report = try await fixture.doctor()
        #expect(report.told("problem").isEmpty, "\(report.output)")
        #expect(report.told("ok").contains("the token is that of Ana, an administrator of the account"))
        #expect(report.told("ok").contains("the inbox \(fixture.inbox.id), \"WhatsApp\", is of the type API"))
        #expect(report.told("ok").contains("the public interface knows the inbox"))
        #expect(report.told("ok").contains("the inbox posts to the source chatwoot"))
        #expect(report.told("ok").contains { $0.hasPrefix("Chatwoot \(profile.rawValue).") })
        #expect(report.told("ok").contains("the source's secret is the inbox's") == (profile >= .v4_13))
        #expect(report.told("note").contains { $0.contains("voice notes") } == (profile < .v4_15))
        #expect(report.told("note").contains { $0.contains("sent from the phone") } == (profile < .v4_10))
    }

    @Test func nobodysConversationIsTouched() async throws {
        let fixture = try await DoctorFixture()
        _ = try await fixture.doctor("--fix")
        let methods = Set(fixture.chatwoot.requests.filter { $0.path != "/bridge" }.map(\.method))
        #expect(methods == ["GET"], "\(fixture.chatwoot.requests.map { "\($0.method) \($0.path)" })")
        #expect(fixture.chatwoot.contacts.isEmpty && fixture.chatwoot.messages.isEmpty)
    }

    // MARK: Access

    @Test func aTokenThatChatwootDoesNotKnow() async throws {
        let fixture = try await DoctorFixture()
        fixture.options["token"] = "mistyped"
        let report = try await fixture.doctor()
        #expect(report.status == 1)
        #expect(report.told("problem") == ["Chatwoot does not know the token"])
        #expect(report.fix(of: "does not know the token")?.contains("Profile Settings") == true)
        #expect(!report.output.contains("mistyped"))
    }

    @Test func aBotsToken() async throws {
        let fixture = try await DoctorFixture()
        fixture.options["token"] = fixture.chatwoot.addAgentBot(in: fixture.account.id).token
        let report = try await fixture.doctor()
        #expect(report.told("problem") == ["the token is a bot's, and bots may not see contacts"])
    }

    @Test func aTokenOfAnotherAccount() async throws {
        let fixture = try await DoctorFixture()
        let other = fixture.chatwoot.addAccount("Other")
        fixture.options["token"] = fixture.chatwoot.addUser("Rui", in: other.id).token
        let report = try await fixture.doctor()
        #expect(report.told("problem") == ["the token's owner is no member of the account \(fixture.account.id)"])
        #expect(report.fix(of: "no member of the account") == "the owner's accounts are: \(other.id)")
    }

    @Test func anAccountThatIsSuspended() async throws {
        let fixture = try await DoctorFixture()
        fixture.chatwoot.suspendAccount(fixture.account.id)
        #expect(try await fixture.doctor().told("problem") == ["the account is suspended"])
    }

    @Test func aProxyThatDropsUnderscoresIsWorthANote() async throws {
        let fixture = try await DoctorFixture(.v4_15, .with { $0.dropsUnderscoreHeaders = true })
        let report = try await fixture.doctor()
        #expect(report.status == 0, "\(report.output)")
        #expect(report.told("note").contains { $0.contains("drops headers with underscores") })
    }

    @Test func aProxyThatDropsTheTokensHeader() async throws {
        let fixture = try await DoctorFixture()
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        receiver.respond { request in
            let isKnown = request.headers.contains { $0.0.lowercased() == "api_access_token" }
            let body: JSON =
                isKnown ? [:] : ["errors": ["You need to sign in or sign up before continuing."]]
            return .bytes(isKnown ? 200 : 401, headers: [("Content-Type", "application/json")], body: body.bytes)
        }
        fixture.proxy = receiver.url
        let report = try await fixture.doctor()
        #expect(report.told("problem") == ["a proxy in front of Chatwoot drops the header api-access-token"])
    }

    @Test func nobodyListensThere() async throws {
        let fixture = try await DoctorFixture()
        fixture.chatwoot.stop()
        let report = try await fixture.doctor()
        #expect(report.status == 1)
        #expect(report.told("problem").count == 1)
        #expect(report.told("problem").first?.contains("is not reached") == true)
    }

    @Test func anAddressThatIsNoChatwoot() async throws {
        let fixture = try await DoctorFixture()
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        receiver.respond { _ in .bytes(200, headers: [("Content-Type", "text/html")], body: Array("<html>".utf8)) }
        fixture.proxy = receiver.url
        #expect(try await fixture.doctor().told("problem") == ["\(receiver.url) is no Chatwoot"])
    }

    // MARK: The inbox

    @Test func anInboxThatIsNotThere() async throws {
        let fixture = try await DoctorFixture()
        fixture.options["inbox"] = "999"
        let report = try await fixture.doctor()
        #expect(report.told("problem") == ["there is no inbox 999 in the account \(fixture.account.id)"])
        #expect(report.fix(of: "no inbox 999")?.contains("\(fixture.inbox.id) (WhatsApp)") == true)
    }

    @Test func anAgentWhoIsNoMember() async throws {
        let fixture = try await DoctorFixture(role: .agent, isMember: false)
        let report = try await fixture.doctor()
        #expect(report.told("problem") == ["Ana is no member of the inbox \(fixture.inbox.id)"])
        #expect(report.fix(of: "no member")?.contains("Collaborators") == true)
    }

    @Test func anInboxOfAnotherType() async throws {
        let fixture = try await DoctorFixture()
        let widget = fixture.chatwoot.addInbox("Site", in: fixture.account.id, channel: .webWidget)
        fixture.options["inbox"] = "\(widget.id)"
        #expect(
            try await fixture.doctor().told("problem") == ["the inbox \(widget.id) is of the type WebWidget, not API"])
    }

    @Test(arguments: [true, false])
    func theLockIsExplained(isLocked: Bool) async throws {
        let notes = try await DoctorFixture(isLocked: isLocked).doctor().told("note")
        #expect(notes.contains { $0.hasPrefix("the inbox is locked to a single conversation") } == isLocked)
        #expect(notes.contains { $0.hasPrefix("the inbox is not locked") } == !isLocked)
    }

    @Test func anIdentifierOfAnotherInbox() async throws {
        let fixture = try await DoctorFixture()
        fixture.options["inbox_identifier"] = "another"
        let report = try await fixture.doctor()
        #expect(report.told("problem") == ["inbox_identifier: is not that of the inbox \(fixture.inbox.id)"])
    }

    @Test func identityValidationIsNotForTheRelay() async throws {
        let fixture = try await DoctorFixture()
        fixture.chatwoot.updateInbox(fixture.inbox.id) { $0.isHMACMandatory = true }
        #expect(try await fixture.doctor().told("warning").contains { $0.contains("identity validation") })
    }

    // MARK: Making the inbox

    @Test func anInboxThatIsToBeMadeIsMadeOnRequest() async throws {
        let fixture = try await DoctorFixture()
        fixture.options["inbox"] = .some(nil)
        fixture.options["create_inbox"] = "Sales"
        fixture.source = ""
        let before = try await fixture.doctor()
        #expect(before.told("warning").contains { $0.hasPrefix("there is no inbox \"Sales\" yet") }, "\(before.output)")
        #expect(fixture.chatwoot.inboxes.count == 1)
        let report = try await fixture.doctor("--create-inbox")
        let made = try #require(fixture.chatwoot.inboxes.first { $0.name == "Sales" })
        #expect(made.webhookURL == "https://relay.example.com/in/chatwoot")
        #expect(report.told("fixed") == ["the inbox \"Sales\" is made: it is number \(made.id)"])
        let fix = try #require(report.fix(of: "is made"))
        #expect(fix.contains("inbox: \(made.id)") && fix.contains(made.secret))
        // The suggested fix solves the problem.
        fixture.options["create_inbox"] = .some(nil)
        fixture.options["inbox"] = "\(made.id)"
        fixture.source = "session: main, auth: { type: chatwoot_signature, secret: \"\(made.secret)\" }"
        let after = try await fixture.doctor("--fix")
        #expect(after.told("fixed").isEmpty && after.told("problem").isEmpty, "\(after.output)")
        #expect(fixture.chatwoot.inboxes.count == 2)
    }

    @Test func anAgentCannotMakeAnInbox() async throws {
        let fixture = try await DoctorFixture(role: .agent)
        fixture.options["inbox"] = .some(nil)
        fixture.options["create_inbox"] = "Sales"
        let report = try await fixture.doctor("--create-inbox")
        #expect(report.status == 1)
        #expect(report.told("problem").contains { $0.contains("agents cannot make one") }, "\(report.output)")
    }

    // MARK: Webhooks from Chatwoot

    @Test func anInboxWithoutAWebhookGetsOneOnRequest() async throws {
        let fixture = try await DoctorFixture()
        fixture.chatwoot.updateInbox(fixture.inbox.id) { $0.webhookURL = nil }
        let before = try await fixture.doctor()
        #expect(
            before.told("problem") == ["the inbox has no webhook: what agents write does not reach WhatsApp"])
        #expect(before.fix(of: "no webhook")?.contains("https://relay.example.com/in/chatwoot") == true)
        let report = try await fixture.doctor("--fix")
        #expect(report.status == 0, "\(report.output)")
        #expect(fixture.chatwoot.inbox(fixture.inbox.id)?.webhookURL == "https://relay.example.com/in/chatwoot")
    }

    @Test func aWebhookThatIsSomebodyElsesIsLeftAlone() async throws {
        let fixture = try await DoctorFixture()
        let other = "https://bot.example.net/hook"
        fixture.chatwoot.updateInbox(fixture.inbox.id) { $0.webhookURL = other }
        let report = try await fixture.doctor("--fix")
        #expect(report.told("problem").contains { $0.hasPrefix("the inbox posts to https://bot.example.net") })
        #expect(fixture.chatwoot.inbox(fixture.inbox.id)?.webhookURL == other)
    }

    @Test func aRelayThatHasMovedTakesItsWebhookAlong() async throws {
        let fixture = try await DoctorFixture()
        fixture.publicURL = "https://new.example.com"
        #expect(try await fixture.doctor().status == 1)
        #expect(try await fixture.doctor("--fix").status == 0)
        #expect(fixture.chatwoot.inbox(fixture.inbox.id)?.webhookURL == "https://new.example.com/in/chatwoot/main")
    }

    @Test func aWebhookOfASessionThatIsNotTaken() async throws {
        let fixture = try await DoctorFixture()
        fixture.sessions = "[shop-*]"
        #expect(try await fixture.doctor().told("warning").contains { $0.contains("through the session main") })
    }

    @Test func aSecretThatIsNotTheInboxs() async throws {
        let fixture = try await DoctorFixture()
        fixture.source = "auth: { type: chatwoot_signature, secret: not-it }"
        let report = try await fixture.doctor()
        #expect(report.told("problem").contains { $0.contains("is not the inbox's") }, "\(report.output)")
        #expect(!report.output.contains("not-it") && !report.output.contains(fixture.inbox.secret))
    }

    @Test func anAgentDoesNotSeeTheSecret() async throws {
        let report = try await DoctorFixture(role: .agent).doctor()
        #expect(report.status == 0, "\(report.output)")
        #expect(report.told("note").contains { $0.contains("administrators alone see it") })
    }

    @Test func aSourceThatAnybodyMayPostTo() async throws {
        let fixture = try await DoctorFixture()
        fixture.source = ""
        #expect(try await fixture.doctor().told("warning").contains { $0.contains("as an agent") })
    }

    @Test(arguments: [ChatwootDouble.Release.v4_3, .v4_10])
    func aChatwootThatDoesNotSign(profile: ChatwootDouble.Release) async throws {
        let fixture = try await DoctorFixture(profile)
        let report = try await fixture.doctor()
        #expect(report.told("problem").contains { $0.contains("this Chatwoot does not sign") }, "\(report.output)")
    }

    @Test func aVersionThatIsHiddenIsGuessedByTheSecret() async throws {
        for (profile, told) in [
            (ChatwootDouble.Release.v4_10, "Chatwoot is older than 4.13.0"), (.v4_13, "Chatwoot is 4.13.0 or later"),
        ] {
            let fixture = try await DoctorFixture(profile)
            fixture.chatwoot.next(10, .version, .status(404))
            #expect(try await fixture.doctor().told("note").contains(told))
        }
    }

    @Test(arguments: ChatwootDouble.Release.allCases)
    func aPrivateAddressIsRefusedFrom414On(profile: ChatwootDouble.Release) async throws {
        let fixture = try await DoctorFixture(profile)
        fixture.publicURL = "http://127.0.0.1:3000"
        let report = try await fixture.doctor("--fix")
        let isTold = report.lines.contains { $0.fix?.contains("SAFE_FETCH_ALLOW_PRIVATE_NETWORK") == true }
        #expect(isTold == (profile >= .v4_15), "\(report.output)")
    }

    @Test func noSourceForWhatAgentsWrite() async throws {
        let fixture = try await DoctorFixture()
        fixture.source = nil
        #expect(
            try await fixture.doctor().told("warning").contains { $0.hasPrefix("no source has the format chatwoot") })
    }

    @Test func nobodySendsWhatAgentsWrite() async throws {
        let fixture = try await DoctorFixture()
        fixture.sender = nil
        #expect(try await fixture.doctor().told("warning").contains { $0.contains("goes nowhere") })
    }
}
