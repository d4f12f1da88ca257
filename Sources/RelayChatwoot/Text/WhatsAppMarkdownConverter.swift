/// Converts between WhatsApp's markup and Chatwoot's Markdown.
///
/// | WhatsApp | Markdown |
/// |---|---|
/// | `*bold*` `_italic_` `~struck~` | `**bold**` `*italic*` `~~struck~~` |
/// | code between one or three backticks, `- item`, `* item`, `> quote` | the same |
///
/// Everything else that has a meaning in Markdown is escaped, so that agents see the text as written. A text that is
/// converted to Markdown and back is unchanged, except that multi-line code gets lines of its own.
package enum WhatsAppMarkdownConverter {
    /// - Parameters:
    ///   - text: in WhatsApp's markup.
    ///   - mention: the name for `@digits`; nil keeps the digits.
    package static func fromWhatsApp(_ text: String, mention: (String) -> String? = { _ in nil }) -> String {
        var tokens = WhatsAppTokenizer(text)
        tokens.read(mention: mention)
        return WhatsAppToMarkdownBlocks.text(of: tokens.list)
    }

    /// Converts a message of Chatwoot's editor to WhatsApp's markup. `[text](URL)` becomes `text: URL`.
    package static func toWhatsApp(_ markdown: String) -> String {
        MarkdownToWhatsAppBlocks.text(of: markdown)
    }

    /// Escapes text within a line, such as a name or a title, so that nothing in it is formatting.
    static func plain(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        var writer = MarkdownLineWriter()
        writer.hasBrackets = true
        writer.write([.text(Array(line))], after: " ")
        return writer.out
    }
}

/// An inline element of a paragraph, in either markup.
indirect enum InlineElement {
    case text([Character])
    /// - Parameter isWide: whether it is delimited by three backticks instead of one.
    case code([Character], isWide: Bool)
    /// A URL, which contains no formatting.
    case url([Character])
    case styled(Style, [InlineElement])
    /// A link, in Markdown only.
    case link([InlineElement], address: String)

    enum Style: Character, CaseIterable {
        case bold = "*"
        case italic = "_"
        case struck = "~"
    }

    /// The first character of the element in either markup; nil when it is empty.
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
    /// Whether the character is whitespace or missing, which delimiters require on their outer side.
    var isGap: Bool { self?.isWhitespace ?? true }
    var isPunctuation: Bool { self.map { $0.isASCIIPunctuation || $0.isPunctuation } ?? false }
    var isSymbol: Bool { self.map { $0.isASCIIPunctuation || $0.isPunctuation || $0.isSymbol } ?? false }
    var isWord: Bool { self?.isWord ?? false }
}
