import Foundation
import RelayCore
import RelayJSON
import RelaySQL
import RelaySQLite
import RelayTesting
import Testing

/// A small store of one schema version: how it is filled, and its expected contents after migration.
enum SchemaFixture {
    static let session = "acct"
    static let webhook = "wh_0000000000001"
    static let apiKeyDigest = [UInt8](repeating: 7, count: 32)
    static let now = Stores.now

    static let contact = Contact(session: session, id: "a@s", name: "Ana", pushName: "Aninha", updatedAt: now)
    static let group = Group(session: session, id: "g@g.us", name: "Team", size: 3, updatedAt: now)

    static var secrets: [WebhookSigningSecret] {
        [
            WebhookSigningSecret(value: "whsec_bmV3LXNlY3JldC1vZi10aGUtZml4dHVyZS1zdG9yZQ==", createdAt: now),
            WebhookSigningSecret(
                value: "the-old-secret", createdAt: now - .seconds(60), expiresAt: now + .seconds(86_400)),
        ]
    }

    /// Messages of two chats, in both directions and in different states. Fixtures have them from version 8 on.
    static var forwarded: [ForwardedMessage] {
        func key(_ chat: String, _ message: String, _ part: String = "") -> ForwardedMessage.Key {
            ForwardedMessage.Key(destination: "desk", session: session, chat: chat, message: message, part: part)
        }
        return [
            ForwardedMessage(
                key: key("a@s", "M0"), state: .sent, conversation: 12, remote: 41, status: .read, updatedAt: now),
            ForwardedMessage(
                key: key("a@s", "M1", "file"), state: .intended, conversation: 12, after: 41, updatedAt: now),
            ForwardedMessage(
                key: key("b@s", "cw-9", "0"), direction: .returned, state: .failed, conversation: 13, remote: 42,
                updatedAt: now),
        ]
    }

    /// Writes sessions, webhooks, events, deliveries in every state, history, an API key and a pause.
    static func fill(_ store: SQLStore) async throws {
        let created = Session(id: session, label: "Sales", metadata: ["team": "br"], createdAt: now)
        try await store.createSession(created, webhooks: webhooks)
        try await store.addAPIKey(digest: apiKeyDigest, name: "default", at: now)
        try await store.pause(DestinationPause(destination: "paused", reason: .manual, since: now))

        let first = try await accept("M0", in: store)
        let message = Message(
            session: session, chat: "a@s", id: "M0", isOutbound: false, sender: "a@s", type: "text",
            content: ["text": "hello"], status: .read, timestamp: now, event: first.id)
        let change = SessionChange(session: session, change: .connected(phoneNumber: "5511"), at: now)
        let failed = PlannedDelivery(
            of: first, to: "pipeline/default", lane: nil, pipeline: "default", signing: nil)
        let failure = StageDeadLetter(stage: "filter-1", message: "no number", delivery: failed)
        try await store.commit(
            [
                EventProcessingResult(
                    event: first.id, records: [.message(message), .contact(contact), .group(group), .session(change)],
                    failures: [failure])
            ], at: now)
        for state in DeliveryState.allCases { try await deliver(state, through: store) }
        _ = try await accept("pending", in: store)
        try await store.record(forwarded.map { .message($0) })
    }

    /// Checks the contents that every migrated fixture must have.
    /// - Parameter version: the schema that the fixture was written with.
    static func check(_ store: SQLStore, of version: Int) async throws {
        for entry in version >= 8 ? forwarded : [] {
            #expect(try await store.forwardedParts(of: entry.key.message, in: entry.key.chatKey) == [entry])
        }
        let found = try #require(try await store.session(session))
        #expect(found.label == "Sales" && found.metadata == ["team": "br"])
        #expect(found.status == .connected && found.phoneNumber == "5511")
        #expect(try await store.apiKeyDigests() == [apiKeyDigest])
        #expect(try await store.pauses().map(\.destination) == ["paused"])
        try await checkWebhooks(store)

        let messages = try await store.messages(HistoryMessageQuery(), offset: 0, limit: 10)
        #expect(messages.map(\.id) == ["M0"] && messages.first?.content == ["text": "hello"])
        #expect(messages.first?.status == .read)
        let contacts = try await store.contacts(session: session, search: nil, offset: 0, limit: 10).contacts
        #expect(contacts.map(\.name) == ["Ana"] && contacts.map(\.pushName) == ["Aninha"])
        let groups = try await store.groups(session: session, search: nil, offset: 0, limit: 10).groups
        #expect(groups.map(\.name) == ["Team"] && groups.map(\.size) == [3])

        let pending = try await store.pendingEvents(after: EventID(0), limit: 10)
        #expect(pending.map(\.payload["messageId"]) == ["pending"])
        for state in DeliveryState.allCases { try await checkDelivery(state, in: store) }
        let failures = DeliveryFilter(states: [.dead], destination: "pipeline/default")
        let letters = try await store.deliveries(failures, before: nil, offset: 0, limit: 10)
        #expect(letters.map(\.deadReason) == [.stageFailed] && letters.map(\.lastError) == ["filter-1: no number"])

        // Deliveries in flight are recovered, and queued deliveries are claimed.
        let report = try await store.recover(at: now) { _ in 3 }
        #expect(report.requeued == 1)
        let claim = DeliveryClaimRequest(destination: "queued", limit: 10)
        let claimed = try await store.exchange([], claims: [claim], at: now)[0].deliveries
        #expect(claimed.count == 1 && claimed.first?.signing == .standardWebhooks)
        #expect(try await store.deleteSession(session, at: now) == webhooks.map(\.id))
    }

    private static func accept(_ message: String, in store: SQLStore) async throws -> Event {
        let new = ParsedEvent(
            type: .messageReceived, session: session, chat: "a@s", dedupKey: message, occurredAt: now,
            payload: ["messageId": .string(message)])
        let id = try await store.accept([new], source: "baileys", at: now)[0].id
        return try #require(try await store.event(id))
    }

    /// Creates a delivery in a state, to a destination with the name of the state.
    private static func deliver(_ state: DeliveryState, through store: SQLStore) async throws {
        let event = try await accept(state.name, in: store)
        let planned = PlannedDelivery(
            of: event, to: .configured(state.name), lane: "acct/a@s", pipeline: "default", signing: .standardWebhooks)
        try await store.commit([EventProcessingResult(event: event.id, deliveries: [planned])], at: now)
        let filter = DeliveryFilter(destination: .configured(state.name))
        let id = try #require(try await store.deliveries(filter, before: nil, offset: 0, limit: 1).first).id
        switch state {
        case .queued: return
        case .cancelled: #expect(try await store.cancel(id, at: now) == .done)
        case .inFlight, .delivered, .dead:
            let claim = DeliveryClaimRequest(destination: .configured(state.name), limit: 1)
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
    }

    private static func checkDelivery(_ state: DeliveryState, in store: SQLStore) async throws {
        let filter = DeliveryFilter(destination: .configured(state.name))
        let found = try await store.deliveries(filter, before: nil, offset: 0, limit: 10)
        try #require(found.count == 1, "\(state)")
        #expect(found[0].state == state)
        let body = try JSON(parsing: try #require(try await store.body(of: found[0].id)))
        #expect(body["payload"]?["messageId"] == .string(state.name))
        let attempts = try await store.attempts(of: found[0].id)
        #expect(attempts.map(\.result.status) == (state == .delivered ? [200] : state == .dead ? [500] : []))
    }
}
