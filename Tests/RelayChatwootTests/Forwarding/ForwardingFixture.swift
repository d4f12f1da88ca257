import Foundation
import Logging
import RelayChatwoot
import RelayConfig
import RelayCore
import RelayHTTPClient
import RelayJSON
import RelayTesting
import Testing

/// A Chatwoot double with an inbox, and the destination that forwards to it.
struct ForwardingFixture: Sendable {
    let chatwoot: ChatwootDouble
    let account: ChatwootDouble.Account
    let admin: ChatwootDouble.User
    let inbox: ChatwootDouble.Inbox
    let engine: CurlEngine
    let ledger: any ForwardingLedger
    let destination: ChatwootDestination

    /// Sends one event, by default as a first attempt.
    @discardableResult
    func send(
        _ event: String,
        _ payload: JSON,
        session: String = "demo",
        attempt: Int = 1,
        at moment: Timestamp = now
    ) async -> AttemptResult {
        let delivery = ClaimedDelivery(
            id: DeliveryID(42), destination: "desk", session: session, type: EventType(event),
            chat: payload["chatId"]?.string, attempt: attempt, attemptInSeries: attempt, seriesStartedAt: moment,
            receivedAt: moment, signing: nil, body: body(event, payload, session: session))
        return await destination.send(delivery, at: moment)
    }

    /// Sends an event, which must be delivered.
    func take(
        _ event: String, _ payload: JSON, session: String = "demo", attempt: Int = 1, at moment: Timestamp = now
    ) async throws {
        let result = await send(event, payload, session: session, attempt: attempt, at: moment)
        try #require(result.isDelivered, "\(result.outcome) \(result.error ?? "")")
    }

    /// A text message from the customer 5511999999001, unless members override that.
    func text(_ id: String, _ text: String = "oi", _ more: JSONObject = [:]) -> JSON {
        var members: JSONObject = [
            "type": "text", "content": ["text": .string(text)], "messageId": .string(id), "wa_message_id": .string(id),
        ]
        for (key, value) in more { members[key] = value }
        return payload(members)
    }

    /// The texts of the messages, without private notes.
    var said: [String] { chatwoot.messages.filter { !$0.isPrivate && $0.kind != .activity }.map { $0.content ?? "" } }
    var notes: [String] { chatwoot.messages.filter(\.isPrivate).map { $0.content ?? "" } }

    /// The only contact and the only conversation.
    var contact: ChatwootDouble.Contact {
        get throws {
            try #require(chatwoot.contacts.count == 1)
            return chatwoot.contacts[0]
        }
    }
    var conversation: ChatwootDouble.Conversation {
        get throws {
            try #require(chatwoot.conversations.count == 1)
            return chatwoot.conversations[0]
        }
    }

    /// Another destination for the same inbox and ledger, as after a restart of the relay.
    func restarted(_ options: String = "", mediaStore: (any MediaStore)? = nil) throws -> ForwardingFixture {
        let destination = ChatwootDestination(
            try again(options), key: "desk", settings: destination.settings, timeout: .waitLimit, sender: engine,
            ledger: ledger, mediaStore: mediaStore, clock: SystemClock())
        return ForwardingFixture(
            chatwoot: chatwoot, account: account, admin: admin, inbox: inbox, engine: engine, ledger: ledger,
            destination: destination)
    }

    private func again(_ more: String) throws -> ChatwootDestinationOptions {
        let address = destination.target.split(separator: "/app/").first.map(String.init) ?? ""
        return try options(at: address, account: account.id, inbox: inbox.id, token: admin.token, more)
    }
}

/// Options for an existing Chatwoot.
func options(at url: String, account: Int, inbox: Int, token: String, _ more: String) throws
    -> ChatwootDestinationOptions
{
    let registry = ConfigurationKindRegistry(
        stages: [], destinations: [ChatwootDestinationOptions.self], formats: [], transports: [])
    let yaml = """
        type: chatwoot
        url: \(url)
        account: \(account)
        inbox: \(inbox)
        token: "\(token)"
        \(more)
        """
    return try #require(try registry.destination(yaml: yaml).options as? ChatwootDestinationOptions)
}

func withForwarding(
    _ more: String = "",
    profile: ChatwootDouble.Release = .v4_15,
    double: ChatwootDouble.Options = ChatwootDouble.Options(),
    isLocked: Bool = false,
    isHMACMandatory: Bool = false,
    retry: RetryPolicy = RetryPolicy(),
    timeout: Duration = .waitLimit,
    ledger: any ForwardingLedger = InMemoryForwardingLedger(),
    mediaStore: (any MediaStore)? = nil,
    clock: any RelayClock = SystemClock(),
    _ body: (ForwardingFixture) async throws -> Void
) async throws {
    let chatwoot = ChatwootDouble(profile: profile, options: double)
    let url = try await chatwoot.start()
    let account = chatwoot.addAccount()
    let admin = chatwoot.addUser("Relay", in: account.id, role: .administrator)
    let inbox = chatwoot.addInbox(
        in: account.id, isLockedToSingleConversation: isLocked, isHMACMandatory: isHMACMandatory)
    let engine = try CurlEngine(guard: EgressGuard(allow: ["127.0.0.1"]), logger: Logger(label: "test"))
    defer {
        engine.shutdown()
        chatwoot.stop()
    }
    let destination = ChatwootDestination(
        try options(at: url, account: account.id, inbox: inbox.id, token: admin.token, more), key: "desk",
        settings: DestinationDispatchSettings(ordering: .none, retry: retry), timeout: timeout, sender: engine,
        ledger: ledger,
        mediaStore: mediaStore, clock: clock)
    try await body(
        ForwardingFixture(
            chatwoot: chatwoot, account: account, admin: admin, inbox: inbox, engine: engine, ledger: ledger,
            destination: destination))
}

extension ForwardingFixture {
    /// Sends a request of another API client.
    @discardableResult
    func api(_ method: String, _ path: String, _ body: JSON) async throws -> JSON {
        let address = destination.target.replacing("/app/accounts/", with: "/api/v1/accounts/")
        let response = try await engine.send(
            HTTPClientRequest(
                method: method, url: address + path,
                headers: [("api-access-token", admin.token), ("Content-Type", "application/json")], body: body.bytes))
        try #require(response.status == 200, "\(String(decoding: response.body, as: UTF8.self))")
        return try JSON(parsing: response.body)
    }
}
