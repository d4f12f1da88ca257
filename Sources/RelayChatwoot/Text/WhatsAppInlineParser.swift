/// Parses the formatting of a line by WhatsApp's rules. A delimiter opens after any character except a letter or digit
/// and before any character except a space. It closes in the reverse case, on the same line.
struct WhatsAppInlineParser {
    private let line: [WhatsAppTokenizer.Token]

    init(_ line: ArraySlice<WhatsAppTokenizer.Token>) {
        self.line = Array(line)
    }

    var nodes: [InlineElement] { nodes(line.indices, within: []) }

    private func nodes(_ range: Range<Int>, within open: Set<Character>) -> [InlineElement] {
        var nodes: [InlineElement] = []
        var plain: [Character] = []
        // Delimiters for which no closing one was found; the search is not repeated.
        var hopeless = open
        var place = range.lowerBound
        func flush() {
            if !plain.isEmpty { nodes.append(.text(plain)) }
            plain = []
        }
        while place < range.upperBound {
            switch line[place] {
            case .char(let mark):
                guard let style = InlineElement.Style(rawValue: mark), !hopeless.contains(mark), opens(at: place, range)
                else {
                    plain.append(mark)
                    break
                }
                guard let end = closing(mark, from: place, range) else {
                    hopeless.insert(mark)
                    plain.append(mark)
                    break
                }
                flush()
                nodes.append(.styled(style, self.nodes(place + 1..<end, within: open.union([mark]))))
                place = end
            case .literal(let text): plain += text
            case .code(let code, let isWide):
                flush()
                nodes.append(.code(code, isWide: isWide))
            case .url(let address):
                flush()
                nodes.append(.url(address))
            }
            place += 1
        }
        flush()
        return nodes
    }

    private func opens(at place: Int, _ range: Range<Int>) -> Bool {
        guard place + 2 < range.upperBound, !last(place - 1).isWord else { return false }
        let next = first(place + 1)
        return !next.isGap && next != first(place)
    }

    private func closing(_ mark: Character, from start: Int, _ range: Range<Int>) -> Int? {
        (start + 2..<range.upperBound).first { place in
            if case .char(mark) = line[place] { !last(place - 1).isGap && !first(place + 1).isWord } else { false }
        }
    }

    /// The first character of a token; nil after the end of the line.
    private func first(_ place: Int) -> Character? {
        guard line.indices.contains(place) else { return nil }
        return switch line[place] {
        case .char(let character): character
        case .literal(let text), .url(let text): text.first
        case .code: "`"
        }
    }

    private func last(_ place: Int) -> Character? {
        guard line.indices.contains(place) else { return nil }
        return switch line[place] {
        case .char(let character): character
        case .literal(let text), .url(let text): text.last
        case .code: "`"
        }
    }
}
