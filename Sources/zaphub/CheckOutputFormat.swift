import RelayConfig
import RelayJSON

/// The output format of `zaphub check`.
enum CheckOutputFormat: String, CaseIterable {
    /// Human-readable text: position, source line, caret and help.
    case text
    /// One array with an object for each finding.
    case json
    /// Commands of a GitHub workflow, which show findings beside the lines of a pull request.
    case github

    func text(_ report: ConfigurationChecker.Report) -> String {
        switch self {
        case .text: Self.text(report)
        case .json: JSON.array(report.diagnostics.map(Self.json)).prettyText
        case .github: report.diagnostics.map(Self.github).joined(separator: "\n")
        }
    }

    private static func text(_ report: ConfigurationChecker.Report) -> String {
        if report.count(.error) > 0 { return InvalidConfigurationError(diagnostics: report.diagnostics).description }
        return (report.diagnostics.map { "\($0)\n" } + report.subjects).joined(separator: "\n")
    }

    private static func json(_ diagnostic: Diagnostic) -> JSON {
        [
            "severity": .string(diagnostic.severity.rawValue),
            "code": .string(diagnostic.code.rawValue),
            "file": .string(diagnostic.file),
            "line": .int(Int64(diagnostic.line)),
            "column": .int(Int64(diagnostic.column)),
            "length": .int(Int64(diagnostic.length)),
            "message": .string(diagnostic.message),
            "help": diagnostic.help.map(JSON.string) ?? .null,
            "source": diagnostic.sourceLine.map(JSON.string) ?? .null,
        ]
    }

    /// `::error file=…,line=…,col=…,title=…::message`
    static func github(_ diagnostic: Diagnostic) -> String {
        var properties = ["file=\(escaped(property: diagnostic.file))"]
        if diagnostic.line > 0 { properties += ["line=\(diagnostic.line)", "col=\(diagnostic.column)"] }
        properties.append("title=\(escaped(property: "zaphub check: \(diagnostic.code.rawValue)"))")
        let message = diagnostic.message + (diagnostic.help.map { "\n\($0)" } ?? "")
        return "::\(diagnostic.severity.rawValue) \(properties.joined(separator: ","))::\(escaped(data: message))"
    }

    /// Escapes a message for GitHub's runner (actions/toolkit, command.ts).
    private static func escaped(data: String) -> String {
        var text = ""
        for letter in data.unicodeScalars {
            switch letter {
            case "%": text += "%25"
            case "\r": text += "%0D"
            case "\n": text += "%0A"
            default: text.unicodeScalars.append(letter)
            }
        }
        return text
    }

    /// Escapes a property, which ends at a comma or a colon.
    private static func escaped(property: String) -> String {
        var text = ""
        for letter in escaped(data: property).unicodeScalars {
            switch letter {
            case ":": text += "%3A"
            case ",": text += "%2C"
            default: text.unicodeScalars.append(letter)
            }
        }
        return text
    }
}
