import Foundation
import RelayCore
import RelayDestinations
import RelayJSON
import RelayTesting
import Synchronization
import Testing

/// A relay process that sends batches to a real receiver.
@Suite(.limitedConcurrency)
struct BatchFlowTests {
    private static let secret = "whsec_YmF0Y2ggYmF0Y2ggYmF0Y2ggYmF0Y2gh"

    private func relay(_ receiver: ScriptedReceiver, batch: String) throws -> RelayProcess {
        try RelayProcess(
            configuration: RelayProcess.configuration(
                extra: """
                    destinations:
                      crm: { type: webhook, url: "\(receiver.url)", secret: \(Self.secret), retry: patient, batch: \(batch) }
                    """
            ),
            pipeline: "stages:\n  - sign: standard_webhooks\n  - deliver: [crm]\n"
        )
    }

    private func events(_ request: ScriptedReceiver.Request) -> [JSON] {
        (try? JSON(parsing: request.body))?.array ?? []
    }

    private func post(_ message: String, chat: String, to relay: RelayProcess) async throws {
        #expect(try await relay.call("POST", "/in/baileys", baileysText(message, chat: chat)).status == 200)
    }

    @Test func aBatchThatAKillCutsOffComesAgainAsItWas() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        receiver.script([.hang])
        let relay = try relay(receiver, batch: "{ max_events: 5, max_wait: 1h }")
        defer { relay.remove() }
        try await relay.start()
        for number in 0..<5 { try await post("M\(number)", chat: "551199999000\(number % 2)", to: relay) }
        _ = try await receiver.next(count: 1)
        #expect(try await relay.count("in_flight") == 5)
        try await relay.end(SIGKILL)
        try await relay.start()
        _ = try await receiver.next(count: 2)
        try await relay.eventually("delivered") { try await relay.count("delivered") == 5 }

        let requests = receiver.requests
        try #require(requests.count == 2)
        #expect(requests[0].body == requests[1].body)
        #expect(requests[0].header("webhook-id") == requests[1].header("webhook-id"))
        #expect(requests[1].header("x-zaphub-batch") == "5")
        #expect(
            events(requests[1]).compactMap { $0["payload"]?["messageId"]?.string } == ["M0", "M1", "M2", "M3", "M4"])
        let verifier = try #require(StandardWebhooksVerifier(secret: Self.secret))
        let verdict = verifier.verify(body: requests[1].body, at: SystemClock().wall) { requests[1].header($0) }
        #expect(verdict == .valid)
        let ids = events(requests[1]).compactMap { $0["deliveryId"]?.string }
        #expect(Set(ids).count == 5)
        for id in ids {
            let shown = try await relay.call("GET", "/api/v1/deliveries/\(id)").document["data"]
            #expect(shown?["state"] == "delivered")
            #expect(shown?["attempts"]?.array?.count == 2)
        }
    }

    private static func messages(of chat: String) -> [String] { (0..<60).map { "M\(chat)-\($0)" } }

    /// Posts each message until it is accepted. A message whose response was lost may have been stored.
    private static func postAll(_ messages: [String], chat: String, to relay: RelayProcess) async throws {
        for message in messages {
            while true {
                let answer = try? await relay.call("POST", "/in/baileys", baileysText(message, chat: chat))
                if answer?.status == 200 { break }
                try await Task.sleep(for: .milliseconds(5))
            }
        }
    }

    /// The process is killed at random times, and the receiver fails in every way; all messages arrive, in order within
    /// their chat.
    @Test
    func killsAndRefusalsLoseNothingAndKeepEveryChatInOrder() async throws {
        struct Received: Sendable {
            var order: [String: [String]] = [:]
            var seen: Set<String> = []
            var largest = 0
        }
        let received = Mutex(Received())
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        receiver.respond { request in
            let events = (try? JSON(parsing: request.body))?.array ?? []
            switch Int.random(in: 0..<12) {
            case 0: return .status(503)
            case 1 where events.count > 1: return .status(422)
            case 2 where events.count > 4: return .status(413)
            case 3: return .reset
            default: break
            }
            received.withLock { received in
                received.largest = max(received.largest, events.count)
                for event in events {
                    guard let message = event["payload"]?["messageId"]?.string,
                        let chat = event["payload"]?["chatId"]?.string, received.seen.insert(message).inserted
                    else { continue }
                    received.order[chat, default: []].append(message)
                }
            }
            return .status(200)
        }
        let relay = try relay(receiver, batch: "{ max_events: 10, max_wait: 30ms }")
        defer { relay.remove() }
        try await relay.start()
        let chats = (10..<16).map { "55119999990\($0)" }
        try await withThrowingTaskGroup { group in
            for chat in chats {
                group.addTask { try await Self.postAll(Self.messages(of: chat), chat: chat, to: relay) }
            }
            for _ in 1...8 {
                try await Task.sleep(for: .milliseconds(Int.random(in: 20...200)))
                try await relay.end(SIGKILL)
                try await relay.start()
            }
            try await group.waitForAll()
        }
        try await relay.eventually("everything arrives") {
            received.withLock { $0.seen.count } == 360
        }
        try await relay.eventually("the queue is empty") { try await relay.count("queued", "in_flight") == 0 }
        #expect(
            received.withLock { $0.order }
                == Dictionary(
                    uniqueKeysWithValues: chats.map { ("\($0)@s.whatsapp.net", Self.messages(of: $0)) }))
        #expect(received.withLock { $0.largest } > 1)
        #expect(try await relay.count("dead") == 0)
    }
}
