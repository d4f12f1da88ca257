/// Splits a Markdown paragraph into tokens. Escapes are resolved; code, links and URLs are one token each.
struct MarkdownTokenizer {
    enum Token {
        case char(Character)
        /// A character that is never a delimiter, because it was escaped or an entity.
        case literal(Character)
        case code([Character], isWide: Bool)
        case url([Character])
        case link([Character], address: String)
    }

    private(set) var list: [Token] = []
    private let text: [Character]
    private var place = 0
    /// For each length of a backtick run, the start of its last occurrence. After it no code of that length can close.
    private var lastRun: [Int: Int] = [:]

    init(_ text: ArraySlice<Character>) {
        self.text = Array(text)
        var place = 0
        while place < self.text.count {
            let run = Self.run(of: "`", in: self.text, at: place)
            if run > 0 { lastRun[run] = place }
            place += max(run, 1)
        }
        read()
    }

    private mutating func read() {
        list.reserveCapacity(text.count)
        while place < text.count {
            let character = text[place]
            let isTaken =
                switch character {
                case "\\": readEscape()
                case "`": readCode()
                case "[": readLink(from: place)
                case "!": place + 1 < text.count && text[place + 1] == "[" && readLink(from: place + 1)
                case "<": readAutolink()
                case "h": readURL()
                case "&": readEntity()
                default: false
                }
            guard !isTaken else { continue }
            list.append(.char(character))
            place += 1
        }
    }

    private static func run(of mark: Character, in text: [Character], at place: Int) -> Int {
        var end = place
        while end < text.count, text[end] == mark { end += 1 }
        return end - place
    }

    /// A backslash makes a delimiter literal; at the end of a line it is a line break.
    private mutating func readEscape() -> Bool {
        guard place + 1 < text.count else { return false }
        let next = text[place + 1]
        if next == "\n" {
            place += 1
            return true
        }
        guard next.isASCIIPunctuation else { return false }
        list.append(.literal(next))
        place += 2
        return true
    }

    private mutating func readCode() -> Bool {
        let run = Self.run(of: "`", in: text, at: place)
        var end = place + run
        if let last = lastRun[run], last >= end {
            while end < text.count {
                let other = Self.run(of: "`", in: text, at: end)
                if other == run { break }
                end += max(other, 1)
            }
            var code = text[place + run..<end]
            if code.count > 2, code.first == " ", code.last == " ", code.contains(where: { $0 != " " }) {
                code = code.dropFirst().dropLast()
            }
            list.append(.code(Array(code), isWide: run >= 3 || code.contains("`")))
            place = end + run
        } else {
            for _ in 0..<run { list.append(.literal("`")) }
            place += run
        }
        return true
    }

    /// The maximum length of a link's URL, which bounds the search for its end.
    private static let longestAddress = 4096

    /// `[text](URL "title")`.
    private mutating func readLink(from bracket: Int) -> Bool {
        var end = bracket + 1
        while end < text.count, text[end] != "]", text[end] != "[", text[end] != "\n" {
            end += text[end] == "\\" ? 2 : 1
        }
        guard end + 1 < text.count, text[end] == "]", text[end + 1] == "(" else { return false }
        var depth = 1
        var close = end + 2
        let limit = min(text.count, close + Self.longestAddress)
        while close < limit, text[close] != "\n" {
            if text[close] == "(" { depth += 1 }
            if text[close] == ")" { depth -= 1 }
            if depth == 0 { break }
            close += text[close] == "\\" ? 2 : 1
        }
        guard close < limit, depth == 0 else { return false }
        var address = text[end + 2..<close].prefix { !$0.isWhitespace }
        if address.first == "<", address.last == ">" { address = address.dropFirst().dropLast() }
        list.append(.link(Array(text[bracket + 1..<end]), address: Self.unescaped(address)))
        place = close + 1
        return true
    }

    private mutating func readAutolink() -> Bool {
        let inner = text[(place + 1)...].prefix { !$0.isWhitespace && $0 != "<" && $0 != ">" }
        let end = place + 1 + inner.count
        guard end < text.count, text[end] == ">" else { return false }
        let isAddress = ["http://", "https://", "mailto:", "tel:"].contains { inner.starts(with: $0) }
        guard !inner.contains("\\"), isAddress || Self.isMail(inner) else { return false }
        list.append(.url(Array(inner)))
        place = end + 1
        return true
    }

    private static func isMail(_ text: ArraySlice<Character>) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2
            && parts.allSatisfy { part in
                !part.isEmpty && part.allSatisfy { $0.isWord || ".!#$%&'+/=?^-_{|}".contains($0) }
            }
    }

    private mutating func readURL() -> Bool {
        guard place == 0 || !text[place - 1].isWord,
            let end = URLScanner.end(in: text, from: place, hasEscapes: true)
        else { return false }
        list.append(.url(Array(Self.unescaped(text[place..<end]))))
        place = end
        return true
    }

    private static let entities: [String: Character] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "#39": "'", "nbsp": " ",
    ]

    private mutating func readEntity() -> Bool {
        let name = String(text[(place + 1)...].prefix(5).prefix { $0 != ";" })
        let end = place + 1 + name.count
        guard let character = Self.entities[name], end < text.count, text[end] == ";" else { return false }
        list.append(.literal(character))
        place = end + 1
        return true
    }

    private static func unescaped(_ text: ArraySlice<Character>) -> String {
        var result = ""
        var isEscaped = false
        for (place, character) in zip(text.indices, text) {
            let next = place + 1 < text.endIndex ? text[place + 1] : nil
            if !isEscaped, character == "\\", next?.isASCIIPunctuation ?? false {
                isEscaped = true
                continue
            }
            isEscaped = false
            result.append(character)
        }
        return result
    }
}
