internal import RelayJSON

/// Reads the grammar of jq 1.7.
struct JQParser {
    /// The maximum nesting of an expression.
    static let maximumDepth = 400

    var tokens: [JQToken]
    var place = 0
    var depth = 0
    /// The deepest nesting so far.
    var height = 0
    /// The end of the tokens of an interpolation.
    let endOffset: Int
    /// The offsets of the line breaks of the source.
    var lines: [Int] = []

    struct Syntax {
        var expression: JQExpression
        var height: Int
    }

    static func parse(_ source: String) throws(JQError) -> Syntax {
        let tokens = try JQLexer.tokens(of: source)
        return try JQStack.runLarge(when: mayBeDeep(source, tokens)) { () throws(JQError) in
            var parser = JQParser(tokens: tokens, endOffset: tokens.last?.offset ?? 0)
            parser.lines = source.utf8.enumerated().filter { $0.element == 0x0A }.map(\.offset)
            let expression = try parser.program()
            return Syntax(expression: expression, height: parser.height)
        }
    }

    /// Whether the text has so much that opens something that it may be nested deeply.
    private static func mayBeDeep(_ source: String, _ tokens: [JQToken]) -> Bool {
        let opening = source.utf8.count { "([{-|".utf8.contains($0) }
        let words = tokens.count { if case .name(let word) = $0.kind { JQKeyword.all.contains(word) } else { false } }
        return opening + words > 24
    }

    init(tokens: [JQToken], endOffset: Int) {
        self.tokens = tokens
        self.endOffset = endOffset
    }

    // MARK: Tokens

    var token: JQToken { place < tokens.count ? tokens[place] : JQToken(kind: .end, offset: endOffset, end: endOffset) }

    func next(_ distance: Int = 1) -> JQToken.Kind {
        place + distance < tokens.count ? tokens[place + distance].kind : .end
    }

    func isSign(_ sign: String) -> Bool { token.kind == .sign(sign) }
    func isName(_ name: String) -> Bool { token.kind == .name(name) }

    mutating func take(_ sign: String) -> Bool {
        guard isSign(sign) else { return false }
        place += 1
        return true
    }

    mutating func takeName(_ name: String) -> Bool {
        guard isName(name) else { return false }
        place += 1
        return true
    }

    mutating func expect(_ sign: String, _ purpose: String) throws(JQError) {
        guard take(sign) else { throw unexpected("expected `\(sign)` \(purpose)") }
    }

    mutating func expectName(_ name: String, _ purpose: String) throws(JQError) {
        guard takeName(name) else { throw unexpected("expected `\(name)` \(purpose)") }
    }

    mutating func nested<T>(_ body: (inout JQParser) throws(JQError) -> T) throws(JQError) -> T {
        depth += 1
        defer { depth -= 1 }
        height = max(height, depth)
        guard depth <= Self.maximumDepth else {
            throw JQError(
                code: .syntax, message: "the expression is nested more than \(Self.maximumDepth) levels deep",
                offset: token.offset)
        }
        return try body(&self)
    }

    // MARK: Grammar, from the lowest to the highest precedence

    private mutating func program() throws(JQError) -> JQExpression {
        if case .name(let word) = token.kind, ["import", "include", "module"].contains(word) {
            throw JQError(
                code: .syntax, message: "`\(word)`: an expression has no modules; write `def name: …;` in it",
                offset: token.offset)
        }
        let expression = try pipe()
        guard token.kind == .end else { throw unexpected("expected the end of the expression") }
        return expression
    }

    /// `def …; a | b, c`
    mutating func pipe(allowsComma: Bool = true) throws(JQError) -> JQExpression {
        try nested { (parser) throws(JQError) in try parser.pipeChain(allowsComma: allowsComma) }
    }

    private mutating func pipeChain(allowsComma: Bool) throws(JQError) -> JQExpression {
        if isName("def") {
            let offset = token.offset
            let definition = try definition()
            if token.kind == .end { throw unexpected("expected an expression after the definition; write `.`") }
            let rest = try pipe(allowsComma: allowsComma)
            return JQExpression(kind: .define(definition, rest), offset: offset)
        }
        let left = try comma(allowsComma: allowsComma)
        let offset = token.offset
        guard take("|") else { return left }
        let right = try pipe(allowsComma: allowsComma)
        return JQExpression(kind: .pipe(left, right), offset: offset)
    }

    private mutating func comma(allowsComma: Bool) throws(JQError) -> JQExpression {
        var left = try binary(0)
        let start = depth
        defer { depth = start }
        while allowsComma, isSign(",") {
            let offset = token.offset
            place += 1
            try deepen()
            left = JQExpression(kind: .comma(left, try binary(0)), offset: offset)
        }
        return left
    }

    /// A chain of operators is as deep as it is long.
    private mutating func deepen() throws(JQError) {
        depth += 1
        _ = try nested { (_) throws(JQError) in () }
    }

    private enum Associativity: Sendable { case left, right, none }

    private struct OperatorEntry: Sendable {
        var level: Int
        var associativity: Associativity
        var make: @Sendable (JQExpression, JQExpression) -> JQExpression.Kind
    }

    private static let operators: [JQToken.Kind: OperatorEntry] = {
        var table: [JQToken.Kind: OperatorEntry] = [:]
        func operation(_ sign: String, _ level: Int, _ associativity: Associativity) {
            guard let kind = JQExpression.Operator(rawValue: sign) else { return }
            let token: JQToken.Kind = sign == "and" || sign == "or" ? .name(sign) : .sign(sign)
            table[token] = OperatorEntry(level: level, associativity: associativity) { .operation(kind, $0, $1) }
        }
        operation("//", 0, .right)
        table[.sign("=")] = OperatorEntry(level: 1, associativity: .none) { .assignment(.set, $0, $1) }
        table[.sign("|=")] = OperatorEntry(level: 1, associativity: .none) { .assignment(.update, $0, $1) }
        for sign in ["+", "-", "*", "/", "%", "//"] {
            guard let kind = JQExpression.Operator(rawValue: sign) else { continue }
            table[.sign(sign + "=")] = OperatorEntry(level: 1, associativity: .none) {
                .assignment(.compute(kind), $0, $1)
            }
        }
        operation("or", 2, .left)
        operation("and", 3, .left)
        for sign in ["==", "!=", "<", "<=", ">", ">="] { operation(sign, 4, .none) }
        for sign in ["+", "-"] { operation(sign, 5, .left) }
        for sign in ["*", "/", "%"] { operation(sign, 6, .left) }
        return table
    }()

    /// Operators of `level` and above.
    private mutating func binary(_ level: Int) throws(JQError) -> JQExpression {
        var left = try unary()
        var lastNone: Int?
        let start = depth
        defer { depth = start }
        while let entry = Self.operators[token.kind], entry.level >= level {
            if entry.associativity == .none, lastNone == entry.level {
                throw unexpected("a comparison or assignment cannot follow another; use parentheses")
            }
            let offset = token.offset
            place += 1
            try deepen()
            let right = try binary(entry.associativity == .right ? entry.level : entry.level + 1)
            left = JQExpression(kind: entry.make(left, right), offset: offset)
            if entry.associativity == .none { lastNone = entry.level }
        }
        return left
    }

    mutating func unary() throws(JQError) -> JQExpression {
        let offset = token.offset
        if isName("def") { return try pipe() }
        guard take("-") else { return try postfix() }
        // `-` reaches over `*` and `/`, but not over `+`.
        let operand = try nested { (parser) throws(JQError) in try parser.binary(6) }
        return JQExpression(kind: .negate(operand), offset: offset)
    }

    private mutating func definition() throws(JQError) -> JQExpression.Definition {
        place += 1
        let offset = token.offset
        guard case .name(let name) = token.kind else { throw unexpected("expected the name of a function") }
        place += 1
        var parameters: [String] = []
        if take("(") {
            repeat {
                switch token.kind {
                case .name(let name): parameters.append(name)
                case .variable(let name): parameters.append("$" + name)
                default: throw unexpected("expected the name of a parameter")
                }
                place += 1
            } while take(";")
            try expect(")", "after the parameters")
        }
        try expect(":", "before the body of the function")
        let body = try pipe()
        try expect(";", "after the body of the function")
        return JQExpression.Definition(name: name, parameters: parameters, body: body, offset: offset)
    }
}

extension JQToken.Kind: Hashable {
    func hash(into hasher: inout Hasher) {
        switch self {
        case .sign(let text), .name(let text): hasher.combine(text)
        default: hasher.combine(0)
        }
    }
}
