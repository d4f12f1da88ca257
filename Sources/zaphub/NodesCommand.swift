import ArgumentParser
import RelayJSON

struct NodesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nodes",
        abstract: "Lists the nodes of a running relay, with what they own and how late they are.")

    @OptionGroup var server: RelayConnectionOptions

    func run() async throws {
        let answer = try await server.client().call("GET", "/api/v1/nodes")
        if server.json { return printLine(answer.prettyText) }
        let nodes = answer["data"]?.array ?? []
        printLine(nodes.isEmpty ? "No nodes." : Self.table(nodes))
        let warnings = nodes.flatMap(Self.warnings)
        if !warnings.isEmpty { printLine("\n" + warnings.joined(separator: "\n")) }
    }

    private static func table(_ nodes: [JSON]) -> String {
        var table = TextTable(["NODE", "STATE", "VERSION", "SHARE", "QUEUED", "IN FLIGHT", "LAG", "SEEN"])
        for node in nodes {
            table.add([
                name(node) + (node["is_this"]?.bool == true ? " (this)" : ""),
                node["state"]?.string ?? "",
                node["version"]?.string ?? "",
                node["share_percent"]?.double.map { "\($0) %" } ?? "",
                node["queued"]?.int.map { String($0) } ?? "",
                node["in_flight"]?.int.map { String($0) } ?? "",
                node["lag_ms"]?.int.map(DurationFormatter.milliseconds) ?? "-",
                node["seen_at"]?.string ?? "",
            ])
        }
        return table.text
    }

    private static func warnings(_ node: JSON) -> [String] {
        (node["warnings"]?.array ?? []).map { "Warning: \(name(node)): \($0.string ?? "")" }
    }

    private static func name(_ node: JSON) -> String { node["name"]?.string ?? "" }
}
