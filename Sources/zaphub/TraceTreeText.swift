import RelayJSON

/// A trace as a human-readable tree.
struct TraceTreeText {
    /// A line with its child lines.
    private struct Node {
        var line: String
        var below: [Node] = []
    }

    private let trace: JSON

    init(_ trace: JSON) {
        self.trace = trace
    }

    var text: String {
        var lines = [
            "\(string("id"))  \(string("event_type"))  session \(string("session"))"
                + (trace["chat"]?.string.map { "  chat \($0)" } ?? ""),
            "accepted \(string("received_at")) from \(string("source"))\(total)",
        ]
        append(runs + deliveries, indent: "", to: &lines)
        return lines.joined(separator: "\n")
    }

    private func string(_ key: String) -> String { trace[key]?.string ?? "" }

    private var total: String {
        trace["total_ms"]?.int.map { "; all over \(DurationFormatter.milliseconds($0)) later" } ?? ""
    }

    private func append(_ nodes: [Node], indent: String, to lines: inout [String]) {
        for (index, node) in nodes.enumerated() {
            let isLast = index == nodes.count - 1
            lines.append(indent + (isLast ? "└─ " : "├─ ") + node.line.withoutTrailingSpace)
            append(node.below, indent: indent + (isLast ? "   " : "│  "), to: &lines)
        }
    }

    // MARK: The pipelines

    private var runs: [Node] {
        let runs = trace["runs"]?.array ?? []
        if string("state") == "pending" {
            let waits = Node(line: "the pipelines have not finished it: it waits for its turn, a file or an answer")
            return runs.enumerated().map { node($1, number: $0 + 1, of: runs.count) } + [waits]
        }
        guard !runs.isEmpty else { return [Node(line: "its stages were not written down")] }
        return runs.enumerated().map { node($1, number: $0 + 1, of: runs.count) }
    }

    private func node(_ run: JSON, number: Int, of count: Int) -> Node {
        let name = count > 1 ? "run \(number)" : "pipelines"
        let line =
            "\(name)  after \(DurationFormatter.milliseconds(run["waited_ms"]?.int ?? 0))"
            + "  (configuration \(run["configuration"]?.string ?? ""), generation \(run["generation"]?.int ?? 0))"
        let pipelineRuns = run["pipelines"]?.array ?? []
        guard !pipelineRuns.isEmpty else {
            return Node(line: line, below: [Node(line: "no pipeline took events of the source \(string("source"))")])
        }
        return Node(
            line: line,
            below: pipelineRuns.map { pipelineRun in
                let steps = pipelineRun["steps"]?.array ?? []
                let width = steps.map { ($0["stage"]?.string ?? "").count }.max() ?? 0
                var below = steps.map { Node(line: describe($0, width: width), below: leftOut($0)) }
                if let omitted = pipelineRun["omitted"]?.int, omitted > 0 {
                    below.append(Node(line: "… and \(omitted) more steps"))
                }
                return Node(line: pipelineRun["pipeline"]?.string ?? "", below: below)
            }
        )
    }

    private func describe(_ step: JSON, width: Int) -> String {
        let duration = DurationFormatter.microseconds(step["duration_us"]?.int ?? 0)
        var line = "\((step["stage"]?.string ?? "").padded(to: width))  \(duration.padded(to: 8))  \(outcome(step))"
        if let waited = step["waited_ms"]?.int { line += ", after waiting \(DurationFormatter.milliseconds(waited))" }
        if let deliveries = step["deliveries"]?.int {
            line += ", planned \(deliveries) \(deliveries == 1 ? "delivery" : "deliveries")"
        }
        return line
    }

    /// The destinations that do not get the event.
    private func leftOut(_ step: JSON) -> [Node] {
        let told = step["left_out"]?.array ?? []
        var nodes = told.map { rejection in
            Node(line: "not to \(rejection["destination"]?.string ?? "")  \(rejection["reason"]?.string ?? "")")
        }
        let more = Int(step["left_out_count"]?.int ?? 0) - told.count
        if more > 0 { nodes.append(Node(line: "… and not to \(more) more")) }
        return nodes
    }

    private func outcome(_ step: JSON) -> String {
        let text = { (key: String) in step[key]?.string ?? "" }
        switch text("outcome") {
        case "next": return "ok"
        case "skipped": return "skipped: `when` was false"
        case "case":
            return step["case"]?.string.map { "took \($0 == "default" ? $0 : "case \($0)")" } ?? "no case was true"
        case "dropped": return "DROPPED: \(text("reason"))"
        case "failed":
            let reason = step["reason"]?.string.map { " (\($0))" } ?? ""
            return "FAILED: \(text("message"))\(reason); \(Self.remedy(text("on_error")))"
        case "split": return "split into \(step["count"]?.int ?? 0) events; for the first:"
        case "part": return "for event \(step["number"]?.int ?? 0) of the split:"
        case "recovered": return "the stages of its on_error are over"
        default: return text("outcome")
        }
    }

    private static func remedy(_ onError: String) -> String {
        switch onError {
        case "dead_letter": "on_error: dead_letter, so the event is a dead letter of the pipeline"
        case "continue": "on_error: continue, so it went on as it was"
        case "drop": "on_error: drop, so the pipeline ended for it"
        case "raw_media": "on_error: raw_media, so it went on with the reference"
        case "stages": "the stages of its on_error follow"
        default: "on_error: \(onError)"
        }
    }

    // MARK: The deliveries

    private var deliveries: [Node] {
        let rows = trace["deliveries"]?.array ?? []
        let total = Int(trace["delivery_count"]?.int ?? 0)
        var nodes = rows.map(node)
        if total > rows.count {
            nodes.append(Node(line: "the first \(rows.count) of \(total) deliveries"))
        }
        if nodes.isEmpty, string("state") != "pending" { nodes = [Node(line: "no delivery was planned")] }
        return nodes
    }

    private func node(_ delivery: JSON) -> Node {
        let text = { (key: String) in delivery[key]?.string ?? "" }
        let attempts = delivery["attempts"]?.array ?? []
        let tries = "\(attempts.count) \(attempts.count == 1 ? "attempt" : "attempts")"
        let after = delivery["total_ms"]?.int.map { " after \(DurationFormatter.milliseconds($0))" } ?? ""
        var line = "to \(text("destination"))  \(text("id").suffix(13))  \(text("state"))\(after), \(tries)"
        if let reason = delivery["reason"]?.string { line += "  (\(reason))" }
        let wait = delivery["waits_for"]?["message"]?.string
        if let wait { line += "  waits: \(wait)" }
        if let error = delivery["error"]?.string { line += "  \(error)" }
        return Node(line: line, below: attempts.map { Node(line: describe(attempt: $0, wait: wait)) })
    }

    /// - Parameter wait: why the delivery waits for its next attempt, for the last of them.
    private func describe(attempt: JSON, wait: String?) -> String {
        let status = attempt["status"]?.int.map(String.init) ?? attempt["outcome"]?.string ?? ""
        let number = attempt["number"]?.int ?? 0
        let after = DurationFormatter.milliseconds(attempt["after_ms"]?.int ?? 0)
        let took = DurationFormatter.microseconds(attempt["duration_us"]?.int ?? 0)
        var line = "#\(number)  after \(after.padded(to: 8))  \(status)  in \(took.padded(to: 8))"
        if let error = attempt["error"]?.string { line += "  \(error)" }
        if let asked = attempt["retry_after_ms"]?.int {
            line += "; asked to wait \(DurationFormatter.milliseconds(asked))"
        }
        let next = attempt["next"]
        switch next?["state"]?.string {
        case "retry":
            line += next?["at"]?.string.map { "; again at \($0)" } ?? wait.map { "; \($0)" } ?? ""
        case "dead": line += "; dead letter: \(next?["reason"]?.string ?? "")"
        case "cancelled": line += "; cancelled"
        default: break
        }
        return line
    }
}
