import Foundation
import Logging
import RelayConfig
import RelayCore
import RelayDestinations
import RelayHTTPClient
import RelayStages
import RelayTesting
import Testing

/// A destination that sends to WhatsApp, with a receiver as its gateway.
struct WhatsAppSender: Sendable {
    let destination: any Destination
    let receiver: ScriptedReceiver
    let ledger: InMemoryForwardingLedger

    func send(
        text: String?,
        attachments: [String] = [],
        quoted: String? = nil,
        more: String = "",
        place: String = "",
        attempt: Int = 1,
        chat: String = "5511999999001@s.whatsapp.net"
    ) async -> AttemptResult {
        let quote = quoted.map { #""quoted": {"messageId": "\#($0)"}, "# } ?? ""
        let content = text.map { "\"\($0)\"" } ?? "null"
        let body = #"""
            {"event": "message.send", "sessionId": "main", "payload": {"commandId": "cw-1-9010", \#(more)\#(quote)"chatId": "\#(chat)",
             "text": \#(content), "attachments": [\#(attachments.joined(separator: ","))],
             "chatwoot": {"account": 1, "inbox": 7, "conversation": 128, \#(place)"message": 9010}}}
            """#
        return await destination.send(delivery(.messageSend, body, attempt), at: moment)
    }

    func revoke() async -> AttemptResult {
        let body = #"""
            {"event": "message.revoke", "sessionId": "main", "payload": {"commandId": "cw-1-9010",
             "chatId": "5511999999001@s.whatsapp.net", "chatwoot": {"account": 1, "message": 9010}}}
            """#
        return await destination.send(delivery(.messageRevoke, body, 1), at: moment)
    }

    /// Reports a dead letter to the destination, as the dispatcher does.
    func giveUp(after result: AttemptResult) async {
        let body = #"""
            {"event": "message.send", "sessionId": "main", "payload": {"commandId": "cw-1-9010",
             "chatId": "5511999999001@s.whatsapp.net", "text": "Two pictures",
             "attachments": [{"kind":"image","url":"https://cw.example/1.jpg"},{"kind":"image","url":"https://cw.example/2.jpg"}],
             "chatwoot": {"account": 1, "inbox": 7, "conversation": 128, "message": 9010}}}
            """#
        await destination.gaveUp(delivery(.messageSend, body, 3), after: result, at: moment)
    }

    func delivery(_ type: EventType, _ body: String, _ attempt: Int) -> ClaimedDelivery {
        ClaimedDelivery(
            id: DeliveryID(42), destination: "phone", session: "main", type: type,
            chat: "5511999999001@s.whatsapp.net", attempt: attempt, attemptInSeries: attempt, seriesStartedAt: moment,
            receivedAt: moment, signing: nil, body: Array(body.utf8)
        )
    }
}

func withSender<Result>(
    _ gateway: WhatsAppGatewayAdapterTests.Gateway,
    ledger: InMemoryForwardingLedger = InMemoryForwardingLedger(),
    _ body: (WhatsAppSender) async throws -> Result
) async throws -> Result {
    try await withReceiver(.status(200, body: gateway.answer)) { receiver, engine in
        let destination = try BuiltIn.destination(
            """
            type: whatsapp
            provider: \(gateway.name)
            url: \(receiver.url)
            reports_to: desk
            timeout: 30s
            \(gateway.options)
            """, sender: engine, ledger: ledger, chatwoot: receiver.url)
        return try await body(WhatsAppSender(destination: destination, receiver: receiver, ledger: ledger))
    }
}

/// Creates destinations of the built-in kinds from a configuration.
enum BuiltIn {
    /// - Parameter options: the options of one destination, which may connect to `127.0.0.1`.
    static func destination(_ options: String) throws -> (destination: any Destination, engine: CurlEngine) {
        let engine = try CurlEngine(guard: EgressGuard(allow: ["127.0.0.1"]), logger: Logger(label: "test"))
        return (
            try destination(options, sender: engine, ledger: InMemoryForwardingLedger(), clock: SystemClock()), engine
        )
    }

    /// - Parameter chatwoot: the URL of the destination `desk`, which others may report to.
    static func destination(
        _ options: String, sender: any HTTPClient, ledger: any ForwardingLedger, clock: any RelayClock = ManualClock(),
        chatwoot: String = "http://127.0.0.1:9"
    ) throws -> any Destination {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("relay-\(UUID())")
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("pipelines"), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try "stages: [drop]".write(
            to: folder.appendingPathComponent("pipelines/none.yaml"), atomically: true, encoding: .utf8)
        let file = folder.appendingPathComponent("config.yaml")
        let indented = options.split(separator: "\n").map { "    \($0)\n" }.joined()
        let desk = "  desk: { type: chatwoot, url: \"\(chatwoot)\", account: 1, inbox: 7, token: agent }\n"
        try "version: 1\ndestinations:\n  subject:\n\(indented)\(desk)".write(
            to: file, atomically: true, encoding: .utf8)
        let registry = ConfigurationKindRegistry(
            stages: BuiltInStages.all, destinations: BuiltInDestinations.all, formats: [], transports: [])
        let configuration = try RelayConfiguration.load(path: file.path, environment: [:], registry: registry)
            .configuration
        let environment = DestinationBuildContext(
            configuration, sender: sender,
            sinks: SharedLineSinks(clock: clock, logger: Logger(label: "test")), ledger: ledger, clock: clock)
        return try #require(
            configuration.destinations.first { $0.name == "subject" }?.destination(in: environment))
    }
}
