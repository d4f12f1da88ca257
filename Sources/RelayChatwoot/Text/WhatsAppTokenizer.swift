/// Splits a WhatsApp text into tokens. Code and URLs are one token each and contain no formatting.
struct WhatsAppTokenizer {
    enum Token {
        case char(Character)
        /// Characters that are never formatting.
        case literal([Character])
        case code([Character], isWide: Bool)
        case url([Character])
    }

    private(set) var list: [Token] = []
    private let text: [Character]
    private var place = 0
    /// The index before which there is no closing backtick, so that the search is not repeated.
    private var noBacktickBefore = 0
    private var hasFences = true

    init(_ text: String) {
        self.text = Self.lines(of: text)
    }

    /// The characters, with all line breaks as `\n`.
    static func lines(of text: String) -> [Character] {
        text.map { $0 == "\r\n" || $0 == "\r" ? "\n" : $0 }
    }

    mutating func read(mention: (String) -> String?) {
        list.reserveCapacity(text.count)
        while place < text.count {
            let character = text[place]
            let isTaken =
                switch character {
                case "`": readFence() || readCode()
                case "h": readURL()
                case "@": readMention(mention)
                default: false
                }
            guard !isTaken else { continue }
            list.append(.char(character))
            place += 1
        }
    }

    private mutating func readFence() -> Bool {
        guard hasFences, isFence(at: place) else { return false }
        guard let end = (place + 3..<text.count).first(where: isFence) else {
            hasFences = false
            return false
        }
        let code = text[place + 3..<end]
        guard !code.allSatisfy(\.isWhitespace) else { return false }
        list.append(.code(Array(code), isWide: true))
        place = end + 3
        return true
    }

    private func isFence(at place: Int) -> Bool {
        place + 2 < text.count && text[place] == "`" && text[place + 1] == "`" && text[place + 2] == "`"
    }

    private mutating func readCode() -> Bool {
        guard place >= noBacktickBefore else { return false }
        let end = text[(place + 1)...].firstIndex { $0 == "`" || $0 == "\n" } ?? text.count
        guard end < text.count, text[end] == "`" else {
            noBacktickBefore = end
            return false
        }
        let code = text[place + 1..<end]
        guard !code.allSatisfy(\.isWhitespace) else { return false }
        list.append(.code(Array(code), isWide: false))
        place = end + 1
        return true
    }

    private mutating func readURL() -> Bool {
        guard place == 0 || !text[place - 1].isWord,
            let end = URLScanner.end(in: text, from: place)
        else { return false }
        list.append(.url(Array(text[place..<end])))
        place = end
        return true
    }

    private mutating func readMention(_ name: (String) -> String?) -> Bool {
        let digits = text[(place + 1)...].prefix { $0.isASCII && $0.isNumber }
        guard digits.count >= 5, let name = name(String(digits)) else { return false }
        list.append(.literal(["@"] + Array(name)))
        place += 1 + digits.count
        return true
    }
}

/// Finds URLs in a text.
enum URLScanner {
    /// The end index of a URL that begins at `start`; nil when none begins there. Punctuation at its end is excluded.
    /// - Parameter hasEscapes: whether `\\_` before a letter is part of it, which Chatwoot's editor writes for
    ///   underscores.
    static func end(in text: [Character], from start: Int, hasEscapes: Bool = false) -> Int? {
        guard let scheme = ["https://", "http://"].first(where: { text[start...].starts(with: $0) }) else { return nil }
        let body = start + scheme.count
        var end = body
        while end < text.count, !text[end].isWhitespace, !"<>\"`".contains(text[end]) {
            if text[end] == "\\" {
                guard hasEscapes, end + 2 < text.count, "_~*".contains(text[end + 1]), text[end + 2].isWord else {
                    break
                }
                end += 1
            }
            end += 1
        }
        while end > body, ends.contains(text[end - 1]) { end -= 1 }
        return end > body ? end : nil
    }

    static let ends: Set<Character> = [
        "*", "_", "~", ".", ",", ";", ":", "!", "?", "'", "(", ")", "[", "]", "{", "}", "\\",
    ]
}
