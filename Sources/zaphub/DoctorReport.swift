import Relay
import RelayCore
import RelayJSON

/// The output of `zaphub doctor`.
struct DoctorReport {
    private let entries: [Doctor.Entry]

    init(_ entries: [Doctor.Entry]) {
        self.entries = entries
    }

    func count(_ severity: DoctorFinding.Severity) -> Int { entries.count { $0.finding.severity == severity } }

    /// A heading for each subject, followed by one line for each finding and its fix.
    var text: String {
        var lines: [String] = []
        var subject = ""
        for entry in entries {
            if entry.subject != subject {
                if !lines.isEmpty { lines.append("") }
                subject = entry.subject
                lines.append(subject)
            }
            let word = entry.finding.severity.rawValue
            lines.append("  " + word + String(repeating: " ", count: 9 - word.count) + entry.finding.what)
            for (index, line) in (entry.finding.fix ?? "").split(separator: "\n").enumerated() {
                lines.append("           " + (index == 0 ? "-> " : "   ") + line)
            }
        }
        lines += ["", "\(count(.problem)) problem(s), \(count(.warning)) warning(s)"]
        return lines.joined(separator: "\n")
    }

    var json: JSON {
        [
            "problems": .int(Int64(count(.problem))),
            "warnings": .int(Int64(count(.warning))),
            "findings": .array(
                entries.map { entry in
                    [
                        "subject": .string(entry.subject),
                        "severity": .string(entry.finding.severity.rawValue),
                        "what": .string(entry.finding.what),
                        "fix": entry.finding.fix.map(JSON.string) ?? .null,
                    ]
                }),
        ]
    }
}
