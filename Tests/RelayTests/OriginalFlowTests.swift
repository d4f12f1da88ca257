import Foundation
import RelayJSON
import RelayTesting
import Testing

/// Documents as gateways posted them (`body: original`), through a real relay to real receivers.
@Suite(.limitedConcurrency)
struct OriginalFlowTests {
    private static let formats = [
        "baileys", "evolution", "evolution_go", "waha", "gowa", "cloud_api", "native", "chatwoot",
    ]

    /// Two consumers of originals, one of them with headers, and one of events.
    private func relay(
        _ receiver: ScriptedReceiver, retry: String = "patient", pipeline: String? = nil
    ) throws -> RelayProcess {
        let sources = Self.formats.map { "  \($0): { transport: http, format: \($0), session: main }" }
        return try RelayProcess(
            configuration: """
                version: 1
                server: { listen: "127.0.0.1:0" }
                store: { url: "sqlite:data/zaphub.db" }
                sources:
                \(sources.joined(separator: "\n"))
                destinations:
                  first:
                    type: webhook
                    url: "\(receiver.url)/first"
                    body: original
                    original_headers: [X-Hub-Signature-256, X-Webhook-Hmac]
                    retry: \(retry)
                  second: { type: webhook, url: "\(receiver.url)/second", body: original, retry: \(retry) }
                  events: { type: webhook, url: "\(receiver.url)/events", retry: \(retry) }
                retry_policies:
                  patient: { max_attempts: 1000, backoff: { initial_interval: 20ms, max_interval: 100ms, multiplier: 2 } }
                  once: { max_attempts: 1 }
                delivery: { breaker: { failures: 5, probe_interval: 50ms, max_probe_interval: 200ms } }
                egress: { allow: ["127.0.0.1"] }
                """,
            pipeline: pipeline ?? "stages:\n  - persist\n  - deliver: [first, second, events]\n")
    }

    private static func example(_ name: String) throws -> [UInt8] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return [UInt8](try Data(contentsOf: root.appendingPathComponent("examples/events/\(name).json")))
    }

    /// A document in a spelling that no JSON encoder has.
    private static func odd(_ document: [UInt8], _ number: Int) -> [UInt8] {
        Array("\r\n ".utf8) + document + Array(String(repeating: "\t\n", count: number + 1).utf8)
    }

    private func requests(_ receiver: ScriptedReceiver, _ path: String) -> [ScriptedReceiver.Request] {
        receiver.requests.filter { $0.path == path }
    }

    @Test func fieldsOfOneNameStayApart() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let relay = try relay(receiver)
        defer { relay.remove() }
        try await relay.start()
        let headers = [
            ("X-Webhook-Hmac", "one"), ("X-Webhook-Hmac", "two, three"), ("X-Hub-Signature-256", "sha256=a"),
        ]
        let answer = try await relay.call(
            "POST", "/in/baileys", raw: Array(baileysText("M1").text.utf8), headers: headers)
        #expect(answer.status == 200)
        try await relay.eventually("it is there") { requests(receiver, "/first").count == 1 }
        let fields = try #require(requests(receiver, "/first").first).headers
            .filter { $0.0 == "x-webhook-hmac" }
        #expect(fields.map(\.1) == ["one", "two, three"])
    }

    @Test func everyFormatsDocumentsArriveByteForByte() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let relay = try relay(receiver)
        defer { relay.remove() }
        try await relay.start()
        var documents: [(source: String, bytes: [UInt8])] = []
        for (source, name) in [
            ("baileys", "text"), ("baileys", "image"), ("evolution", "evolution"), ("evolution_go", "evolution_go"),
            ("waha", "waha"), ("gowa", "gowa"), ("cloud_api", "cloud_api"), ("native", "native"),
        ] {
            documents.append((source, Self.odd(try Self.example(name), documents.count)))
        }
        // Without an event in it, with an unusual spelling, and one that agents' changes in Chatwoot make.
        let empty =
            #"{"object":"whatsapp_business_account","entry":[{"id":"9","changes":[{"field":"account_update","#
            + #""value":{"event":"\u0056ERIFIED","ratio":1.0e1,"emoji":"😀"}}]}]}"#
        documents.append(("cloud_api", Array(empty.utf8)))
        documents.append(("chatwoot", Array(#"{ "event" : "conversation_updated", "id" : 1 }"#.utf8)))
        // The key with which the gateway's polls and comments are decrypted.
        let secret = #""messageContextInfo":{"messageSecret":"a2V5LW9mLXRoZS1tZXNzYWdl"},"conversation""#
        let keyed = baileysText("KEYED").text.replacing(#""conversation""#, with: secret)
        documents.append(("baileys", Array(keyed.utf8)))
        // The same document again is another document.
        documents.append(documents[0])
        var events = 0
        for (index, document) in documents.enumerated() {
            let answer = try await relay.call(
                "POST", "/in/\(document.source)", raw: document.bytes,
                headers: [
                    ("X-Hub-Signature-256", "sha256=\(index)  a"), ("X-Webhook-Hmac", "MAC-\(index)"),
                    ("X-Other", "never"), ("Authorization", "never"),
                ])
            #expect(answer.status == 200, "\(document.source): \(answer.document.text)")
            events += Int(answer.document["data"]?["accepted"]?.int ?? 0)
        }
        #expect(events >= 8, "the answer counts the events, without the document")
        try await relay.eventually("all is delivered") {
            try await relay.count("delivered") == 2 * documents.count + events
        }
        for path in ["/first", "/second"] {
            let got = requests(receiver, path)
            let order = Dictionary(
                grouping: got.indices, by: { got[$0].header("x-zaphub-delivery")?.split(separator: "-")[1] ?? "" })
            #expect(got.count == documents.count)
            for (source, indices) in order {
                let wanted = documents.indices.filter { documents[$0].source == source }
                #expect(indices.map { got[$0].body } == wanted.map { documents[$0].bytes }, "\(path) of \(source)")
                guard path == "/first" else { continue }
                #expect(indices.map { got[$0].header("x-hub-signature-256") } == wanted.map { "sha256=\($0)  a" })
                #expect(indices.map { got[$0].header("x-webhook-hmac") } == wanted.map { "MAC-\($0)" })
            }
            for request in got {
                #expect(request.header("content-type") == "application/json")
                #expect(request.header("x-other") == nil && request.header("authorization") == nil)
                #expect(request.header("x-zaphub-event") == "document.received")
                #expect(!request.text.contains("deliveryId"))
                if path == "/second" {
                    #expect(request.header("x-hub-signature-256") == nil && request.header("x-webhook-hmac") == nil)
                }
            }
        }
        // Key material goes out to whoever takes originals, and to nobody else.
        let canary = "a2V5LW9mLXRoZS1tZXNzYWdl"
        #expect(requests(receiver, "/first").contains { $0.text.contains(canary) })
        let others = requests(receiver, "/events")
        #expect(others.count == events)
        #expect(!others.contains { $0.text.contains(canary) })
        #expect(!others.contains { $0.header("x-zaphub-event") == "document.received" })
        // No session comes of a source.
        let sessions = try await relay.call("GET", "/api/v1/sessions").document["data"]?.array ?? []
        #expect(!sessions.contains { Self.formats.contains($0["id"]?.string ?? "") })
    }

    @Test func aRefusedDocumentIsNotForwarded() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let relay = try relay(receiver)
        defer { relay.remove() }
        try await relay.start()
        for text in ["{", "[]x", #"{"what": "is this"}"#] {
            let answer = try await relay.call("POST", "/in/baileys", raw: Array(text.utf8))
            #expect((400..<500).contains(answer.status))
        }
        #expect(try await relay.call("POST", "/in/baileys", raw: try Self.example("text")).status == 200)
        try await relay.eventually("all is delivered") { try await relay.count("delivered") == 3 }
        #expect(requests(receiver, "/first").map(\.body) == [try Self.example("text")])
    }

    /// Through failures, a crash and a restart.
    @Test func documentsOfASourceKeepTheirOrder() async throws {
        let receiver = try ScriptedReceiver(default: .status(500))
        defer { receiver.stop() }
        let relay = try relay(receiver)
        defer { relay.remove() }
        try await relay.start()
        var documents: [[UInt8]] = []
        for index in 0..<12 {
            let session = "s\(index % 3)"
            let document = baileysText("M\(index)", chat: "55119999990\(10 + index % 4)", session: session).bytes
            documents.append(document)
            // The path's session does not divide them.
            #expect(try await relay.call("POST", "/in/baileys/\(session)", raw: document).status == 200)
            if index == 5 {
                try await relay.end(SIGKILL)
                try await relay.start()
            }
        }
        receiver.respond { _ in .status(200) }
        try await relay.eventually("all is delivered") { try await relay.count("delivered") == 3 * documents.count }
        for path in ["/first", "/second"] {
            var seen: Set<String> = []
            var first: [[UInt8]] = []
            // Those that failed before come again, under their ids: the last is the one that was taken.
            for request in requests(receiver, path).reversed() {
                guard seen.insert(request.header("x-zaphub-delivery") ?? "").inserted else { continue }
                first.insert(request.body, at: 0)
            }
            #expect(first == documents, "\(path)")
        }
    }

    @Test func deadLettersAndReplaysAreLikeEverythingElse() async throws {
        let receiver = try ScriptedReceiver(default: .status(400))
        defer { receiver.stop() }
        let relay = try relay(receiver, retry: "once", pipeline: "stages:\n  - deliver: [first]\n")
        defer { relay.remove() }
        try await relay.start()
        let document = Self.odd(try Self.example("text"), 3)
        let answer = try await relay.call(
            "POST", "/in/baileys", raw: document, headers: [("X-Hub-Signature-256", "sha256=ab")])
        #expect(answer.status == 200)
        try await relay.eventually("it is dead") { try await relay.count("dead") == 1 }
        receiver.respond { _ in .status(200) }
        #expect(try await relay.call("POST", "/api/v1/dead-letters/replay", ["all": true]).status == 200)
        try await relay.eventually("it is delivered") { try await relay.count("delivered") == 1 }
        for from in ["deliver", "start"] {
            let before = receiver.requests.count
            let made = try await relay.call("POST", "/api/v1/replays", ["since": "1h", "from": .string(from)])
            #expect(made.status == 201)
            try await relay.eventually("it is sent again") { receiver.requests.count == before + 1 }
        }
        let requests = receiver.requests
        #expect(requests.count == 4)
        #expect(requests.map(\.body) == [[UInt8]](repeating: document, count: 4))
        #expect(requests.allSatisfy { $0.header("x-hub-signature-256") == "sha256=ab" })
        let ids = requests.map { $0.header("x-zaphub-delivery") ?? "" }
        #expect(Set(ids.prefix(3)).count == 1 && ids[3] != ids[0], "only a new run has a new id")
    }

    @Test func aWebhookOfASessionCannotTakeOriginals() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let relay = try relay(receiver)
        defer { relay.remove() }
        try await relay.start()
        #expect(try await relay.call("POST", "/api/v1/sessions", ["id": "main"]).status == 201)
        let answer = try await relay.call(
            "POST", "/api/v1/sessions/main/webhooks", ["url": .string(receiver.url), "body": "original"])
        #expect(answer.status == 422)
        #expect(answer.document["error"]?["message"]?.string?.contains("destinations of the configuration") == true)
    }
}
