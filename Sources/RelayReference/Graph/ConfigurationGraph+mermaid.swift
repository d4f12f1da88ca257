extension ConfigurationGraph {
    /// The graph in Mermaid's language, which Markdown viewers draw.
    var mermaid: String {
        let ids = MermaidNodeIDs(self)
        var lines = ["flowchart LR"]
        for source in sources {
            lines.append("  \(ids[Self.id(ofSource: source.name)])([\(label([source.name, source.detail]))])")
        }
        for (index, pipeline) in pipelines.enumerated() {
            lines.append("  subgraph p\(index)[\(label(["pipeline \(pipeline.name)"]))]")
            for stage in pipeline.allStages {
                lines.append("    \(ids[stage.id])[\(label([stage.title] + stage.lines))]")
            }
            lines.append("  end")
        }
        for destination in destinations {
            lines.append(
                "  \(ids[Self.id(ofDestination: destination.name)])[/\(label([destination.name, destination.detail]))/]"
            )
        }
        for link in links {
            let arrow = link.label.map { "-->|\(label([$0]))|" } ?? "-->"
            lines.append("  \(ids[link.from]) \(arrow) \(ids[link.to])")
        }
        return lines.joined(separator: "\n")
    }

    /// A quoted label, with Mermaid's special characters as entities.
    private func label(_ lines: [String]) -> String {
        let escaped = lines.map { line in
            line.reduce(into: "") { text, letter in
                switch letter {
                case "\"": text += "#quot;"
                case "#": text += "#35;"
                case "<": text += "#lt;"
                case ">": text += "#gt;"
                case "&": text += "#amp;"
                case "`": text += "#96;"
                case "|": text += "#124;"
                default: text.append(letter)
                }
            }
        }
        return "\"" + escaped.joined(separator: "<br>") + "\""
    }
}

/// Maps names to valid Mermaid ids: names may contain hyphens and reserved words such as `end`.
private struct MermaidNodeIDs {
    private var ids: [String: String] = [:]

    init(_ graph: ConfigurationGraph) {
        let names =
            graph.sources.map { ConfigurationGraph.id(ofSource: $0.name) }
            + graph.pipelines.flatMap { $0.allStages.map(\.id) }
            + graph.destinations.map { ConfigurationGraph.id(ofDestination: $0.name) }
        for (index, name) in names.enumerated() { ids[name] = "n\(index)" }
    }

    subscript(name: String) -> String { ids[name] ?? "n" }
}
