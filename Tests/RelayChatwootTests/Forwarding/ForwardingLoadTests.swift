import Foundation
import Logging
import RelayChatwoot
import RelayCore
import RelayDelivery
import RelayJSON
import RelaySQL
import RelaySQLite
import RelayTesting
import ServiceLifecycle
import Testing

/// Many concurrent messages, through the dispatcher and a store on disk.
@Suite(.serialized, .limitedConcurrency)
struct ForwardingLoadTests {
    /// In this situation, other integrations create several contacts and conversations for one customer (reference
    /// chatwoot.md, 5).
    @Test(arguments: [false, true])
    func firstMessagesOfManyChatsAtOnceMakeOneConversationEach(isLocked: Bool) async throws {
        let load = ForwardingLoad(chats: 200, messagesEach: 3)
        try await load.run(isLocked: isLocked) { _ in }
    }

    @Test func everyMessageArrivesOnceAndInOrderWhateverGoesWrong() async throws {
        let load = ForwardingLoad(chats: 100, messagesEach: 50)
        // Much longer than a response takes: a request that is cancelled before Chatwoot starts to process it is sent
        // twice.
        try await load.run(timeout: .seconds(3)) { chatwoot in
            chatwoot.inject(.commitThen500, into: .any, probability: 0.02)
            chatwoot.inject(.commitThenReset, into: .any, probability: 0.02)
            chatwoot.inject(.commitThenCutOff, into: .any, probability: 0.01)
            chatwoot.inject(.commitThenHang, into: .any, probability: 0.004)
            chatwoot.inject(.status(500), into: .any, probability: 0.02)
            chatwoot.inject(.reset, into: .any, probability: 0.01)
            chatwoot.inject(.tooManyRequests, into: .any, probability: 0.02)
        }
    }
}

/// A load of a number of chats with a number of messages each.
struct ForwardingLoad {
    let chats: Int
    let messagesEach: Int

    private func chat(_ index: Int) -> String { "55119\(81_000_000 + index)@s.whatsapp.net" }
    private func id(_ chat: Int, _ message: Int) -> String { "M\(chat)-\(message)" }

    func run(
        isLocked: Bool = false,
        timeout: Duration = .waitLimit,
        _ prepare: (ChatwootDouble) -> Void
    ) async throws {
        let clock = SystemClock()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("storm-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        var configuration = SQLiteStore.Configuration()
        configuration.diskReserveBytes = 0
        let store = try await SQLiteStore.open(
            path: folder.appendingPathComponent("store.db").path,
            secretKey: CredentialEncryptionKey(bytes: [UInt8](repeating: 7, count: 32)), clock: clock, logger: logger,
            configuration: configuration)
        let patient = RetryPolicy(
            maxAttempts: 1000, initialInterval: .milliseconds(5), maxInterval: .milliseconds(50), multiplier: 2,
            respectRetryAfter: false)
        try await withForwarding(
            double: .without(.none), isLocked: isLocked, retry: patient, timeout: timeout, ledger: store
        ) { fixture in
            prepare(fixture.chatwoot)
            let dispatcher = Dispatcher(
                outbox: store, destinations: SingleDestinationProvider(destination: fixture.destination), clock: clock,
                configuration: .init(breaker: .init(failures: .max)), logger: logger)
            let group = ServiceGroup(
                configuration: .init(
                    services: [.init(service: dispatcher, successTerminationBehavior: .gracefullyShutdownGroup)],
                    logger: logger))
            try await accept(into: store, settings: fixture.destination.settings, at: clock.now)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                let total = chats * messagesEach
                try await eventually("nothing is queued", every: .milliseconds(20)) {
                    try await store.countDeliveries(DeliveryFilter(states: [.queued, .inFlight])) == 0
                }
                #expect(try await store.countDeliveries(DeliveryFilter(states: [.delivered])) == total)
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
            check(fixture.chatwoot)
        }
        await store.close()
    }

    private func lid(_ index: Int) -> String { "\(700_000_000_000_000 + index)@lid" }

    /// Accepts the messages of the chats in turn. They name their chat by both names, by phone, and by hidden identity
    /// alone, as bodies do that were made before the phone was known.
    private func accept(into store: SQLStore, settings: DestinationDispatchSettings, at now: Timestamp) async throws {
        let events = (0..<messagesEach).flatMap { message in
            (0..<chats).map { index in
                let name = message % 3 == 2 ? lid(index) : chat(index)
                var payload: JSONObject = [
                    "messageId": .string(id(index, message)), "wa_message_id": .string(id(index, message)),
                    "chatId": .string(name), "from": .string(name), "fromMe": false, "type": "text",
                    "contactName": .string("Customer \(index)"), "content": ["text": .string("\(message)")],
                ]
                if message % 3 == 0 { payload["chatLid"] = .string(lid(index)) }
                return ParsedEvent(type: .messageReceived, session: "demo", chat: name, payload: payload)
            }
        }
        var results: [EventProcessingResult] = []
        let acceptance = try await store.accept(events, source: "test", at: now)
        for (number, (accepted, event)) in zip(acceptance, events).enumerated() {
            let stored = Event(
                id: accepted.id, source: "test", type: event.type, session: event.session, chat: event.chat,
                occurredAt: nil, receivedAt: now, payload: event.payload)
            results.append(
                EventProcessingResult(
                    event: accepted.id,
                    deliveries: [
                        PlannedDelivery(
                            of: stored, to: "desk",
                            lane: settings.lane(session: event.session, chat: chat(number % chats)),
                            pipeline: "default", signing: nil)
                    ]))
        }
        try await store.commit(results, at: now)
    }

    private func check(_ chatwoot: ChatwootDouble) {
        #expect(chatwoot.contacts.count == chats)
        #expect(chatwoot.contactInboxes.count == chats)
        #expect(chatwoot.conversations.count == chats)
        #expect(chatwoot.messages.count == chats * messagesEach)
        let wrong = chatwoot.conversations.filter { conversation in
            let source = chatwoot.contactInboxes.first { $0.id == conversation.contactInboxID }?.sourceID ?? ""
            guard let index = Int(source.dropFirst("wa-55119".count)) else { return true }
            let expected = (0..<messagesEach).map { "WAID:" + id(index - 81_000_000, $0) }
            return chatwoot.messages(in: conversation.id).map(\.sourceID) != expected
        }
        #expect(wrong.isEmpty, "\(wrong.count) conversations have other messages, or in another order")
    }
}

private struct SingleDestinationProvider: DestinationLookup {
    let destination: any Destination

    func destination(_ key: DestinationKey) -> (any Destination)? { destination }
}
