import ArgumentParser
import RelayJSON

struct DeliveriesCommandGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliveries",
        abstract: "Lists, shows, retries and cancels deliveries of a running relay.",
        subcommands: [List.self, Show.self, Retry.self, Cancel.self],
        defaultSubcommand: List.self
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists deliveries, newest first.")

        @OptionGroup var server: RelayConnectionOptions
        @Option(help: "queued, in_flight, delivered, dead or cancelled; several with commas.")
        var state: String?
        @OptionGroup var filter: DeliveryFilterOptions
        @OptionGroup var page: PaginationOptions

        func run() async throws {
            let query = filter.query + page.query + [("state", state)]
            try await printDeliveries(server, path: "/api/v1/deliveries", query: query, empty: "No deliveries.")
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows one delivery with its attempts and body.")

        @OptionGroup var server: RelayConnectionOptions
        @Argument(help: "A deliveryId, or its last 13 letters.")
        var id: String

        func run() async throws {
            let answer = try await server.client().call("GET", "/api/v1/deliveries/\(APIClient.escape(id))")
            printLine((answer["data"] ?? .null).prettyText)
        }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sends a delivery again: at once if it is queued, in a new series of attempts if it is dead."
        )

        @OptionGroup var server: RelayConnectionOptions
        @Argument(help: "A deliveryId, or its last 13 letters.")
        var id: String

        func run() async throws {
            _ = try await server.client().call("POST", "/api/v1/deliveries/\(APIClient.escape(id))/retry")
            printLine("queued")
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes a queued or dead delivery out for good, or all that are queued to one destination.")

        @OptionGroup var server: RelayConnectionOptions
        @Option(help: "All that are queued to this destination, removed or not: a name of the configuration, or wh_….")
        var destination: String?
        @Argument(help: "A deliveryId, or its last 13 letters.")
        var id: String?

        func validate() throws {
            guard (id == nil) != (destination == nil) else {
                throw ValidationError("Name a delivery, or a --destination.")
            }
        }

        func run() async throws {
            let client = try server.client()
            if let id {
                _ = try await client.call("POST", "/api/v1/deliveries/\(APIClient.escape(id))/cancel")
                return printLine("cancelled")
            }
            let path = "/api/v1/destinations/\(APIClient.escape(destination ?? ""))/queued"
            printLine("\(try await client.call("DELETE", path)["data"]?["cancelled"]?.int ?? 0) cancelled")
        }
    }
}

/// The options that select a page of a list.
struct PaginationOptions: ParsableArguments {
    @Option(help: "How many at most, up to 100.")
    var limit = 50
    @Option(help: "Go on after this delivery, as the list before said.")
    var cursor: String?

    var query: [(String, String?)] { [("limit", String(limit)), ("cursor", cursor)] }
}

/// The options that select deliveries.
struct DeliveryFilterOptions: ParsableArguments {
    @Option(help: "Only to this destination: a name of the configuration, or wh_….")
    var destination: String?
    @Option(help: "Only of this session.")
    var session: String?
    @Option(help: "Only of this chat.")
    var chat: String?
    @Option(help: "Only created at or after this moment (2026-01-31T08:00:00Z).")
    var since: String?
    @Option(help: "Only created before this moment.")
    var until: String?

    var query: [(String, String?)] {
        [("destination", destination), ("session", session), ("chat", chat), ("since", since), ("until", until)]
    }

    /// The body of a request that acts on all matching deliveries.
    var object: JSONObject {
        var object = JSONObject()
        for (name, value) in query {
            if let value { object[name] = .string(value) }
        }
        return object
    }
}

/// Prints a page of deliveries, as a table or as received.
func printDeliveries(
    _ server: RelayConnectionOptions,
    path: String,
    query: [(String, String?)],
    empty: String
) async throws {
    let answer = try await server.client().call("GET", path, query: query)
    if server.json { return printLine(answer.prettyText) }
    var table = TextTable(["DELIVERY", "EVENT", "DESTINATION", "STATE", "ATTEMPTS", "LAST", "WHY"])
    for delivery in answer["data"]?.array ?? [] {
        table.add([
            String((delivery["id"]?.string ?? "").suffix(13)),
            delivery["event_type"]?.string ?? "",
            delivery["destination"]?.string ?? "",
            delivery["state"]?.string ?? "",
            delivery["attempt_count"]?.int.map { String($0) } ?? "",
            delivery["last_status"]?.int.map { String($0) } ?? "-",
            [
                delivery["reason"]?.string ?? delivery["waits_for"]?["message"]?.string,
                delivery["last_error"]?.string,
            ].compactMap(\.self).joined(separator: ": "),
        ])
    }
    printLine(table.isEmpty ? empty : table.text)
    if let cursor = answer["pagination"]?["next_cursor"]?.string {
        printLine("\nThere are more: --cursor \(cursor)")
    }
}
