/// Converts Markdown blocks to lines of WhatsApp's markup.
struct MarkdownToWhatsAppBlocks {
    private var writer = WhatsAppMarkupWriter()
    private let lines: [ArraySlice<Character>]
    private var index = 0

    private init(_ markdown: String) {
        lines = WhatsAppTokenizer.lines(of: markdown).split(separator: "\n", omittingEmptySubsequences: false)
    }

    static func text(of markdown: String) -> String {
        var blocks = MarkdownToWhatsAppBlocks(markdown)
        var isFirst = true
        while blocks.index < blocks.lines.count {
            if !isFirst { blocks.writer.raw("\n") }
            isFirst = false
            blocks.writeBlock()
        }
        return blocks.writer.out
    }

    private mutating func writeBlock() {
        let line = lines[index]
        if let fence = Self.fence(line) { return writeFence(fence) }
        let prefix = Self.prefix(of: line)
        if !prefix.mark.isEmpty {
            writer.raw(prefix.mark)
            writer.write(MarkdownInlineParser(Self.spaced(line.dropFirst(prefix.length))[...]).nodes)
            index += 1
            // An empty line ends quotes and lists in Markdown; in WhatsApp the end of the line does.
            if index + 1 < lines.count, lines[index].isEmpty { index += 1 }
            return
        }
        if let title = Self.title(line) {
            writer.write([.styled(.bold, MarkdownInlineParser(title).nodes)])
            index += 1
            return
        }
        var paragraph = Self.spaced(line)
        index += 1
        while index < lines.count, isPlain(lines[index]), !lines[index - 1].isEmpty {
            paragraph += ["\n"] + Self.spaced(lines[index])
            index += 1
        }
        writer.write(MarkdownInlineParser(paragraph[...]).nodes)
    }

    private func isPlain(_ line: ArraySlice<Character>) -> Bool {
        !line.isEmpty && Self.fence(line) == nil && Self.prefix(of: line).mark.isEmpty && Self.title(line) == nil
    }

    private mutating func writeFence(_ fence: ArraySlice<Character>) {
        let start = index + 1
        let end =
            lines[start...].firstIndex { line in
                let marks = line.drop { $0 == " " }
                return marks.count >= fence.count && marks.starts(with: fence)
                    && marks.drop { $0 == fence.first }.allSatisfy(\.isWhitespace)
            } ?? lines.count
        writer.raw("```" + String(lines[start..<end].joined(separator: "\n")) + "```")
        index = end + 1
    }

    /// The fence that opens a code block; nil when the line opens none.
    private static func fence(_ line: ArraySlice<Character>) -> ArraySlice<Character>? {
        let marks = line.drop { $0 == " " }
        guard line.count - marks.count < 4, let mark = marks.first, mark == "`" || mark == "~" else { return nil }
        let fence = marks.prefix { $0 == mark }
        guard fence.count >= 3, mark == "~" || !marks.dropFirst(fence.count).contains("`") else { return nil }
        return fence
    }

    /// The markers of quotes and list items at the start of a line, in WhatsApp's markup.
    private static func prefix(of line: ArraySlice<Character>) -> (mark: String, length: Int) {
        var mark = ""
        var rest = line
        let indentation = rest.prefix { $0 == " " }.count
        let inner = rest.dropFirst(indentation)
        // A nested list item.
        if indentation > 0, let first = inner.first, "-*+".contains(first), inner.dropFirst().first == " " {
            mark += String(repeating: " ", count: indentation)
            rest = inner
        }
        while let first = rest.first {
            let isSpaced = rest.dropFirst().first == " "
            if first == ">" {
                mark += "> "
                rest = rest.dropFirst(isSpaced ? 2 : 1)
            } else if "-*+".contains(first), isSpaced, rest.dropFirst(2).contains(where: { $0 != " " }) {
                mark += first == "*" ? "* " : "- "
                rest = rest.dropFirst(2)
            } else {
                break
            }
        }
        return (mark, line.count - rest.count)
    }

    /// The line with spaces as indentation: the conversion to Markdown replaces them with no-break spaces.
    private static func spaced(_ line: ArraySlice<Character>) -> [Character] {
        let indentation = line.prefix { $0 == "\u{A0}" }.count
        return Array(repeating: " ", count: indentation) + line.dropFirst(indentation)
    }

    private static func title(_ line: ArraySlice<Character>) -> ArraySlice<Character>? {
        let level = line.prefix { $0 == "#" }.count
        let rest = line.dropFirst(level)
        guard (1...6).contains(level), rest.first == " " else { return nil }
        let title = rest.drop { $0 == " " }
        return title.isEmpty ? nil : title
    }
}
