/// WhatsApp's formatting and Chatwoot's Markdown, each into the other.
///
/// | WhatsApp | Markdown |
/// |---|---|
/// | `*bold*` `_italic_` `~struck~` | `**bold**` `*italic*` `~~struck~~` |
/// | code between one or three backticks, `- item`, `* item`, `> quote` | the same |
///
/// Whatever else would mean something in Markdown is escaped, so that agents see what was written. A text that goes to
/// Chatwoot and back is the same again, but for code over several lines, which gets lines of its own.
package enum MarkdownConversion {
    /// - Parameters:
    ///   - text: as WhatsApp has it.
    ///   - mention: the name of whom `@digits` stands for; nil leaves the digits.
    package static func fromWhatsApp(_ text: String, mention: (String) -> String? = { _ in nil }) -> String {
        var tokens = WhatsAppTokenizer(text)
        tokens.read(mention: mention)
        return MarkdownBlockConverter.text(of: tokens.list)
    }

    /// A message of Chatwoot's editor as WhatsApp has it. `[text](address)` becomes `text: address`.
    package static func toWhatsApp(_ markdown: String) -> String {
        WhatsAppBlockConverter.text(of: markdown)
    }

    /// Plain text within a line: names, titles. Nothing in it is formatting.
    static func plain(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        var writer = MarkdownWriter()
        writer.hasBrackets = true
        writer.write([.text(Array(line))], after: " ")
        return writer.out
    }
}

/// A piece of a paragraph, in either of the two.
indirect enum InlineElement {
    case text([Character])
    /// - Parameter isWide: whether three backticks stand around it, not one.
    case code([Character], isWide: Bool)
    /// An address: nothing in it is formatting.
    case url([Character])
    case styled(Style, [InlineElement])
    /// Only in Markdown.
    case link([InlineElement], address: String)

    enum Style: Character, CaseIterable {
        case bold = "*"
        case italic = "_"
        case struck = "~"
    }

    /// The first character that the piece has in either form; nil when it is empty.
    var first: Character? {
        switch self {
        case .text(let text), .url(let text): text.first
        case .code: "`"
        case .styled(let style, _): style.rawValue
        case .link(let text, _): text.first?.first
        }
    }

    var last: Character? {
        switch self {
        case .text(let text), .url(let text): text.last
        case .code: "`"
        case .styled(let style, _): style.rawValue
        case .link(let text, _): text.last?.last
        }
    }
}

extension Character {
    var isWord: Bool { isLetter || isNumber }

    var isASCIIPunctuation: Bool {
        guard let value = asciiValue else { return false }
        switch value {
        case 33...47, 58...64, 91...96, 123...126: return true
        default: return false
        }
    }
}

extension Character? {
    /// Whether nothing is there, or a space: what delimiters lean on.
    var isGap: Bool { self?.isWhitespace ?? true }
    var isPunctuation: Bool { self.map { $0.isASCIIPunctuation || $0.isPunctuation } ?? false }
    var isSymbol: Bool { self.map { $0.isASCIIPunctuation || $0.isPunctuation || $0.isSymbol } ?? false }
    var isWord: Bool { self?.isWord ?? false }
}
