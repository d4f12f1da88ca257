import ArgumentParser
import RelayJSON

struct DeadLettersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letters",
        abstract: "Lists, shows, replays and purges what could not be delivered.",
        subcommands: [List.self, Show.self, Replay.self, Purge.self],
        defaultSubcommand: List.self
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists dead letters, newest first.")

        @OptionGroup var server: ServerOptions
        @OptionGroup var filter: DeliveryFilterOptions
        @OptionGroup var page: PageOptions

        func run() async throws {
            try await printDeliveries(
                server,
                path: "/api/v1/dead-letters",
                query: filter.query + page.query,
                empty: "No dead letters."
            )
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows one dead letter with its attempts and body.")

        @OptionGroup var server: ServerOptions
        @Argument(help: "A deliveryId, or its last 13 letters.")
        var id: String

        func run() async throws {
            let answer = try await server.client().call("GET", "/api/v1/dead-letters/\(APIClient.escape(id))")
            printLine((answer["data"] ?? .null).prettyText)
        }
    }

    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sends dead letters again, under their old ids: one, those that fit the filter, or all."
        )

        @OptionGroup var server: ServerOptions
        @OptionGroup var filter: DeliveryFilterOptions
        @Flag(help: "All dead letters.")
        var all = false
        @Argument(help: "A deliveryId, or its last 13 letters.")
        var id: String?

        func validate() throws {
            if id == nil && !all && filter.object.isEmpty {
                throw ValidationError("Name a dead letter, a filter such as --destination, or --all.")
            }
        }

        func run() async throws {
            let client = try server.client()
            if let id {
                _ = try await client.call("POST", "/api/v1/dead-letters/\(APIClient.escape(id))/replay")
                return printLine("1 replayed")
            }
            let answer = try await client.call("POST", "/api/v1/dead-letters/replay", body: selection(filter, all: all))
            printLine("\(answer["data"]?["replayed"]?.int ?? 0) replayed")
        }
    }

    struct Purge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Deletes dead letters for good: one, those that fit the filter, or all."
        )

        @OptionGroup var server: ServerOptions
        @OptionGroup var filter: DeliveryFilterOptions
        @Flag(help: "All dead letters.")
        var all = false
        @Argument(help: "A deliveryId, or its last 13 letters.")
        var id: String?

        func validate() throws {
            if id == nil && !all && filter.object.isEmpty {
                throw ValidationError("Name a dead letter, a filter such as --destination, or --all.")
            }
        }

        func run() async throws {
            let client = try server.client()
            if let id {
                _ = try await client.call("DELETE", "/api/v1/dead-letters/\(APIClient.escape(id))")
                return printLine("1 purged")
            }
            let answer = try await client.call("POST", "/api/v1/dead-letters/purge", body: selection(filter, all: all))
            printLine("\(answer["data"]?["purged"]?.int ?? 0) purged")
        }
    }
}

private func selection(_ filter: DeliveryFilterOptions, all: Bool) -> JSON {
    var object = filter.object
    if object.isEmpty && all { object["all"] = true }
    return .object(object)
}
