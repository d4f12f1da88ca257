import Foundation
import RelayJSON
import RelayTesting
import Testing

/// Names and pictures that a relay process requests from a gateway.
@Suite(.limitedConcurrency)
struct LookupFlowTests {
    private static func pipeline(_ gateway: ScriptedReceiver) -> String {
        """
        stages:
          - persist
          - enrich:
              lookup: { preset: waha, url: "\(gateway.url)", headers: { X-Api-Key: canary }, timeout: 60s }
          - deliver: [session]
        """
    }

    private func groupMessage(_ id: String) -> JSON {
        var document = baileysText(id)
        var message = document["data"]?["messages"]?[0] ?? .null
        message["key"] = [
            "remoteJid": "120363000000000001@g.us", "participant": "5511999999001@s.whatsapp.net", "fromMe": false,
            "id": .string(id),
        ]
        document["data"]?["messages"] = [message]
        return document
    }

    @Test func aGroupIsKnownByNameAtItsFirstMessage() async throws {
        let gateway = try ScriptedReceiver()
        defer { gateway.stop() }
        gateway.respond { request in
            if request.path.contains("/picture") {
                return .status(200, body: #"{"url": "https://pps.whatsapp.net/v/x.jpg?oe=7FFFFFFF"}"#)
            }
            return .status(200, body: #"{"id": "120363000000000001@g.us", "subject": "Ven\u0000\u202edas\u0007"}"#)
        }
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let relay = try RelayProcess(pipeline: Self.pipeline(gateway))
        defer { relay.remove() }
        try await relay.start()
        try await relay.addSession("main", webhook: ["url": .string(receiver.url)])

        _ = try await relay.call("POST", "/in/baileys", groupMessage("M1"))
        let first = try #require(try await receiver.next(count: 1).first)
        let payload = try #require(try JSON(parsing: first.body)["payload"])
        #expect(payload["groupName"] == "Vendas")
        #expect(payload["chatName"] == "Vendas")
        #expect(payload["groupImageUrl"] == "https://pps.whatsapp.net/v/x.jpg?oe=7FFFFFFF")
        #expect(payload["groupImageExpiresAt"] == 0x7FFF_FFFF)
        #expect(payload["participantName"] == "Maria Silva")
        #expect(gateway.requests.allSatisfy { $0.header("x-api-key") == "canary" })
        let asked = gateway.requests.count

        // The result is in the store, so neither the next message nor the next process requests it again.
        _ = try await relay.call("POST", "/in/baileys", groupMessage("M2"))
        _ = try await receiver.next(count: 2)
        try await relay.end()
        try await relay.start()
        _ = try await relay.call("POST", "/in/baileys", groupMessage("M3"))
        let third = try #require(try await receiver.next(count: 3).last)
        #expect(try JSON(parsing: third.body)["payload"]?["groupName"] == "Vendas")
        #expect(gateway.requests.count == asked)
        #expect(!relay.log.contains("canary"))
    }

    @Test func aGatewayThatIsDownCostsNoMessage() async throws {
        let gateway = try ScriptedReceiver(default: .status(503))
        defer { gateway.stop() }
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let relay = try RelayProcess(pipeline: Self.pipeline(gateway))
        defer { relay.remove() }
        try await relay.start()
        try await relay.addSession("main", webhook: ["url": .string(receiver.url)])
        for number in 1...3 { _ = try await relay.call("POST", "/in/baileys", groupMessage("M\(number)")) }
        let ids = try await receiver.next(count: 3).map { try JSON(parsing: $0.body)["payload"]?["messageId"]?.string }
        #expect(ids == ["M1", "M2", "M3"])
    }
}
