import Foundation

/// A text in the sources that may be part of a diagnostic: a string literal of more than one word.
struct SourceText: CustomStringConvertible {
    /// The path of the file, relative to `Sources/`.
    let file: String
    let line: Int
    /// The literal parts between its interpolations.
    let parts: [String]

    var description: String { "\(file):\(line): \(parts.joined(separator: "…"))" }

    /// Whether a diagnostic contains the text, with any values of the interpolations.
    func isSaid(in text: String) -> Bool {
        var rest = text[...]
        for part in parts where !part.isEmpty {
            guard let range = rest.range(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return true
    }

    /// The texts of one file or, in no particular order, of every Swift file below a folder.
    static func all(in path: String) throws -> [SourceText] {
        let root = GoldenCase.folder.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources")
        let isFile = path.hasSuffix(".swift")
        let below = isFile ? [path] : try FileManager.default.subpathsOfDirectory(atPath: root.path + "/" + path)
        return try below.filter { $0.hasSuffix(".swift") }.flatMap { name in
            let file = isFile ? name : path + "/" + name
            let source = try String(contentsOfFile: root.path + "/" + file, encoding: .utf8)
            var scanner = LiteralScanner(source)
            let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
            return scanner.literals()
                // An example of an option, for documentation.
                .filter { !lines[$0.line - 1].contains("static let example") }
                .map { SourceText(file: file, line: $0.line, parts: $0.parts) }
                .filter(\.isForPeople)
        }
    }

    /// False for names, for patterns, and for the documentation of an option, which is a full sentence.
    private var isForPeople: Bool {
        let whole = parts.joined()
        return whole.contains(" ") && whole.contains { $0.isLetter } && !(whole.first?.isUppercase == true)
            && !whole.contains("\n") && !whole.hasPrefix("^")
    }
}

/// Scans Swift source for string literals.
private struct LiteralScanner {
    typealias ExpressionLiteral = (line: Int, parts: [String])

    private let scalars: [Character]
    private var index = 0
    private var line = 1
    private var found: [ExpressionLiteral] = []

    init(_ source: String) { scalars = Array(source) }

    mutating func literals() -> [ExpressionLiteral] {
        code(until: nil)
        return found
    }

    private func isNext(_ text: String) -> Bool { scalars[index...].starts(with: text) }

    private mutating func take() -> Character {
        let scalar = scalars[index]
        if scalar == "\n" { line += 1 }
        index += 1
        return scalar
    }

    /// - Parameter end: the parenthesis that ends an interpolation; nil to scan to the end of the file.
    private mutating func code(until end: Character?) {
        var depth = 0
        while index < scalars.count {
            if isNext("//") {
                while index < scalars.count, scalars[index] != "\n" { index += 1 }
            } else if isNext("#\"") || isNext("\"") {
                literal()
            } else {
                let scalar = take()
                if scalar == "(" { depth += 1 }
                if scalar == ")" {
                    if end != nil, depth == 0 { return }
                    depth -= 1
                }
            }
        }
    }

    private mutating func literal() {
        let start = line
        let hash = isNext("#") ? "#" : ""
        let quote = isNext(hash + "\"\"\"") ? "\"\"\"" : "\""
        index += hash.count + quote.count
        var parts = [""]
        while index < scalars.count, !isNext(quote + hash) {
            if isNext("\\" + hash) {
                index += 1 + hash.count
                switch take() {
                case "(":
                    code(until: ")")
                    parts.append("")
                case "n": parts[parts.count - 1] += "\n"
                case "\n": continue
                case let escaped: parts[parts.count - 1].append(escaped)
                }
            } else {
                parts[parts.count - 1].append(take())
            }
        }
        index += quote.count + hash.count
        found.append((start, parts))
    }
}
