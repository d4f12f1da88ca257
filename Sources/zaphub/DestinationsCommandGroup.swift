import ArgumentParser
import RelayJSON

struct DestinationsCommandGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "destinations",
        abstract: "Lists, pauses and resumes destinations of a running relay.",
        subcommands: [List.self, Pause.self, Resume.self],
        defaultSubcommand: List.self
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists destinations, with what they hold and since when.")

        @OptionGroup var server: RelayConnectionOptions

        func run() async throws {
            let answer = try await server.client().call("GET", DestinationsCommandGroup.path)
            if server.json { return printLine(answer.prettyText) }
            let destinations = answer["data"]?.array ?? []
            printLine(destinations.isEmpty ? "No destinations." : DestinationsCommandGroup.table(destinations))
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Stops sending to a destination: its deliveries are held until it is resumed.")

        @OptionGroup var server: RelayConnectionOptions
        @Argument(help: "A name of the configuration, or wh_….")
        var key: String

        func run() async throws {
            let path = "\(DestinationsCommandGroup.path)/\(APIClient.escape(key))/pause"
            let answer = try await server.client().call("POST", path)
            printLine(server.json ? answer.prettyText : DestinationsCommandGroup.table([answer["data"] ?? .null]))
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sends to a destination again: what it held goes out as fast as it may, or at a --rate.")

        @OptionGroup var server: RelayConnectionOptions
        @Option(help: "The rate of requests at which what was held goes out, such as 20/s or 600/m.")
        var rate: String?
        @Argument(help: "A name of the configuration, or wh_….")
        var key: String

        func run() async throws {
            let path = "\(DestinationsCommandGroup.path)/\(APIClient.escape(key))/resume"
            let body: JSON? = rate.map { ["rate": .string($0)] }
            let answer = try await server.client().call("POST", path, body: body)
            printLine(server.json ? answer.prettyText : DestinationsCommandGroup.table([answer["data"] ?? .null]))
        }
    }

    private static let path = "/api/v1/destinations"

    private static func table(_ destinations: [JSON]) -> String {
        var table = TextTable(["DESTINATION", "KIND", "STATE", "QUEUED", "IN FLIGHT", "DEAD", "WHY"])
        for destination in destinations {
            let count = { (state: String) in String(destination["counts"]?[state]?.int ?? 0) }
            table.add([
                destination["key"]?.string ?? "", destination["kind"]?.string ?? "-",
                destination["state"]?.string ?? "", count("queued"), count("in_flight"), count("dead"),
                why(destination),
            ])
        }
        return table.text
    }

    private static func why(_ destination: JSON) -> String {
        if let pause = destination["pause"], !pause.isNull {
            let since = pause["since"]?.string.map { " since \($0)" } ?? ""
            return "holds \(pause["held"]?.int ?? 0)\(since) (\(pause["reason"]?.string ?? ""))"
        }
        if let release = destination["release"], !release.isNull {
            return "releases \(release["remaining"]?.int ?? 0) at \(release["rate"]?.string ?? "")"
        }
        if let wait = destination["waits_for"]?["message"]?.string { return wait }
        return destination["help"]?.string ?? ""
    }
}
