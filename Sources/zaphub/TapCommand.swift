import ArgumentParser
import Glibc
import RelayHTTPClient
import RelayJSON

struct TapCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tap",
        abstract: "Shows what happens in a running relay while it happens: events at any stage, and attempts.",
        discussion: """
            zaphub tap                                    what comes in, is lost on the way, and goes out
            zaphub tap default                            before and after each stage of a pipeline
            zaphub tap default.media --point after        after one stage
            zaphub tap --destination crm                  the attempts of a destination
            zaphub tap --filter '.status >= 500'          a jq expression on what --format json shows
            zaphub tap --sample 10/s --duration 30s       not all of it, and not for ever

            It shows message texts and phone numbers.
            """
    )

    @Argument(help: "Only in this pipeline, or at one of its stages: PIPELINE or PIPELINE.STAGE.")
    var place: String?

    @Option(help: "accepted, before, after, dropped, failed or attempt; several with commas.")
    var point: String?
    @Option(help: "Only what this jq expression is true of.")
    var filter: String?
    @Option(help: "Only of this session.")
    var session: String?
    @Option(help: "Only attempts to this destination: a name of the configuration, or wh_….")
    var destination: String?
    @Option(help: "Only events of these types: names or message.*, several with commas.")
    var type: String?
    @Option(help: "Only some: N for one in N, or a rate such as 10/s.")
    var sample: String?
    @Option(help: "End after so many.")
    var limit: Int?
    @Option(help: "End after this time: 30s, 5m.")
    var duration: String?
    @Option(help: "pretty or json; json is one document a line.")
    var format: Format = .pretty

    @Option(help: "The relay's base URL; default ZAPHUB_URL, or http://127.0.0.1:3100.")
    var server: String?
    @Option(help: "The API key; default ZAPHUB_API_KEY.")
    var apiKey: String?

    enum Format: String, ExpressibleByArgument, CaseIterable { case pretty, json }

    func run() async throws {
        let client = try RelayConnectionOptions.client(server: server, apiKey: apiKey)
        // The client ends its requests when it is released.
        defer { withExtendedLifetime(client) {} }
        let stream = try await client.stream("/api/v1/tap", query: query)
        var events = ServerSentEventParser(stream)
        let printer = TapPrinter(
            format: format, isColored: isatty(STDOUT_FILENO) == 1, width: terminalWidth(STDOUT_FILENO))
        while let event = try await events.next() {
            switch event.name {
            case "message": printer.show(event.data)
            case "lost":
                printError("-- \(event.data["count"]?.int ?? 0) lost here: they came faster than they were read --")
            case "note": printError("-- \(event.data["message"]?.string ?? "") --")
            case "end":
                guard event.data["reason"]?.string != "shutdown" else {
                    throw CommandError("The relay is shutting down.")
                }
                return
            default: break
            }
        }
        throw CommandError("The relay went away.")
    }

    private var query: [(String, String?)] {
        let parts = (place ?? "").split(separator: ".", maxSplits: 1).map(String.init)
        return [
            ("pipeline", parts.first), ("stage", parts.count > 1 ? parts[1] : nil), ("point", point),
            ("filter", filter), ("session", session), ("destination", destination), ("type", type),
            ("sample", sample), ("limit", limit.map(String.init)), ("duration", duration),
        ]
    }
}

/// The number of columns of a terminal; nil when the file is not a terminal.
func terminalWidth(_ file: Int32) -> Int? {
    var size = winsize()
    guard ioctl(file, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
}
