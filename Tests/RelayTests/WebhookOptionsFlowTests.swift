import Foundation
import RelayJSON
import RelayTesting
import Testing

/// Webhooks that are managed over REST, with the options of a destination, through a real relay to a real receiver.
@Suite(.limitedConcurrency)
struct WebhookOptionsFlowTests {
    private static let chat = "5511999999001@s.whatsapp.net"

    private func post(_ messages: [String], to relay: RelayProcess) async throws {
        for message in messages {
            #expect(
                try await relay.call("POST", "/in/baileys", baileysText(message, text: "oi \(message)")).status == 200)
        }
    }

    /// The contents of the files in the relay's data folder, including the write-ahead log.
    private func files(of relay: RelayProcess) throws -> [String: String] {
        let data = relay.folder.appendingPathComponent("data")
        return try FileManager.default.contentsOfDirectory(atPath: data.path).filter { $0.hasPrefix("zaphub.db") }
            .reduce(into: [:]) { texts, name in
                texts[name] = String(
                    decoding: try Data(contentsOf: data.appendingPathComponent(name)), as: UTF8.self)
            }
    }

    @Test func aBodyAndHeadersAreMadeFromTheEventBeforeAndAfterARestart() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let relay = try RelayProcess()
        defer { relay.remove() }
        try await relay.start()
        let options: JSON = [
            "url": .string(receiver.url + "/hook"),
            "events": "message.received",
            "content_type": "application/json",
            "body": "{\"text\": \"{{payload.content.text}}\", \"token\": \"body-canary\"}",
            "headers": ["X-Chat": "{{payload.chatId}}", "X-Api-Key": "header-canary"],
            "timeout": "5s", "ordering": "none", "max_in_flight": 2, "rate_limit": "600/m",
        ]
        let (id, secret) = try await relay.addSession("main", webhook: options)
        let before = try await relay.call("GET", "/api/v1/sessions/main/webhooks/\(id)").document["data"]

        try await post(["M1"], to: relay)
        _ = try await receiver.next(count: 1)
        for (name, text) in try files(of: relay) {
            for canary in ["body-canary", "header-canary", secret] {
                #expect(!text.contains(canary), "\(canary) is in \(name)")
            }
        }
        try await relay.end()
        try await relay.start()
        #expect(try await relay.call("GET", "/api/v1/sessions/main/webhooks/\(id)").document["data"] == before)
        try await post(["M2"], to: relay)
        _ = try await receiver.next(count: 2)

        let requests = receiver.requests
        try #require(requests.count == 2)
        for (request, message) in zip(requests, ["M1", "M2"]) {
            let body = String(decoding: request.body, as: UTF8.self)
            #expect(body == "{\"text\": \"oi \(message)\", \"token\": \"body-canary\"}")
            #expect(request.header("content-type") == "application/json")
            #expect(request.header("x-chat") == Self.chat)
            #expect(request.header("x-api-key") == "header-canary")
        }
    }

    @Test func aBatchIsOneRequest() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let relay = try RelayProcess()
        defer { relay.remove() }
        try await relay.start()
        try await relay.addSession(
            "main",
            webhook: [
                "url": .string(receiver.url), "events": "message.received",
                "batch": ["max_events": 3, "max_wait": "1h"],
            ])
        try await post(["M1", "M2", "M3"], to: relay)
        _ = try await receiver.next(count: 1)
        let request = try #require(receiver.requests.first)
        let events = try #require(try JSON(parsing: request.body).array)
        #expect(events.map { $0["payload"]?["messageId"] } == ["M1", "M2", "M3"])
        #expect(request.header("x-zaphub-batch") == "3")
        try await relay.eventually("delivered") { try await relay.count("delivered") == 3 }
        #expect(receiver.requests.count == 1)
    }

    /// A caller of the API must not be able to read the environment or the files of the relay's machine.
    @Test func variablesAndFilesAreText() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let relay = try RelayProcess(environment: ["ZAPHUB_TEST_CANARY": "environment-canary"])
        defer { relay.remove() }
        try await relay.start()
        let file = relay.folder.appendingPathComponent("canary.txt")
        try "file-canary".write(to: file, atomically: true, encoding: .utf8)
        let references = ["${ZAPHUB_TEST_CANARY}", "${file:\(file.path)}", "file:\(file.path)", "$${X:-y}"]
        let (id, _) = try await relay.addSession(
            "main",
            webhook: [
                "url": .string(receiver.url + "/${ZAPHUB_TEST_CANARY}"), "events": "message.received",
                "headers": ["X-A": .string(references[0]), "X-B": .string(references[1])],
                "body": .string(references.joined(separator: "\n")),
            ])
        for option in ["timeout", "rate_limit", "retry", "ordering"] {
            let change: JSON = .object(JSONObject([(option, .string(references[0]))]))
            let answer = try await relay.call("PATCH", "/api/v1/sessions/main/webhooks/\(id)", change)
            #expect(answer.status == 422, "\(option)")
            #expect(!answer.document.text.contains("environment-canary"))
        }
        try await post(["M1"], to: relay)
        _ = try await receiver.next(count: 1)
        let request = try #require(receiver.requests.first)
        #expect(request.header("x-a") == references[0])
        #expect(request.header("x-b") == references[1])
        #expect(String(decoding: request.body, as: UTF8.self) == references.joined(separator: "\n"))
        #expect(request.path == "/$%7BZAPHUB_TEST_CANARY%7D")
        #expect(!request.headers.contains { $0.1.contains("-canary") })
    }

    @Test func criteriaDecideWhatAWebhookGets() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let relay = try RelayProcess()
        defer { relay.remove() }
        try await relay.start()
        let keeps: [(path: String, keep: JSON)] = [
            ("/all", ["history": true]), ("/new", ["max_age": "10m"]), ("/own", ["from_me": true]),
            ("/images", ["types": ["image"]]), ("/groups", ["chats": ["group"]]),
            ("/private", ["chats": ["private"], "from_me": false, "types": ["text"]]),
        ]
        for (index, webhook) in keeps.enumerated() {
            let options: JSON = ["url": .string(receiver.url + webhook.path), "criteria": webhook.keep]
            if index == 0 {
                _ = try await relay.addSession("main", webhook: options)
            } else {
                #expect(try await relay.call("POST", "/api/v1/sessions/main/webhooks", options).status == 201)
            }
        }
        // The message is years old.
        try await post(["M1"], to: relay)
        _ = try await receiver.next(count: 2)
        try await relay.eventually("delivered") { try await relay.count("delivered") == 2 }
        #expect(try await relay.count("queued") == 0)
        #expect(Set(receiver.requests.map(\.path)) == ["/all", "/private"])
    }
}
