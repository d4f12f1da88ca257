/// Writes a line as Markdown. Plain text that Markdown would interpret is escaped with backslashes. Formatting that
/// Markdown would not recognize in its position (CommonMark 0.31, 6.2) keeps WhatsApp's own delimiters.
struct MarkdownLineWriter {
    private(set) var out = ""
    /// Whether brackets on this line could be read as a link.
    var hasBrackets = false
    /// Whether the last character is a delimiter, with which an equal character after it would form one run.
    private var endsInDelimiter = false

    mutating func raw(_ text: some StringProtocol) {
        out += text
        endsInDelimiter = false
    }

    /// - Parameters:
    ///   - after: the next character on the line; nil at its end.
    ///   - outer: the characters of the enclosing delimiters.
    mutating func write(_ nodes: [InlineElement], after: Character?, outer: Set<Character> = []) {
        for (index, node) in nodes.enumerated() {
            let next = nodes[(index + 1)...].lazy.compactMap(\.first).first ?? after
            switch node {
            case .text(let text): write(text, after: next)
            case .url(let address): raw(String(address))
            case .code(let code, let isWide): writeCode(code, isWide: isWide, after: next)
            case .styled(let style, let inner): writeStyled(style, inner, after: next, outer: outer)
            case .link(let text, _): write(text, after: next, outer: outer)
            }
        }
    }

    private mutating func writeStyled(
        _ style: InlineElement.Style, _ inner: [InlineElement], after next: Character?, outer: Set<Character>
    ) {
        let mark = String(style.rawValue)
        guard let delimiter = delimiter(style, inner, after: next, outer: outer), let character = delimiter.first else {
            raw("\\" + mark)
            write(inner, after: style.rawValue, outer: outer)
            raw("\\" + mark)
            return
        }
        out += delimiter
        endsInDelimiter = true
        write(inner, after: character, outer: outer.union([character]))
        out += delimiter
        endsInDelimiter = true
    }

    /// The delimiter that Markdown recognizes in this position; nil when there is none.
    private func delimiter(
        _ style: InlineElement.Style, _ inner: [InlineElement], after next: Character?, outer: Set<Character>
    ) -> String? {
        let candidates =
            switch style {
            case .bold: ["**", "__"]
            case .italic: ["*", "_"]
            case .struck: ["~~"]
            }
        let previous = lineEnd
        let (first, last) = (inner.first?.first, inner.last?.last)
        return candidates.first { candidate in
            guard let character = candidate.first, !outer.contains(character) else { return false }
            if endsInDelimiter, previous == character { return false }
            let isOpenBefore = previous.isGap || previous.isPunctuation
            let isOpenAfter = next.isGap || next.isPunctuation
            if character == "_" { return isOpenBefore && isOpenAfter }
            return (!first.isSymbol || isOpenBefore) && (!last.isSymbol || isOpenAfter)
        }
    }

    private mutating func writeCode(_ code: [Character], isWide: Bool, after next: Character?) {
        let ticks = isWide ? "```" : "`"
        guard !(endsInDelimiter && lineEnd == "`") else {
            // The backticks of two adjacent code elements would be read as one run.
            for tick in ticks { raw("\\\(tick)") }
            write(code, after: "`")
            for tick in ticks { raw("\\\(tick)") }
            return
        }
        let needsPadding = code.first == "`" || (code.first == " " && code.last == " ")
        let padding = needsPadding ? " " : ""
        out += ticks + padding + String(code) + padding + ticks
        endsInDelimiter = true
    }

    /// The previous character on the same line; nil at its start.
    private var lineEnd: Character? { out.last.flatMap { $0 == "\n" ? nil : $0 } }

    // MARK: - Plain text

    private mutating func write(_ text: [Character], after: Character?) {
        for (index, character) in text.enumerated() {
            let next = index + 1 < text.count ? text[index + 1] : after
            if needsEscape(character, next: next, rest: text[(index + 1)...]) { out += "\\" }
            out.append(character)
            endsInDelimiter = false
        }
    }

    private func needsEscape(_ character: Character, next: Character?, rest: ArraySlice<Character>) -> Bool {
        switch character {
        case "*": !(lineEnd.isGap && next.isGap)
        case "_": !(lineEnd.isGap && next.isGap) && !(lineEnd.isWord && next.isWord)
        case "~": lineEnd == "~" || next == "~"
        case "`": true
        case "[": hasBrackets
        case "<": !next.isGap && !(next?.isNumber ?? false)
        case "\\": next?.isASCIIPunctuation ?? true
        case "&": Self.isEntity(rest)
        default: false
        }
    }

    private static func isEntity(_ rest: ArraySlice<Character>) -> Bool {
        let name = rest.prefix(33).prefix { $0.isASCII && ($0.isWord || $0 == "#") }
        return !name.isEmpty && rest.dropFirst(name.count).first == ";"
    }
}
