/// One mistake in the configuration: its message, its position, and how to fix it.
package struct Diagnostic: Sendable, Hashable, CustomStringConvertible {
    package enum Severity: String, Sendable, Hashable {
        /// The configuration cannot be used.
        case error
        /// The configuration can be used, but probably does not do what was intended.
        case warning
    }

    package var severity: Severity
    package var code: DiagnosticCode
    /// The file as the caller named it, or `environment`.
    package var file: String
    /// The line, from 1; 0 when the mistake has no position in the file (an unreadable file, an invalid variable).
    package var line: Int
    /// The column, from 1, in Unicode scalars; 0 when ``line`` is 0.
    package var column: Int
    package var message: String
    /// How to fix the mistake.
    package var help: String?
    /// The line of the file, with literal secrets masked; nil when the mistake has no position.
    package var sourceLine: String?
    /// The length of the faulty text, in Unicode scalars, at least 1.
    package var length: Int

    package init(
        severity: Severity = .error,
        code: DiagnosticCode = .invalidValue,
        file: String,
        line: Int = 0,
        column: Int = 0,
        message: String,
        help: String? = nil,
        sourceLine: String? = nil,
        length: Int = 1
    ) {
        self.severity = severity
        self.code = code
        self.file = file
        self.line = line
        self.column = column
        self.message = message
        self.help = help
        self.sourceLine = sourceLine
        self.length = length
    }

    /// The mistake in readable form:
    ///
    ///     pipelines/default.yaml:4:18: error: media has no option "max_sise"
    ///        4 |   - media: { max_sise: 16MB }
    ///          |              ^ help: did you mean "max_size"?
    package var description: String {
        let location = line > 0 ? "\(file):\(line):\(column)" : file
        let headline = "\(location): \(severity.rawValue): \(message)"
        guard let sourceLine else { return headline + (help.map { "\n     = help: \($0)" } ?? "") }
        let window = SourceLineExcerpt(sourceLine, column: column)
        let number = String(line)
        let gutter = String(repeating: " ", count: max(0, 4 - number.count)) + number
        let blank = String(repeating: " ", count: gutter.count)
        let pad = String(repeating: " ", count: window.caret)
        return "\(headline)\n\(gutter) | \(window.text)\n\(blank) | \(pad)^" + (help.map { " help: \($0)" } ?? "")
    }
}

/// The part of a source line that fits the width of a terminal, and the position of the caret below it.
private struct SourceLineExcerpt {
    static let width = 160

    let text: String
    let caret: Int

    init(_ line: String, column: Int) {
        // A control character would move the caret or change the state of the terminal.
        let scalars = line.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
        let caret = max(0, column - 1)
        guard scalars.count > Self.width else {
            self.caret = caret
            text = String(String.UnicodeScalarView(scalars))
            return
        }
        let start = max(0, min(caret - Self.width / 2, scalars.count - Self.width))
        let end = min(scalars.count, start + Self.width)
        let head = start > 0 ? "…" : ""
        text = head + String(String.UnicodeScalarView(scalars[start..<end])) + (end < scalars.count ? "…" : "")
        self.caret = caret - start + head.count
    }
}
