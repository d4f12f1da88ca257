/// Converts lines of WhatsApp's markup to lines of Markdown. Lists, quotes and multi-line code are the same in both. A
/// backslash escapes a line that only Markdown would interpret.
struct WhatsAppToMarkdownBlocks {
    private var writer = MarkdownLineWriter()
    /// Whether the previous line was a quote or a list item, which would absorb a following plain line.
    private var isInBlock = false

    private typealias Token = WhatsAppTokenizer.Token

    static func text(of tokens: [WhatsAppTokenizer.Token]) -> String {
        var blocks = WhatsAppToMarkdownBlocks()
        let lines = tokens.split(omittingEmptySubsequences: false) { token in
            if case .char("\n") = token { true } else { false }
        }
        for (index, line) in lines.enumerated() {
            if index > 0 { blocks.writer.raw("\n") }
            var rest: ArraySlice<Token>? = line
            while let line = rest { rest = blocks.write(line) }
        }
        return blocks.writer.out
    }

    /// - Returns: the rest that must go on a line of its own; nil when nothing remains.
    private mutating func write(_ line: ArraySlice<Token>) -> ArraySlice<Token>? {
        let prefix = Self.prefix(of: line)
        let isBlock = prefix > 0
        if isInBlock, !isBlock { writer.raw("\n") }
        isInBlock = isBlock
        writer.raw(Self.text(line.prefix(prefix)))
        let rest = line.dropFirst(prefix)
        let spaces = rest.prefix { Self.character($0).map { $0 == " " || $0 == "\t" } ?? false }
        writer.raw(Self.indentation(Self.text(spaces)))
        let words = rest.dropFirst(spaces.count)
        // Up to the next block of code, which ends the line: a line of many blocks would be read once for each.
        let plain = Self.text(words.prefix { !Self.isBlock($0) })
        writer.hasBrackets = ["](", "]:", "]["].contains { plain.contains($0) }
        return write(words, escaping: Self.dangerous(plain))
    }

    /// - Parameter danger: the index of the character to escape; nil when the line needs no escape.
    private mutating func write(_ words: ArraySlice<Token>, escaping danger: Int?) -> ArraySlice<Token>? {
        var words = words
        if let danger {
            let end = words.startIndex + danger
            writer.raw(Self.text(words[..<end]) + "\\" + Self.text(words[end...end]))
            words = words[(end + 1)...]
        }
        guard let place = words.firstIndex(where: Self.isBlock), case .code(let code, _) = words[place] else {
            writer.write(WhatsAppInlineParser(words).nodes, after: nil)
            return nil
        }
        // Multi-line code is a block in Markdown, so the text after it starts a new line.
        writer.write(WhatsAppInlineParser(words[..<place]).nodes, after: nil)
        writeBlock(code)
        guard place + 1 < words.endIndex else { return nil }
        writer.raw("\n")
        return words[(place + 1)...]
    }

    private mutating func writeBlock(_ code: [Character]) {
        var code = code[...]
        if code.first == "\n" { code = code.dropFirst() }
        if code.last == "\n" { code = code.dropLast() }
        if let last = writer.out.last, last != "\n" { writer.raw("\n") }
        writer.raw("```\n" + String(code) + "\n```")
    }

    /// The number of characters in the markers of quotes and list items: `> `, `- `, `* `.
    private static func prefix(of line: ArraySlice<Token>) -> Int {
        var count = 0
        while line.count > count + 2, let mark = character(line[line.startIndex + count]), ">-*".contains(mark),
            character(line[line.startIndex + count + 1]) == " "
        {
            let rest = line[(line.startIndex + count + 2)...]
            guard rest.contains(where: { character($0) != " " }) else { break }
            count += 2
        }
        return count
    }

    /// The index of the character to escape so that Markdown does not read the line as a heading, a rule, a list item
    /// …; nil when the line needs no escape.
    private static func dangerous(_ line: String) -> Int? {
        guard let first = line.first else { return nil }
        let second = line.dropFirst().first
        switch first {
        case "#":
            let level = line.prefix { $0 == "#" }.count
            return level <= 6 && line.dropFirst(level).first.isGap ? 0 : nil
        case ">": return 0
        case "+", "-", "*":
            if second.isGap { return 0 }
        case "0"..."9":
            let digits = line.prefix { $0.isASCII && $0.isNumber }
            let rest = line.dropFirst(digits.count)
            let isItem = digits.count <= 9 && (rest.first == "." || rest.first == ")") && rest.dropFirst().first.isGap
            return isItem ? digits.count : nil
        default: break
        }
        let isRule = line.contains { "-=_".contains($0) } && line.allSatisfy { "-=_:| \t".contains($0) }
        return isRule ? 0 : nil
    }

    /// The spaces at the start of a line. Four or more become no-break spaces, because Markdown would read them as
    /// code.
    private static func indentation(_ spaces: String) -> String {
        let spaces = spaces.map { $0 == "\t" ? "    " : String($0) }.joined()
        return spaces.count < 4 ? spaces : String(repeating: "\u{A0}", count: spaces.count)
    }

    private static func isBlock(_ token: Token) -> Bool {
        if case .code(let code, _) = token { code.contains("\n") } else { false }
    }

    private static func character(_ token: Token) -> Character? {
        if case .char(let character) = token { character } else { nil }
    }

    private static func text(_ tokens: ArraySlice<Token>) -> String {
        var text = ""
        for token in tokens {
            switch token {
            case .char(let character): text.append(character)
            case .literal(let characters): text += String(characters)
            // A backtick in code cannot begin formatting.
            case .code: text += "`"
            case .url: text += "h"
            }
        }
        return text
    }
}
