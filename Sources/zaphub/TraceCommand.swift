import ArgumentParser
import RelayJSON

struct TraceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract:
            "Shows what happened to one event: every stage, every delivery, every attempt, with times and reasons.",
        discussion: """
            It was written down while it happened, so a later configuration does not change it. Ids are in the answers to
            gateways (evt_…), in every delivery (deliveryId), and in `zaphub deliveries` and `zaphub dead-letters`.
            """
    )

    @Argument(help: "An event's id (evt_…), or a deliveryId or its last 13 letters.")
    var id: String

    @Option(help: "text or json.")
    var format: Format = .text

    @Option(help: "The relay's base URL; default ZAPHUB_URL, or http://127.0.0.1:3100.")
    var server: String?
    @Option(help: "The API key; default ZAPHUB_API_KEY.")
    var apiKey: String?

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    func run() async throws {
        let client = try RelayConnectionOptions.client(server: server, apiKey: apiKey)
        let answer = try await client.call("GET", "/api/v1/events/\(APIClient.escape(id))/trace")
        let trace = answer["data"] ?? .null
        printLine(format == .json ? trace.prettyText : TraceTreeText(trace).text)
    }
}
