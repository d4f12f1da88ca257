/// The subset of jq that the condition checks analyze: paths, comparisons with strings and numbers, `and`, `or`, `not`,
/// and functions with exactly one result. Programs outside this subset are not analyzed and produce no diagnostics.
indirect enum JQConditionTree {
    enum Comparison { case equal, notEqual, other }

    /// `.payload.chatId`; empty for `.`.
    case path([String])
    /// A string, number, boolean or null literal in jq syntax, and its offset in the program, in Unicode scalars.
    case literal(ExpressionLiteral, at: Int)
    case comparison(Comparison, JQConditionTree, JQConditionTree, text: String)
    case and(JQConditionTree, JQConditionTree)
    case or(JQConditionTree, JQConditionTree)
    /// `a | b`
    case pipe(JQConditionTree, JQConditionTree, text: String)
    /// A function call. Each argument is a comma-separated list of one or more expressions.
    case call(String, [[JQConditionTree]], text: String)
    /// An expression with exactly one result, whose value is unknown.
    case opaque(text: String)
}

/// A literal value in a program.
enum ExpressionLiteral: Hashable {
    case string(String)
    case number(Double)
    case bool(Bool)
    case null

    /// Whether jq treats the value as true.
    var isTrue: Bool {
        switch self {
        case .bool(let value): value
        case .null: false
        case .string, .number: true
        }
    }

    var string: String? {
        if case .string(let text) = self { text } else { nil }
    }
}

/// Parses a program; returns nil for a program outside the subset of ``JQConditionTree``.
struct JQConditionParser {
    /// Functions that return exactly one result or raise an error.
    private static let functions: Set<String> = [
        "not", "startswith", "endswith", "test", "contains", "inside", "has", "length", "ascii_downcase",
        "ascii_upcase", "tostring", "tonumber", "type", "ltrimstr", "rtrimstr", "IN", "any", "all", "index", "keys",
        "split", "join", "tojson",
    ]
    private static let maximumDepth = 100

    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var depth = 0

    private struct UnsupportedSyntaxError: Error {}

    static func read(_ source: String) -> JQConditionTree? {
        var reader = JQConditionParser(scalars: Array(source.unicodeScalars))
        guard let expression = try? reader.pipe(), (try? reader.isAtEnd()) == true else { return nil }
        return expression
    }

    private init(scalars: [Unicode.Scalar]) {
        self.scalars = scalars
    }

    private mutating func isAtEnd() throws -> Bool {
        skipSpace()
        return index == scalars.count
    }

    // MARK: grammar, from the lowest to the highest operator precedence

    private mutating func pipe() throws -> JQConditionTree {
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.maximumDepth else { throw UnsupportedSyntaxError() }
        let start = begin()
        let left = try alternative()
        guard takeOperator("|") else { return left }
        let right = try pipe()
        return .pipe(left, right, text: text(from: start))
    }

    private mutating func alternative() throws -> JQConditionTree {
        let start = begin()
        let left = try or()
        guard takeOperator("//") else { return left }
        _ = try alternative()
        return .opaque(text: text(from: start))
    }

    private mutating func or() throws -> JQConditionTree {
        var left = try and()
        while takeWord("or") { left = .or(left, try and()) }
        return left
    }

    private mutating func and() throws -> JQConditionTree {
        var left = try comparison()
        while takeWord("and") { left = .and(left, try comparison()) }
        return left
    }

    private mutating func comparison() throws -> JQConditionTree {
        let start = begin()
        let left = try sum()
        let operators: [(String, JQConditionTree.Comparison)] = [
            ("==", .equal), ("!=", .notEqual), ("<=", .other), (">=", .other), ("<", .other), (">", .other),
        ]
        for (sign, comparison) in operators where takeOperator(sign) {
            let right = try sum()
            return .comparison(comparison, left, right, text: text(from: start))
        }
        return left
    }

    private mutating func sum() throws -> JQConditionTree {
        let start = begin()
        var left = try primary()
        while ["+", "-", "*", "/", "%"].contains(where: { takeOperator($0) }) {
            _ = try primary()
            left = .opaque(text: text(from: start))
        }
        return left
    }

    private mutating func primary() throws -> JQConditionTree {
        let start = begin()
        guard let first = peek else { throw UnsupportedSyntaxError() }
        if first == "." { return .path(try path()) }
        if first == "(" {
            index += 1
            let inner = try pipe()
            guard takeOperator(")") else { throw UnsupportedSyntaxError() }
            if let next = peek, next == "." || next == "[" || next == "?" { throw UnsupportedSyntaxError() }
            return inner
        }
        if first == "\"" { return .literal(.string(try string()), at: start) }
        if ("0"..."9").contains(first) {
            let digits = take { ("0"..."9").contains($0) || $0 == "." }
            guard let number = Double(digits) else { throw UnsupportedSyntaxError() }
            return .literal(.number(number), at: start)
        }
        let word = take(while: Self.isWord)
        switch word {
        case "true": return .literal(.bool(true), at: start)
        case "false": return .literal(.bool(false), at: start)
        case "null": return .literal(.null, at: start)
        default: break
        }
        guard Self.functions.contains(word) else { throw UnsupportedSyntaxError() }
        var arguments: [[JQConditionTree]] = []
        if peek == "(" {
            index += 1
            repeat {
                var alternatives = [try pipe()]
                while word == "IN", takeOperator(",") { alternatives.append(try pipe()) }
                arguments.append(alternatives)
            } while takeOperator(";")
            guard takeOperator(")") else { throw UnsupportedSyntaxError() }
        }
        if let next = peek, next == "." || next == "[" || next == "?" { throw UnsupportedSyntaxError() }
        return .call(word, arguments, text: text(from: start))
    }

    /// Parses `.a.b`, `."a"`, `.["a"]` and `.a[0]`; rejects `.[]` and `?`, which may produce no result.
    private mutating func path() throws -> [String] {
        var keys: [String] = []
        index += 1
        if let next = peek, Self.isWord(next), !("0"..."9").contains(next) {
            keys.append(take(while: Self.isWord))
        } else if peek == "\"" {
            keys.append(try string())
        }
        while let next = peek {
            if next == "[" {
                index += 1
                skipSpace()
                if peek == "\"" {
                    keys.append(try string())
                } else {
                    let digits = take { ("0"..."9").contains($0) }
                    guard !digits.isEmpty else { throw UnsupportedSyntaxError() }
                    keys.append("[\(digits)]")
                }
                guard takeOperator("]") else { throw UnsupportedSyntaxError() }
            } else if next == ".", !keys.isEmpty {
                index += 1
                if peek == "[" { continue }
                let key = peek == "\"" ? try string() : take(while: Self.isWord)
                guard !key.isEmpty else { throw UnsupportedSyntaxError() }
                keys.append(key)
            } else {
                break
            }
        }
        if peek == "?" || peek == "." { throw UnsupportedSyntaxError() }
        return keys
    }

    /// Parses a string literal without escapes or interpolation.
    private mutating func string() throws -> String {
        index += 1
        let text = take { $0 != "\"" && $0 != "\\" }
        guard peek == "\"" else { throw UnsupportedSyntaxError() }
        index += 1
        return text
    }

    // MARK: characters

    private var peek: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    private static func isWord(_ letter: Unicode.Scalar) -> Bool {
        letter == "_" || letter.isASCII && (letter.properties.isAlphabetic || ("0"..."9").contains(letter))
    }

    private mutating func take(while isPart: (Unicode.Scalar) -> Bool) -> String {
        let start = index
        while let letter = peek, isPart(letter) { index += 1 }
        return String(String.UnicodeScalarView(scalars[start..<index]))
    }

    private mutating func skipSpace() {
        while let letter = peek, letter == " " || letter == "\n" || letter == "\t" || letter == "\r" { index += 1 }
    }

    private mutating func begin() -> Int {
        skipSpace()
        return index
    }

    private func text(from start: Int) -> String {
        String(String.UnicodeScalarView(scalars[start..<index]))
    }

    private mutating func takeOperator(_ sign: String) -> Bool {
        skipSpace()
        let letters = Array(sign.unicodeScalars)
        guard scalars[index...].starts(with: letters) else { return false }
        let next = index + letters.count < scalars.count ? scalars[index + letters.count] : nil
        // `|=`, `+=` and `//=` are assignments, and `//` is not a division.
        if next == "=", sign != "==", sign != "!=", sign != "<=", sign != ">=" { return false }
        if sign == "/", next == "/" { return false }
        index += letters.count
        return true
    }

    private mutating func takeWord(_ word: String) -> Bool {
        skipSpace()
        let letters = Array(word.unicodeScalars)
        guard scalars[index...].starts(with: letters) else { return false }
        let end = index + letters.count
        if end < scalars.count, Self.isWord(scalars[end]) { return false }
        index = end
        return true
    }
}
