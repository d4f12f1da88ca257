import ArgumentParser
import RelayJSON

struct ReplayCommandGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Sends what was sent again, or runs stored events through the pipelines again.",
        discussion: """
            zaphub replay --since 2h --destination crm --dry-run
              shows what would be sent again
            zaphub replay --since 2h --destination crm --wait
              sends it, under its old ids
            zaphub replay --since 2h --from start --pipeline sales
              runs the events again: new deliveries with new ids
            zaphub help replay start
              lists all options
            """,
        subcommands: [Start.self, List.self, Show.self, Cancel.self],
        defaultSubcommand: Start.self
    )

    struct Start: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Makes a replay (the default).")

        @OptionGroup var server: RelayConnectionOptions
        @OptionGroup var selection: ReplaySelectionOptions
        @Flag(help: "Show what would go out, and change nothing.")
        var dryRun = false
        @Flag(help: "Wait for its end, and show how far it has come.")
        var wait = false

        func run() async throws {
            let client = try server.client()
            var body = selection.object
            if dryRun { body["dry_run"] = true }
            let answer = try await client.call("POST", ReplayCommandGroup.path, body: .object(body))
            let data = answer["data"] ?? .null
            for warning in data["warnings"]?.array ?? [] { printError("warning: \(warning.string ?? "")") }
            if dryRun { return printLine(server.json ? answer.prettyText : ReplayPreviewText.text(of: data)) }
            guard wait, let id = data["id"]?.string else {
                return printLine(server.json ? answer.prettyText : ReplayCommandGroup.table([data]))
            }
            try await follow(id, client)
        }

        /// Prints a line whenever the replay has progressed.
        private func follow(_ id: String, _ client: APIClient) async throws {
            var last = ""
            while true {
                let answer = try await client.call("GET", "\(ReplayCommandGroup.path)/\(APIClient.escape(id))")
                let data = answer["data"] ?? .null
                let line = ReplayCommandGroup.progress(data)
                if line != last && !server.json { printLine(line) }
                last = line
                switch data["state"]?.string {
                case "finished":
                    if server.json { printLine(answer.prettyText) }
                    return
                case "cancelled":
                    if server.json { printLine(answer.prettyText) }
                    throw ExitCode(1)
                default: try await Task.sleep(for: .milliseconds(500))
                }
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists replays, newest first.")

        @OptionGroup var server: RelayConnectionOptions
        @OptionGroup var page: PaginationOptions

        func run() async throws {
            let answer = try await server.client().call("GET", ReplayCommandGroup.path, query: page.query)
            if server.json { return printLine(answer.prettyText) }
            let replays = answer["data"]?.array ?? []
            printLine(replays.isEmpty ? "No replays." : ReplayCommandGroup.table(replays))
            if let cursor = answer["pagination"]?["next_cursor"]?.string {
                printLine("\nThere are more: --cursor \(cursor)")
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows one replay.")

        @OptionGroup var server: RelayConnectionOptions
        @Argument(help: "Its id, rpl_….")
        var id: String

        func run() async throws {
            let answer = try await server.client().call("GET", "\(ReplayCommandGroup.path)/\(APIClient.escape(id))")
            printLine((answer["data"] ?? .null).prettyText)
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ends a replay. Deliveries that are queued already still go out."
        )

        @OptionGroup var server: RelayConnectionOptions
        @Argument(help: "Its id, rpl_….")
        var id: String

        func run() async throws {
            let answer = try await server.client().call("DELETE", "\(ReplayCommandGroup.path)/\(APIClient.escape(id))")
            printLine(ReplayCommandGroup.progress(answer["data"] ?? .null))
        }
    }

    private static let path = "/api/v1/replays"

    private static func table(_ replays: [JSON]) -> String {
        let columns = ["id", "from", "state", "selected", "done", "skipped", "remaining", "failures", "rate"]
        var table = TextTable(columns.map { $0 == "id" ? "REPLAY" : $0.uppercased() })
        for replay in replays {
            table.add(columns.map { replay[$0]?.string ?? replay[$0]?.int.map { String($0) } ?? "" })
        }
        return table.text
    }

    private static func progress(_ replay: JSON) -> String {
        func count(_ name: String) -> Int64 { replay[name]?.int ?? 0 }
        return "\(replay["id"]?.string ?? "") \(replay["state"]?.string ?? ""): \(count("done")) of "
            + "\(count("selected")) done, \(count("skipped")) skipped, \(count("remaining")) remaining, "
            + "\(count("failures")) failures"
    }
}

/// The options that select the events and deliveries of a replay.
struct ReplaySelectionOptions: ParsableArguments {
    @Option(help: "Accepted at or after this moment (2026-01-31T08:00:00Z), or so long ago (2h, 3d).")
    var since: String?
    @Option(help: "Accepted before this moment, or so long ago.")
    var until: String?
    @Option(help: "Only of this session.")
    var session: String?
    @Option(help: "Only of this chat.")
    var chat: String?
    @Option(name: [.customLong("type"), .customLong("event-type")], help: "Only of this event type.")
    var type: String?
    @Option(help: "Only from this source.")
    var source: String?
    @Option(help: "Only this pipeline.")
    var pipeline: String?
    @Option(name: .customLong("event"), parsing: .upToNextOption, help: "Only these events (evt_…).")
    var events: [String] = []
    @Option(
        name: .customLong("destination"), parsing: .upToNextOption,
        help: "Only to these destinations: names of the configuration, or wh_….")
    var destinations: [String] = []
    @Option(help: "deliver: send deliveries again as they are; start: run the events through the pipelines again.")
    var from = "deliver"
    @Option(help: "With --from deliver: delivered, dead, cancelled; several with commas. Default delivered,dead.")
    var state: String?
    @Option(help: "How many at most: 50/s, 600/m, 1000/h. Default 50/s.")
    var rate: String?

    /// The body of `POST /api/v1/replays`; the relay checks it.
    var object: JSONObject {
        var object: JSONObject = ["from": .string(from)]
        let texts = [
            ("since", since), ("until", until), ("session", session), ("chat", chat), ("event_type", type),
            ("source", source), ("pipeline", pipeline), ("rate", rate),
        ]
        for (name, text) in texts { if let text { object[name] = .string(text) } }
        let lists = [
            ("events", events), ("destinations", destinations),
            ("states", state?.split(separator: ",").map(String.init) ?? []),
        ]
        for (name, list) in lists where !list.isEmpty { object[name] = .array(list.map { .string($0) }) }
        return object
    }
}
