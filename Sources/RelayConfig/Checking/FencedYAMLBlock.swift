/// One fenced block of YAML in a Markdown file.
struct FencedYAMLBlock {
    /// As many lines as the document has; lines outside the block are empty, so that positions in the block equal
    /// positions in the document.
    var lines: [String]
    /// The line of the opening fence, from 1.
    var line: Int
    /// The file name in a comment on the block's first line, such as `pipelines/default.yaml`; nil when there is none.
    var title: String?

    /// The blocks to check: those marked `yaml` or `yml`, but not `yaml ignore`.
    static func read(_ text: String) -> [FencedYAMLBlock] {
        let lines = YAMLReader.lines(of: text)
        var blocks: [FencedYAMLBlock] = []
        var open: (fence: OpeningCodeFence, line: Int)?
        for (index, line) in lines.enumerated() {
            guard let (fence, start) = open else {
                if let fence = OpeningCodeFence(line) { open = (fence, index) }
                continue
            }
            guard fence.isClosed(by: line) || index == lines.count - 1 else { continue }
            if fence.isOurs { blocks.append(FencedYAMLBlock(lines, from: start + 1, to: index)) }
            open = nil
        }
        return blocks
    }

    private init(_ document: [String], from start: Int, to end: Int) {
        lines = Array(repeating: "", count: start) + document[start..<max(start, end)]
        line = start
        title = lines[start...].first.flatMap(Self.title)
    }

    init(lines: [String], title: String?) {
        self.lines = lines
        self.title = title
        line = 1
    }

    /// Parses `# pipelines/default.yaml` or `# config.yaml: what it shows`.
    private static func title(_ line: String) -> String? {
        let trimmed = line.drop { $0 == " " }
        guard trimmed.hasPrefix("#") else { return nil }
        let words = trimmed.drop { $0 == "#" }.split(whereSeparator: { " :,".contains($0) })
        return words.first.map(String.init).flatMap { $0.hasSuffix(".yaml") ? $0 : nil }
    }
}

/// The opening fence of a code block (CommonMark 0.31, 4.5), at any indentation, because list items also contain
/// blocks.
private struct OpeningCodeFence {
    private let mark: Character
    private let length: Int
    private let words: [String]

    init?(_ line: String) {
        let trimmed = line.drop { $0 == " " }
        guard let mark = trimmed.first, mark == "`" || mark == "~" else { return nil }
        length = trimmed.prefix { $0 == mark }.count
        let rest = trimmed.dropFirst(length)
        guard length >= 3, mark == "~" || !rest.contains("`") else { return nil }
        self.mark = mark
        words = rest.lowercased().split { $0 == " " || $0 == "\t" || $0 == "," }.map(String.init)
    }

    var isOurs: Bool {
        guard let language = words.first else { return false }
        return (language == "yaml" || language == "yml") && !words.contains("ignore")
    }

    func isClosed(by line: String) -> Bool {
        let trimmed = line.drop { $0 == " " }
        let marks = trimmed.prefix { $0 == mark }
        return marks.count >= length && trimmed.dropFirst(marks.count).allSatisfy { $0 == " " || $0 == "\t" }
    }
}
