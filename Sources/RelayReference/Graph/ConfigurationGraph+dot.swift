extension ConfigurationGraph {
    /// The graph in Graphviz's DOT language.
    var dot: String {
        var lines = [
            "digraph zaphub {", "  rankdir=LR;", "  node [shape=box, style=rounded, fontname=\"sans-serif\"];",
            "  edge [fontname=\"sans-serif\"];",
        ]
        for source in sources {
            lines.append("  \(quoted(Self.id(ofSource: source.name))) [label=\(quoted([source.name, source.detail]))];")
        }
        for (index, pipeline) in pipelines.enumerated() {
            lines.append("  subgraph cluster_\(index) {")
            lines.append("    label=\(quoted("pipeline \(pipeline.name)"));")
            for stage in pipeline.allStages {
                lines.append("    \(quoted(stage.id)) [label=\(quoted([stage.title] + stage.lines))];")
            }
            lines.append("  }")
        }
        for destination in destinations {
            let label = quoted([destination.name, destination.detail])
            lines.append("  \(quoted(Self.id(ofDestination: destination.name))) [label=\(label)];")
        }
        for link in links {
            let label = link.label.map { " [label=\(quoted($0))]" } ?? ""
            lines.append("  \(quoted(link.from)) -> \(quoted(link.to))\(label);")
        }
        return (lines + ["}"]).joined(separator: "\n")
    }

    private func quoted(_ text: String) -> String { quoted([text]) }

    private func quoted(_ lines: [String]) -> String {
        let escaped = lines.map { line in
            line.reduce(into: "") { $0 += $1 == "\"" || $1 == "\\" ? "\\" + String($1) : String($1) }
        }
        return "\"" + escaped.joined(separator: "\\n") + "\""
    }
}
