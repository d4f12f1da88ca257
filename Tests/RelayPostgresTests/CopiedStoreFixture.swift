import Foundation
import Logging
import RelayCore
import RelayJSON
import RelaySQL
import RelaySQLite
import RelayTesting
import Testing

/// A SQLite store with something in most tables, and what a store shows of it.
enum CopiedStoreFixture {
    static let now = ManualClock().now
    static let session = "acct"
    static let key = [UInt8](0..<32)
    private static let ledgerKey = ForwardedMessage.Key(
        destination: "desk", session: session, chat: "a@s", message: "M0", part: "")

    static func open(_ path: String) async throws -> SQLStore {
        var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        var configuration = SQLiteStore.Configuration()
        configuration.diskReserveBytes = 0
        return try await SQLiteStore.open(
            path: path, secretKey: CredentialEncryptionKey(bytes: key), clock: ManualClock(), logger: logger,
            configuration: configuration)
    }

    /// Makes the file, with a store that is closed.
    static func make(_ path: String) async throws {
        let store = try await open(path)
        try await fill(store)
        await store.close()
    }

    private static func fill(_ store: SQLStore) async throws {
        var webhook = SessionWebhook(
            id: "wh_0000000000001", session: session, url: "https://crm.example/", createdAt: now)
        webhook.secrets = [WebhookSigningSecret(value: "whsec_c2VjcmV0", createdAt: now)]
        let created = Session(id: session, label: "São Paulo 🟢", metadata: ["team": "br"], createdAt: now)
        try await store.createSession(created, webhooks: [webhook])
        try await store.addAPIKey(digest: [UInt8](repeating: 7, count: 32), name: "default", at: now)
        try await store.pause(DestinationPause(destination: "paused", reason: .manual, since: now))
        try await fillHistory(store)
        for state in DeliveryState.allCases { try await deliver(state, through: store) }
        _ = try await accept("pending", in: store)
        try await store.record([
            .message(
                ForwardedMessage(
                    key: ledgerKey, state: .sent, conversation: 12, remote: 41, status: .read, updatedAt: now))
        ])
        let rejected = RejectedDocument(
            index: 1, pointer: "/data/1", code: .notAnEvent, reason: "no event", excerpt: ["event": "x"], size: 40)
        try await store.keepRejected([rejected], source: "meta", session: nil, at: now)
        let selection = ReplaySelection(from: .deliver)
        let estimate = try await store.estimate(selection, at: now)
        _ = try await store.createReplay(selection, rate: RateLimit(count: 50, per: .seconds(1)), estimate: estimate)
    }

    private static func fillHistory(_ store: SQLStore) async throws {
        let event = try await accept("M0", in: store)
        let message = Message(
            session: session, chat: "a@s", id: "M0", isOutbound: false, sender: "a@s", type: "text",
            content: ["text": "hello"], status: .read, timestamp: now, event: event.id)
        let contact = Contact(session: session, id: "a@s", name: "Ana", pushName: "Aninha", updatedAt: now)
        let group = Group(session: session, id: "g@g.us", name: "Team", size: 3, updatedAt: now)
        let result = EventProcessingResult(
            event: event.id, records: [.message(message), .contact(contact), .group(group)])
        try await store.commit([result], at: now)
    }

    static func accept(_ message: String, in store: SQLStore) async throws -> Event {
        let new = ParsedEvent(
            type: .messageReceived, session: session, chat: "a@s", dedupKey: message, occurredAt: now,
            payload: ["messageId": .string(message)])
        let id = try await store.accept([new], source: "baileys", at: now)[0].id
        return try #require(try await store.event(id))
    }

    /// Creates a delivery in a state, to a destination with the name of the state.
    private static func deliver(_ state: DeliveryState, through store: SQLStore) async throws {
        let destination = DestinationKey.configured(state.name)
        let event = try await accept(state.name, in: store)
        let planned = PlannedDelivery(
            of: event, to: destination, lane: "acct/a@s", pipeline: "default", signing: .standardWebhooks)
        try await store.commit([EventProcessingResult(event: event.id, deliveries: [planned])], at: now)
        let filter = DeliveryFilter(destination: destination)
        let id = try #require(try await store.deliveries(filter, before: nil, offset: 0, limit: 1).first).id
        if state == .cancelled { #expect(try await store.cancel(id, at: now) == .done) }
        guard [.inFlight, .delivered, .dead].contains(state) else { return }
        let claim = DeliveryClaimRequest(destination: destination, limit: 1)
        let claimed = try await store.exchange([], claims: [claim], at: now)[0].deliveries
        guard state != .inFlight else { return }
        let isDelivered = state == .delivered
        let result = AttemptResult(
            outcome: isDelivered ? .delivered : .refused, status: isDelivered ? 200 : 500,
            error: isDelivered ? nil : "Webhook returned status 500", response: "answer",
            target: "https://crm.example/hook", duration: .milliseconds(3))
        let attempt = DeliveryAttempt(number: try #require(claimed.first).attempt, startedAt: now, result: result)
        let settlement = AttemptSettlement(
            delivery: id, attempt: attempt, next: isDelivered ? .delivered : .dead(.exhausted))
        _ = try await store.exchange([settlement], claims: [], at: now)
    }

    /// What the protocol of stores shows, in a form that can be compared.
    static func contents(_ store: SQLStore) async throws -> [String] {
        var lines: [String] = []
        // The words in one order: sets have none.
        func add(_ name: String, _ value: Any) {
            let words = "\(value)".split { "[](){}, ".contains($0) }.sorted()
            lines.append("\(name) \(words.joined(separator: " "))")
        }
        add("session", try await store.session(session) as Any)
        add("webhooks", try await store.webhooks(session: session))
        add("keys", try await store.apiKeyDigests())
        add("pauses", try await store.pauses())
        add("pending", try await store.pendingEvents(after: EventID(0), limit: 100))
        add("messages", try await store.messages(HistoryMessageQuery(), offset: 0, limit: 100))
        add("contacts", try await store.contacts(session: session, search: nil, offset: 0, limit: 100).contacts)
        add("groups", try await store.groups(session: session, search: nil, offset: 0, limit: 100).groups)
        add("rejected", try await store.rejectedDocuments(source: nil, before: nil, limit: 100))
        add("replays", try await store.replays(before: nil, limit: 100))
        add("ledger", try await store.forwardedParts(of: "M0", in: ledgerKey.chatKey))
        for delivery in try await store.deliveries(DeliveryFilter(), before: nil, offset: 0, limit: 100) {
            add("delivery", delivery)
            add("body", try await store.body(of: delivery.id).map { String(decoding: $0, as: UTF8.self) } as Any)
            add("attempts", try await store.attempts(of: delivery.id))
        }
        return lines
    }
}
