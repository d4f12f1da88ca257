import RelayJSON

/// Prints the entries of a tap: two lines for an event, one for an attempt; or the documents as received.
struct TapPrinter {
    let format: TapCommand.Format
    let isColored: Bool
    /// Longer lines are cut; nil: lines are not cut.
    let width: Int?

    func show(_ item: JSON) {
        guard format == .pretty else { return printLine(item.text) }
        let point = item["point"]?.string ?? ""
        let time = String((item["at"]?.string ?? "").dropFirst(11).dropLast())
        let head = "\(time)  \(point.padded(to: 8))  "
        let line = (head + (point == "attempt" ? attempt(item) : event(item))).withoutTrailingSpace
        printLine(colored(fitted(line), as: point))
        if let event = item["event"] {
            printLine(dimmed(fitted("    " + (item["body"] ?? event["payload"] ?? event).text)))
        }
    }

    private func event(_ item: JSON) -> String {
        let place = [item["pipeline"]?.string, item["stage"]?.string].compactMap(\.self).joined(separator: ".")
        var line = [
            item["event_id"]?.string ?? "", (item["event_type"]?.string ?? "").padded(to: 17),
            (item["session"]?.string ?? "").padded(to: 12), place,
        ].joined(separator: "  ")
        if let duration = item["duration_us"]?.int { line += "  " + DurationFormatter.microseconds(duration) }
        if let waited = item["waited_ms"]?.int { line += "  waited \(DurationFormatter.milliseconds(waited))" }
        if let reason = item["reason"]?.string { line += "  \(reason)" }
        return line
    }

    private func attempt(_ item: JSON) -> String {
        let status = item["status"]?.int.map(String.init) ?? item["outcome"]?.string ?? ""
        var line = [
            item["delivery"]?.string ?? "", (item["event_type"]?.string ?? "").padded(to: 17),
            (item["session"]?.string ?? "").padded(to: 12),
            "\(item["destination"]?.string ?? "") #\(item["attempt"]?.int ?? 0)",
            status, DurationFormatter.microseconds(item["duration_us"]?.int ?? 0),
        ].joined(separator: "  ")
        switch item["next"]?["state"]?.string {
        case "retry": line += "  again at \((item["next"]?["at"]?.string ?? "").dropFirst(11))"
        case "dead": line += "  dead: \(item["next"]?["reason"]?.string ?? "")"
        default: break
        }
        if let error = item["error"]?.string { line += "  \(error)" }
        return line
    }

    private func fitted(_ line: String) -> String {
        guard let width, line.count > width else { return line }
        return line.prefix(width - 1) + "…"
    }

    private func colored(_ line: String, as point: String) -> String {
        guard isColored else { return line }
        let code =
            switch point {
            case "failed": 31
            case "dropped": 33
            case "attempt": line.contains("  again at ") || line.contains("  dead: ") ? 31 : 32
            case "accepted": 36
            default: 0
            }
        return "\u{1B}[\(code)m\(line)\u{1B}[0m"
    }

    private func dimmed(_ line: String) -> String {
        isColored ? "\u{1B}[2m\(line)\u{1B}[0m" : line
    }
}

extension String {
    var withoutTrailingSpace: String { String(reversed().drop { $0 == " " }.reversed()) }

    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}

/// Human-readable durations.
enum DurationFormatter {
    static func microseconds(_ count: Int64) -> String {
        count < 1000 ? "\(count) µs" : count < 10_000 ? tenths(count / 100) + " ms" : milliseconds(count / 1000)
    }

    static func milliseconds(_ count: Int64) -> String {
        switch count {
        case ..<1000: "\(count) ms"
        case ..<60_000: tenths(count / 100) + " s"
        case ..<3_600_000: "\(count / 60_000) min \(count / 1000 % 60) s"
        default: "\(count / 3_600_000) h \(count / 60_000 % 60) min"
        }
    }

    private static func tenths(_ count: Int64) -> String { "\(count / 10).\(count % 10)" }
}
