/// Lines of WhatsApp as lines of Markdown: lists, quotes and code over several lines are the same in both; a line that
/// only Markdown would take for something gets a backslash.
struct MarkdownBlockConverter {
    private var writer = MarkdownWriter()
    /// Whether the line before was a quote or an item, which a plain line would become part of.
    private var isInBlock = false

    private typealias Token = WhatsAppTokenizer.Token

    static func text(of tokens: [WhatsAppTokenizer.Token]) -> String {
        var blocks = MarkdownBlockConverter()
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

    /// - Returns: what is to stand on a line of its own after it; nil when nothing is left.
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
        let plain = Self.text(words)
        writer.hasBrackets = ["](", "]:", "]["].contains { plain.contains($0) }
        return write(words, escaping: Self.dangerous(plain))
    }

    /// - Parameter danger: the place of the character that makes the line something else.
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
        // Code over several lines is a block in Markdown; what follows it is on a line of its own.
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

    /// How many characters are the marks of quotes and items: `> `, `- `, `* `.
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

    /// The place of the character in front of which a backslash keeps a line from being a heading, a rule, an item …
    /// in Markdown; nil when it is a plain line.
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

    /// Spaces at the start of a line. From four on Markdown would take the line for code.
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
            // Neither begins anything.
            case .code: text += "`"
            case .url: text += "h"
            }
        }
        return text
    }
}
