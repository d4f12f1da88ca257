/// A part of a statement's text. All parts together are the text.
struct SQLToken: Equatable {
    enum Kind {
        /// White space and comments.
        case space
        /// A name, a keyword or a number.
        case word
        /// A string in single quotes.
        case string
        /// A name in quotation marks.
        case quotedName
        /// `?`, or `?` with a number.
        case parameter
        /// Any other single character.
        case symbol
    }

    let kind: Kind
    let text: String
    /// A word in capitals, for comparison; empty for the others.
    let keyword: String

    init(_ kind: Kind, _ text: Substring) {
        self.kind = kind
        self.text = String(text)
        keyword = kind == .word ? text.uppercased() : ""
    }

    func isSymbol(_ character: String) -> Bool { kind == .symbol && text == character }

    /// The parts of a statement.
    static func tokens(of sql: String) -> [SQLToken] {
        var tokens: [SQLToken] = []
        var rest = sql[...]
        while let token = first(of: rest) {
            tokens.append(token)
            rest = rest.dropFirst(token.text.count)
        }
        return tokens
    }

    private static func first(of text: Substring) -> SQLToken? {
        guard let character = text.first else { return nil }
        if character.isWhitespace { return SQLToken(.space, text.prefix(while: \.isWhitespace)) }
        if text.hasPrefix("--") { return SQLToken(.space, text.prefix { !$0.isNewline }) }
        if text.hasPrefix("/*") { return SQLToken(.space, through(text.firstRange(of: "*/"), of: text)) }
        if character == "'" { return SQLToken(.string, quoted(text, by: "'")) }
        if character == "\"" { return SQLToken(.quotedName, quoted(text, by: "\"")) }
        if character == "?" {
            return SQLToken(.parameter, text.prefix(1 + text.dropFirst().prefix { $0.isASCII && $0.isNumber }.count))
        }
        if isWordPart(character) { return SQLToken(.word, text.prefix(while: isWordPart)) }
        return SQLToken(.symbol, text.prefix(1))
    }

    private static func isWordPart(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_" || character == "$"
    }

    /// Up to the quotation mark that ends it. One that is doubled belongs to the text.
    private static func quoted(_ text: Substring, by mark: Character) -> Substring {
        var end = text.index(after: text.startIndex)
        while let next = text[end...].firstIndex(of: mark) {
            end = text.index(after: next)
            guard end < text.endIndex, text[end] == mark else { return text[..<end] }
            end = text.index(after: end)
        }
        return text
    }

    private static func through(_ range: Range<Substring.Index>?, of text: Substring) -> Substring {
        range.map { text[..<$0.upperBound] } ?? text
    }
}
