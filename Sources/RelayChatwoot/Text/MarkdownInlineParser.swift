/// Parses the inline formatting of a Markdown paragraph as Chatwoot's editor writes it (CommonMark 0.31, 6.2, without
/// nesting a style in itself).
struct MarkdownInlineParser {
    private let tokens: [MarkdownTokenizer.Token]

    init(_ text: ArraySlice<Character>) {
        tokens = MarkdownTokenizer(text).list
    }

    var nodes: [InlineElement] { nodes(tokens.indices, within: []) }

    /// A delimiter run: consecutive delimiters of the same character.
    private struct Run {
        let mark: Character
        let start: Int
        let end: Int
        let opens: Bool
        let closes: Bool
        var count: Int { end - start }
    }

    private func nodes(_ range: Range<Int>, within open: Set<InlineElement.Style>) -> [InlineElement] {
        var nodes: [InlineElement] = []
        var plain: [Character] = []
        // Delimiters for which no closing one was found; the search is not repeated.
        var hopeless: Set<String> = []
        var place = range.lowerBound
        func flush() {
            if !plain.isEmpty { nodes.append(.text(plain)) }
            plain = []
        }
        while place < range.upperBound {
            switch tokens[place] {
            case .char(let mark):
                guard let run = run(at: place, range) else {
                    plain.append(mark)
                    break
                }
                if let (style, inner, end) = styled(run, range, within: open, &hopeless) {
                    flush()
                    nodes.append(.styled(style, self.nodes(inner, within: open.union([style]))))
                    place = end - 1
                } else {
                    plain += Array(repeating: mark, count: run.count)
                    place = run.end - 1
                }
            case .literal(let character): plain.append(character)
            case .code(let code, let isWide):
                flush()
                nodes.append(.code(code, isWide: isWide))
            case .url(let address):
                flush()
                nodes.append(.url(address))
            case .link(let text, let address):
                flush()
                nodes.append(.link(MarkdownInlineParser(text[...]).nodes, address: address))
            }
            place += 1
        }
        flush()
        return nodes
    }

    /// The style that a run opens, the range of its content, and the index after its closing delimiter.
    private func styled(
        _ run: Run, _ range: Range<Int>, within open: Set<InlineElement.Style>, _ hopeless: inout Set<String>
    ) -> (InlineElement.Style, Range<Int>, Int)? {
        guard run.opens else { return nil }
        let choices: [(style: InlineElement.Style, length: Int)] =
            run.mark == "~" ? [(.struck, 2)] : [(.bold, 2), (.italic, 1)]
        for (style, length) in choices where run.count >= length && !open.contains(style) {
            let key = "\(run.mark)\(length)"
            // A run of three is both styles: the inner one closes inside the outer one.
            if run.count != length, !(run.count == 3 && length == 2) { continue }
            guard !hopeless.contains(key) else { continue }
            if let end = closing(run.mark, length, from: run.start + length, range) {
                return (style, run.start + length..<end, end + length)
            }
            hopeless.insert(key)
        }
        return nil
    }

    /// The index of the closing delimiter, which is the end of its run.
    private func closing(_ mark: Character, _ length: Int, from start: Int, _ range: Range<Int>) -> Int? {
        var place = start
        while place < range.upperBound {
            guard case .char(mark) = tokens[place], let run = run(at: place, range) else {
                place += 1
                continue
            }
            if run.closes, run.start > start, run.count == length || run.count == 3 { return run.end - length }
            place = run.end
        }
        return nil
    }

    private func run(at place: Int, _ range: Range<Int>) -> Run? {
        guard case .char(let mark) = tokens[place], mark == "*" || mark == "_" || mark == "~" else { return nil }
        var end = place
        while end < range.upperBound, case .char(mark) = tokens[end] { end += 1 }
        let (previous, next) = (last(place - 1), first(end))
        let isLeft = !next.isGap && (!next.isPunctuation || previous.isGap || previous.isPunctuation)
        let isRight = !previous.isGap && (!previous.isPunctuation || next.isGap || next.isPunctuation)
        let isStrict = mark == "_"
        return Run(
            mark: mark, start: place, end: end,
            opens: isLeft && (!isStrict || !isRight || previous.isPunctuation),
            closes: isRight && (!isStrict || !isLeft || next.isPunctuation)
        )
    }

    private func first(_ place: Int) -> Character? {
        guard tokens.indices.contains(place) else { return nil }
        return switch tokens[place] {
        case .char(let character), .literal(let character): character
        case .url(let text): text.first
        case .code: "`"
        case .link: "["
        }
    }

    private func last(_ place: Int) -> Character? {
        guard tokens.indices.contains(place) else { return nil }
        return switch tokens[place] {
        case .char(let character), .literal(let character): character
        case .url(let text): text.last
        case .code: "`"
        case .link: ")"
        }
    }
}
