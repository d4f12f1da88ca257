extension ConfigurationGraph {
    /// The graph as text for a terminal.
    var text: String {
        let width = ((sources.map(\.name.count) + destinations.map(\.name.count)).max() ?? 0) + 2
        var parts = [
            (["Sources"] + sources.map { "  " + TerminalTextLayout.pad($0.name, width) + line(of: $0) }).joined(
                separator: "\n")
        ]
        parts += pipelines.map { pipeline in
            let from =
                pipeline.takesAll ? "every source, and events posted over REST" : pipeline.from.joined(separator: ", ")
            let head = "Pipeline \(pipeline.name) (\(pipeline.file)), from \(from)"
            return ([head] + Self.lines(of: pipeline.stages, indent: 2)).joined(separator: "\n")
        }
        let ends = destinations.map { destination in
            let events = destination.events.map { "; events: \($0)" } ?? ""
            let users = pipelines.filter { $0.allStages.contains { $0.destinations.contains(destination.name) } }
            let from = users.isEmpty ? "nothing delivers to it" : "from " + users.map(\.name).joined(separator: ", ")
            return "  " + TerminalTextLayout.pad(destination.name, width) + destination.detail + "; " + from
                + events
        }
        if !ends.isEmpty { parts.append((["Destinations"] + ends).joined(separator: "\n")) }
        return parts.joined(separator: "\n\n")
    }

    private func line(of source: Source) -> String {
        let readers = pipelines.filter { $0.from.contains(source.name) }.map(\.name)
        return source.detail + (readers.isEmpty ? "; no pipeline reads it" : " → " + readers.joined(separator: ", "))
    }

    private static func lines(of stages: [Stage], indent: Int) -> [String] {
        let margin = String(repeating: " ", count: indent)
        return stages.enumerated().flatMap { index, stage in
            let number = TerminalTextLayout.pad("\(index + 1)", 4)
            var lines = [margin + number + stage.title]
            lines += stage.lines.map { margin + "      " + $0 }
            for branch in stage.branches {
                if !branch.label.isEmpty { lines.append(margin + "    " + branch.label) }
                lines += Self.lines(of: branch.stages, indent: indent + 6)
            }
            return lines
        }
    }
}
