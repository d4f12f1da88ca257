import ArgumentParser
import RelayJSON

struct RejectedDocumentsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rejected-documents",
        abstract: "Lists and shows what gateways sent and no source could read.",
        subcommands: [List.self, Show.self],
        defaultSubcommand: List.self
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists rejected documents, last received first.")

        @OptionGroup var server: RelayConnectionOptions
        @Option(help: "Only of this source.")
        var source: String?
        @Option(help: "How many at most, up to 100.")
        var limit = 50
        @Option(help: "Go on after this document, as the list before said.")
        var cursor: String?

        func run() async throws {
            let query = [("source", source), ("limit", String(limit)), ("cursor", cursor)]
            let answer = try await server.client().call("GET", "/api/v1/rejected-documents", query: query)
            if server.json { return printLine(answer.prettyText) }
            var table = TextTable(["DOCUMENT", "LAST RECEIVED", "SOURCE", "TIMES", "WHERE", "WHY"])
            for document in answer["data"]?.array ?? [] {
                table.add([
                    document["id"]?.string ?? "",
                    document["last_received_at"]?.string ?? "",
                    document["source"]?.string ?? "",
                    document["occurrence_count"]?.int.map { String($0) } ?? "",
                    document["pointer"]?.string ?? "-",
                    document["reason"]?.string ?? "",
                ])
            }
            printLine(table.isEmpty ? "No rejected documents." : table.text)
            if let cursor = answer["pagination"]?["next_cursor"]?.string {
                printLine("\nThere are more: --cursor \(cursor)")
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows one rejected document, without its secrets and with long texts shortened.")

        @OptionGroup var server: RelayConnectionOptions
        @Argument(help: "An id, rej_….")
        var id: String

        func run() async throws {
            let path = "/api/v1/rejected-documents/\(APIClient.escape(id))"
            printLine((try await server.client().call("GET", path)["data"] ?? .null).prettyText)
        }
    }
}
