import Logging
import RelayChatwoot
import RelayCore
import RelayDelivery
import RelayHTTPClient
import RelayJSON
import RelayTesting
import Synchronization
import Testing

/// The result of a delivery that Chatwoot rejects.
@Suite(.limitedConcurrency)
struct FailureTests {
    // MARK: Answers

    enum Fate: Sendable { case pause, retry, dead }

    /// The response bodies of Chatwoot's errors (samples/90_error_bodies.json).
    static let answers: [(Int, String, Fate)] = [
        (401, #"{"errors":["You need to sign in or sign up before continuing."]}"#, .pause),
        (401, #"{"error":"Invalid Access Token"}"#, .pause),
        (401, #"{"error":"Access to this endpoint is not authorized for bots"}"#, .pause),
        (401, #"{"error":"You are not authorized to access this account"}"#, .pause),
        (401, #"{"error":"Account is suspended"}"#, .pause),
        (401, #"{"error":"You are not authorized to do this action"}"#, .pause),
        (402, #"{"error":"Account limit exceeded. Upgrade to a higher plan"}"#, .pause),
        (403, #"{"error":"Message status update is only allowed for API inboxes"}"#, .pause),
        (301, "", .pause),
        (404, #"{"error":"Resource could not be found"}"#, .retry),
        (422, #"{"error":"Validation failed: Content is too long (maximum is 150000 characters)"}"#, .dead),
        (422, #"{"error":"Validation failed: Too many messages"}"#, .retry),
        (422, #"{"error":"Incoming messages are only allowed in Api inboxes"}"#, .dead),
        (422, #"{"message":"Name is too long (maximum is 255 characters)","attributes":["name"]}"#, .dead),
        (413, "<html>413 Request Entity Too Large</html>", .dead),
        (429, "Retry later\n", .retry),
        (500, "<html>We're sorry, but something went wrong</html>", .retry),
        (502, "", .retry),
    ]

    @Test(arguments: answers)
    func anAnswerDecides(_ status: Int, _ body: String, _ fate: Fate) async throws {
        let receiver = try ScriptedReceiver()
        receiver.respond { request in
            switch (request.method, request.path) {
            case ("GET", let path) where path.hasSuffix("/inboxes/7"):
                .status(200, body: #"{"id":7,"channel_type":"Channel::Api","inbox_identifier":"abc"}"#)
            case (_, let path) where path.hasSuffix("/filter?page=1"): .status(200, body: #"{"payload":[]}"#)
            case ("POST", let path) where path.hasSuffix("/abc/contacts"): .status(200, body: #"{"id":1}"#)
            case ("GET", let path) where path.hasSuffix("/conversations"): .status(200, body: #"{"payload":[]}"#)
            case ("POST", let path) where path.hasSuffix("/conversations"):
                .status(200, body: #"{"id":5,"inbox_id":7,"status":"open"}"#)
            default: .status(status, body: body)
            }
        }
        let engine = try CurlEngine(guard: EgressGuard(allow: ["127.0.0.1"]), logger: Logger(label: "test"))
        defer { engine.shutdown() }
        let destination = ChatwootDestination(
            try options(at: receiver.url, account: 1, inbox: 7, token: "t0k3n", ""), key: "desk",
            settings: DestinationDispatchSettings(), timeout: .waitLimit, sender: engine,
            ledger: InMemoryForwardingLedger(),
            mediaStore: nil, clock: ManualClock())
        let delivery = ClaimedDelivery(
            id: DeliveryID(42), destination: "desk", session: "demo", type: .messageReceived, chat: nil, attempt: 1,
            attemptInSeries: 1, seriesStartedAt: now, receivedAt: now, signing: nil,
            body: RelayChatwootTests.body("message.received", payload(["type": "text", "content": ["text": "oi"]])))
        let result = await destination.send(delivery, at: now)
        let error = try #require(result.error)
        #expect(result.status == status)
        #expect(error.contains("/messages") && error.contains("\(status)"))
        #expect(!error.contains("t0k3n") && !error.contains("5511999999001"))
        if !body.isEmpty { #expect(result.response == body) }
        let decision = RetryDecision(
            after: result, of: delivery, policy: destination.settings.retry, now: now, random: 0.5)
        switch (fate, decision) {
        case (.pause, .park), (.dead, .dead(.refused)), (.retry, .retry): break
        default: Issue.record("\(status) \(body): \(decision)")
        }
    }

    @Test func anInboxThatIsNoneOrOfAnotherTypePauses() async throws {
        try await withForwarding { fixture in
            let web = fixture.chatwoot.addInbox("Site", in: fixture.account.id, channel: .webWidget)
            for (inbox, word) in [(web.id, "type API"), (4711, "inbox:")] {
                let destination = ChatwootDestination(
                    try options(
                        at: fixture.address, account: fixture.account.id, inbox: inbox, token: fixture.admin.token, ""),
                    key: "desk", settings: DestinationDispatchSettings(), timeout: .waitLimit, sender: fixture.engine,
                    ledger: InMemoryForwardingLedger(), mediaStore: nil, clock: ManualClock())
                let result = await fixture.with(destination).send("message.received", fixture.text("A1"))
                #expect(result.pausesDestination)
                #expect(result.error?.contains(word) == true, "\(result.error ?? "")")
            }
        }
    }

    /// What Chatwoot denied is tried again when the token or the inbox is another one.
    @Test func tokenAndInboxTellReceiversApartWithoutBeingShown() async throws {
        try await withForwarding { fixture in
            func receiver(inbox: Int, token: String) throws -> String {
                ChatwootDestination(
                    try options(at: fixture.address, account: 1, inbox: inbox, token: token, ""), key: "desk",
                    settings: DestinationDispatchSettings(), timeout: .waitLimit, sender: fixture.engine,
                    ledger: InMemoryForwardingLedger(), mediaStore: nil, clock: ManualClock()
                ).receiver
            }
            let one = try receiver(inbox: 7, token: "t0k3n")
            #expect(try one == receiver(inbox: 7, token: "t0k3n"))
            #expect(try one != receiver(inbox: 8, token: "t0k3n"))
            #expect(try one != receiver(inbox: 7, token: "other"))
            #expect(!one.contains("t0k3n"))
        }
    }

    // MARK: Agents

    /// A message that Chatwoot rejects is missing in the conversation; agents are notified once.
    @Test func whatIsRefusedIsReportedToAgentsAndSoIsItsRecovery() async throws {
        try await withForwarding { fixture in
            try await fixture.take("message.received", fixture.text("A1"))
            fixture.chatwoot.next(1, .messageCreate, .status(422))
            let result = await fixture.send("message.received", fixture.text("A2"))
            #expect(result.outcome == .refused)
            #expect(fixture.notes.count == 1)
            #expect(fixture.notes[0].contains("422"))
            try await fixture.take("message.received", fixture.text("A2"), attempt: 2)
            #expect(fixture.said == ["oi", "oi"])
            #expect(fixture.notes.count == 2)
            try await fixture.take("message.received", fixture.text("A2"), attempt: 3)
            #expect(fixture.notes.count == 2)
        }
        try await withForwarding("alerts: false") { fixture in
            fixture.chatwoot.next(1, .messageCreate, .status(422))
            _ = await fixture.send("message.received", fixture.text("A2"))
            #expect(fixture.notes.isEmpty)
        }
    }

    /// While Chatwoot is down, agents cannot be notified; the next message that is delivered adds the notification.
    @Test func whatWasLostInAnOutageIsReportedAfterIt() async throws {
        try await withForwarding(retry: RetryPolicy(maxAttempts: 2)) { fixture in
            try await fixture.take("message.received", fixture.text("A1"))
            fixture.chatwoot.inject(.status(502), into: .messageCreate, probability: 1)
            for attempt in 1...2 { _ = await fixture.send("message.received", fixture.text("A2"), attempt: attempt) }
            #expect(fixture.notes.isEmpty)
            fixture.chatwoot.endChaos()
            for id in ["A3", "A4"] { try await fixture.take("message.received", fixture.text(id)) }
            #expect(fixture.said.count == 3)
            #expect(fixture.notes.count == 1)
        }
    }

    @Test func aTextThatIsRefusedIsTriedShorter() async throws {
        try await withForwarding { fixture in
            fixture.chatwoot.next(1, .messageCreate, .status(422))
            try await fixture.take("message.received", fixture.text("A1", String(repeating: "palavra ", count: 5000)))
            let message = try #require(fixture.chatwoot.messages.first)
            #expect(fixture.chatwoot.messages.count == 1)
            #expect((message.content?.unicodeScalars.count ?? 0) <= 10_000)
        }
    }

    @Test func aNumberThatChatwootDoesNotTakeKeepsNobodyOut() async throws {
        try await withForwarding { fixture in
            fixture.chatwoot.next(1, .contactCreate, .status(422))
            try await fixture.take("message.received", fixture.text("A1"))
            #expect(try fixture.contact.phoneNumber == nil)
            #expect(fixture.said == ["oi"])
        }
    }
}

extension ForwardingFixture {
    var address: String { destination.target.split(separator: "/app/").first.map(String.init) ?? "" }

    func with(_ destination: ChatwootDestination) -> ForwardingFixture {
        ForwardingFixture(
            chatwoot: chatwoot, account: account, admin: admin, inbox: inbox, engine: engine, ledger: ledger,
            destination: destination)
    }
}
