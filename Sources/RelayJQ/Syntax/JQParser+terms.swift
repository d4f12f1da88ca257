internal import RelayJSON

extension JQParser {
    /// A term with what follows it: fields, indexes, `?`, and `as`.
    mutating func postfix() throws(JQError) -> JQExpression {
        let start = token.offset
        var term = try primary()
        let outer = depth
        defer { depth = outer }
        while true {
            let offset = token.offset
            switch token.kind {
            case .field(let name):
                place += 1
                term = index(term, key: .string(name), at: offset)
            case .sign("."):
                place += 1
                if case .string = token.kind {
                    let key = try stringTerm(format: nil)
                    term = JQExpression(kind: .index(term, key, isOptional: takeOptional()), offset: offset)
                } else if isSign("[") {
                    term = try bracket(term)
                } else {
                    throw unexpected("expected a name after `.`")
                }
            case .sign("["):
                term = try bracket(term)
            case .sign("?"):
                place += 1
                term = JQExpression(kind: .attempt(term, handler: nil), offset: offset)
            case .sign("?//"):
                // Outside of patterns this is `?` and `//`.
                let token = token
                tokens[place] = JQToken(kind: .sign("//"), offset: token.offset + 1, end: token.end)
                term = Self.optional(term, at: offset)
                return term
            case .name("as"):
                return try bind(term, at: start)
            default:
                return term
            }
            depth += 1
            height = max(height, depth)
            guard depth <= Self.maximumDepth else { throw unexpected("the expression is nested too deeply") }
        }
    }

    private static func optional(_ term: JQExpression, at offset: Int) -> JQExpression {
        switch term.kind {
        case .index(let base, let key, false):
            JQExpression(kind: .index(base, key, isOptional: true), offset: term.offset)
        case .iterate(let base, false): JQExpression(kind: .iterate(base, isOptional: true), offset: term.offset)
        case .slice(let base, let from, let to, false):
            JQExpression(kind: .slice(base, from: from, to: to, isOptional: true), offset: term.offset)
        default: JQExpression(kind: .attempt(term, handler: nil), offset: offset)
        }
    }

    private mutating func takeOptional() -> Bool { take("?") }

    private mutating func index(_ base: JQExpression, key: JSON, at offset: Int) -> JQExpression {
        let key = JQExpression(kind: .literal(key), offset: offset)
        return JQExpression(kind: .index(base, key, isOptional: takeOptional()), offset: offset)
    }

    /// `[]`, `[key]` and `[from:to]` after a term.
    private mutating func bracket(_ base: JQExpression) throws(JQError) -> JQExpression {
        let offset = token.offset
        place += 1
        if take("]") { return JQExpression(kind: .iterate(base, isOptional: takeOptional()), offset: offset) }
        if take(":") {
            let to = try pipe()
            try expect("]", "after the slice")
            return JQExpression(kind: .slice(base, from: nil, to: to, isOptional: takeOptional()), offset: offset)
        }
        let key = try pipe()
        if take(":") {
            let to = isSign("]") ? nil : try pipe()
            try expect("]", "after the slice")
            return JQExpression(kind: .slice(base, from: key, to: to, isOptional: takeOptional()), offset: offset)
        }
        try expect("]", "after the index")
        return JQExpression(kind: .index(base, key, isOptional: takeOptional()), offset: offset)
    }

    private mutating func primary() throws(JQError) -> JQExpression {
        let token = token
        let offset = token.offset
        func make(_ kind: JQExpression.Kind) -> JQExpression { JQExpression(kind: kind, offset: offset) }
        switch token.kind {
        case .number(let text):
            place += 1
            return make(.literal(JQNumber.literal(text)))
        case .string:
            return try stringTerm(format: nil)
        case .format(let name):
            place += 1
            if case .string = self.token.kind { return try stringTerm(format: name) }
            return make(.format(name))
        case .field(let name):
            place += 1
            return index(make(.identity), key: .string(name), at: offset)
        case .variable(let name):
            place += 1
            if name == "__loc__" {
                let line = lineNumber(at: offset)
                return make(.literal(["file": "<top-level>", "line": .int(Int64(line))]))
            }
            return make(.variable(name))
        case .sign("."):
            place += 1
            if case .string = self.token.kind, self.token.offset >= offset {
                let key = try stringTerm(format: nil)
                return make(.index(make(.identity), key, isOptional: takeOptional()))
            }
            return make(.identity)
        case .sign(".."):
            place += 1
            if case .field = self.token.kind {
                throw unexpected("`..` cannot be followed by a name; write `.. | .name?`")
            }
            return make(.recurse)
        case .sign("("):
            place += 1
            let inner = try pipe()
            try expect(")", "to close the parenthesis")
            return inner
        case .sign("["):
            place += 1
            if take("]") { return make(.array(nil)) }
            let inner = try pipe()
            try expect("]", "to close the array")
            return make(.array(inner))
        case .sign("{"):
            return try object()
        case .name(let word):
            return try named(word)
        default:
            throw unexpected("expected an expression")
        }
    }

    private mutating func named(_ word: String) throws(JQError) -> JQExpression {
        let offset = token.offset
        func make(_ kind: JQExpression.Kind) -> JQExpression { JQExpression(kind: kind, offset: offset) }
        switch word {
        case "null", "true", "false":
            if next() != .sign("(") {
                place += 1
                return make(.literal(word == "null" ? .null : .bool(word == "true")))
            }
        case "if": return try condition()
        case "try":
            place += 1
            let body = try nested { (parser) throws(JQError) in try parser.unaryPostfix() }
            guard takeName("catch") else { return make(.attempt(body, handler: nil)) }
            return make(
                .attempt(body, handler: try nested { (parser) throws(JQError) in try parser.unaryPostfix() }))
        case "reduce", "foreach": return try fold(word)
        case "label":
            place += 1
            guard case .variable(let name) = token.kind else { throw unexpected("expected `$name` after `label`") }
            place += 1
            try expect("|", "after the label")
            return make(.label(name, try pipe()))
        case "break":
            place += 1
            guard case .variable(let name) = token.kind else { throw unexpected("expected `$name` after `break`") }
            place += 1
            return make(.leave(name))
        case "def":
            return try pipe()
        default: break
        }
        if JQKeyword.all.contains(word) { throw unexpected("expected an expression") }
        place += 1
        guard take("(") else { return make(.call(word, [])) }
        var arguments = [try pipe()]
        while true {
            if isSign(",") { throw unexpected("arguments are separated by `;`") }
            guard take(";") else { break }
            arguments.append(try pipe())
        }
        try expect(")", "after the arguments of `\(word)`")
        return make(.call(word, arguments))
    }

    /// What `try` and `catch` apply to.
    private mutating func unaryPostfix() throws(JQError) -> JQExpression {
        isSign("-") ? try unary() : try postfix()
    }

    private mutating func condition() throws(JQError) -> JQExpression {
        let offset = token.offset
        place += 1
        var branches: [(test: JQExpression, then: JQExpression)] = []
        repeat {
            let test = try pipe()
            try expectName("then", "after the condition of `if`")
            branches.append((test, try pipe()))
        } while takeName("elif")
        let otherwise = takeName("else") ? try pipe() : nil
        if isName("elif") { throw unexpected("`elif` stands before `else`") }
        if isName("elseif") || isName("elsif") { throw unexpected("jq writes `elif`") }
        try expectName("end", "to close `if`")
        return JQExpression(kind: .condition(branches, otherwise: otherwise), offset: offset)
    }

    private mutating func fold(_ word: String) throws(JQError) -> JQExpression {
        let offset = token.offset
        place += 1
        let source = try nested { (parser) throws(JQError) in try parser.termWithoutBinding() }
        try expectName("as", "after the source of `\(word)`")
        let patterns = try patterns()
        try expect("(", "after the pattern of `\(word)`")
        let initial = try pipe()
        try expect(";", "between the initial value and the update of `\(word)`")
        let update = try pipe()
        var extract: JQExpression?
        if word == "foreach", take(";") { extract = try pipe() }
        try expect(")", "to close `\(word)`")
        let kind: JQExpression.Kind =
            word == "reduce"
            ? .reduce(source, patterns, initial: initial, update: update)
            : .foreach(source, patterns, initial: initial, update: update, extract: extract)
        return JQExpression(kind: kind, offset: offset)
    }

    /// A term whose `as` belongs to the `reduce` or `foreach` around it.
    private mutating func termWithoutBinding() throws(JQError) -> JQExpression {
        // The tokens of the term end where `as` stands, so that `postfix` does not take it.
        var level = 0
        var end = place
        search: while end < tokens.count {
            switch tokens[end].kind {
            case .sign("("), .sign("["), .sign("{"): level += 1
            case .sign(")"), .sign("]"), .sign("}"): level -= 1
            case .name("as") where level == 0: break search
            default: break
            }
            if level < 0 { break }
            end += 1
        }
        guard end < tokens.count, level == 0 else { return try postfix() }
        let rest = tokens
        tokens[end] = JQToken(kind: .end, offset: tokens[end].offset, end: tokens[end].offset)
        let term = try postfix()
        let isAtEnd = place == end
        tokens = rest
        guard isAtEnd else { throw unexpected("expected a term and `as`; put the source into parentheses") }
        return term
    }

    private mutating func bind(_ source: JQExpression, at offset: Int) throws(JQError) -> JQExpression {
        place += 1
        let patterns = try patterns()
        try expect("|", "after `as` and its pattern")
        return JQExpression(kind: .bind(source, patterns, body: try pipe()), offset: offset)
    }
}

/// Words that cannot be the names of functions.
enum JQKeyword {
    static let all: Set<String> = [
        "and", "as", "break", "catch", "def", "elif", "else", "end", "foreach", "if", "import", "include", "label",
        "module", "or", "reduce", "then", "try", "__loc__",
    ]
}
