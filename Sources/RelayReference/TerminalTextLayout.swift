/// Formats text for a terminal.
enum TerminalTextLayout {
    /// Breaks text at spaces into lines of at most `width` characters, all but the first indented.
    static func wrap(_ text: String, width: Int = 92, indent: Int = 0) -> String {
        let margin = String(repeating: " ", count: indent)
        return lines(text, width: width - indent).joined(separator: "\n" + margin)
    }

    /// Breaks text at spaces into lines of at most `width` characters; a longer word gets its own line.
    static func lines(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return lines + [line]
    }

    /// Pads the text with spaces to a width, with at least one space.
    static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    static func indent(_ text: String, by width: Int) -> String {
        let margin = String(repeating: " ", count: width)
        return text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.isEmpty ? "" : margin + $0 }
            .joined(separator: "\n")
    }
}
