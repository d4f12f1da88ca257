import RelayJSON

/// The human-readable result of a replay's dry run.
enum ReplayPreviewText {
    static func text(of run: JSON) -> String {
        let isFromStart = run["from"]?.string == "start"
        let selected = run["selected"]?.int ?? 0
        var parts = ["\(selected) \(isFromStart ? "events" : "deliveries") selected; nothing was changed."]
        if isFromStart, let tried = run["tried"]?.int, tried < selected {
            parts.append("\(tried) of them were tried, spread evenly; what follows is of those.")
        }
        if let untaken = run["untaken"]?.int, untaken > 0 {
            parts.append("\(untaken) events are taken by no pipeline.")
        }
        parts.append(destinations(run))
        parts.append(endings("dropped", run["drops"]))
        parts.append(endings("failed", run["failures"]))
        parts.append(isFromStart ? bodies(run["examples"]) : deliveries(run["examples"]))
        return parts.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private static func destinations(_ run: JSON) -> String {
        var table = TextTable(["DESTINATION", "STATE", "DELIVERIES"])
        for entry in run["destinations"]?.array ?? [] {
            table.add([
                entry["destination"]?.string ?? "", entry["state"]?.string ?? "new",
                String(entry["deliveries"]?.int ?? 0),
            ])
        }
        return table.isEmpty ? "Nothing would be delivered." : table.text
    }

    private static func endings(_ word: String, _ entries: JSON?) -> String {
        (entries?.array ?? []).map { entry in
            "\(entry["events"]?.int ?? 0) \(word) by \(entry["pipeline"]?.string ?? "")/\(entry["stage"]?.string ?? ""): "
                + (entry["reason"]?.string ?? "")
        }.joined(separator: "\n")
    }

    private static func deliveries(_ examples: JSON?) -> String {
        var table = TextTable(["DELIVERY", "EVENT", "DESTINATION", "STATE", "ATTEMPTS"])
        for delivery in examples?.array ?? [] {
            table.add([
                String((delivery["id"]?.string ?? "").suffix(13)), delivery["event_type"]?.string ?? "",
                delivery["destination"]?.string ?? "", delivery["state"]?.string ?? "",
                String(delivery["attempt_count"]?.int ?? 0),
            ])
        }
        return table.isEmpty ? "" : "The first of them:\n\(table.text)"
    }

    private static func bodies(_ examples: JSON?) -> String {
        (examples?.array ?? []).map { example in
            "\(example["event"]?.string ?? "") to \(example["destination"]?.string ?? ""):\n"
                + (example["body"] ?? .null).prettyText
        }.joined(separator: "\n\n")
    }
}
