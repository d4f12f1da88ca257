import ArgumentParser
import RelayJSON

struct DeadLettersCommandGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letters",
        abstract: "Lists, shows, replays and purges what could not be delivered.",
        subcommands: [List.self, Show.self, Replay.self, Purge.self],
        defaultSubcommand: List.self
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists dead letters, newest first.")

        @OptionGroup var server: RelayConnectionOptions
        @OptionGroup var filter: DeliveryFilterOptions
        @OptionGroup var page: PaginationOptions

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

        @OptionGroup var server: RelayConnectionOptions
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

        @OptionGroup var server: RelayConnectionOptions
        @OptionGroup var selection: DeadLetterSelection

        func run() async throws {
            let client = try server.client()
            let count = try await selection.call(client, one: ("POST", "/replay"), many: "/replay", counts: "replayed")
            printLine("\(count) replayed")
        }
    }

    struct Purge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Deletes dead letters for good: one, those that fit the filter, or all."
        )

        @OptionGroup var server: RelayConnectionOptions
        @OptionGroup var selection: DeadLetterSelection

        func run() async throws {
            let client = try server.client()
            let count = try await selection.call(client, one: ("DELETE", ""), many: "/purge", counts: "purged")
            printLine("\(count) purged")
        }
    }
}

/// The dead letters that a command acts on. Selecting none is an error and does not mean all.
struct DeadLetterSelection: ParsableArguments {
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

    /// Returns the number of changed dead letters.
    /// - Parameters:
    ///   - one: the method, and the path after the id, for a single dead letter.
    ///   - many: the path after the collection, for all matching dead letters.
    ///   - counts: the member of the response that contains the number.
    func call(
        _ client: APIClient,
        one: (method: String, suffix: String),
        many: String,
        counts: String
    ) async throws -> Int64 {
        let path = "/api/v1/dead-letters"
        if let id {
            _ = try await client.call(one.method, "\(path)/\(APIClient.escape(id))\(one.suffix)")
            return 1
        }
        var object = filter.object
        if object.isEmpty { object["all"] = true }
        return try await client.call("POST", path + many, body: .object(object))["data"]?[counts]?.int ?? 0
    }
}
