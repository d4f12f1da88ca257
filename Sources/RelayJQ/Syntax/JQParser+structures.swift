internal import RelayJSON

extension JQParser {
    // MARK: Strings

    mutating func stringTerm(format: String?) throws(JQError) -> JQExpression {
        let token = token
        guard case .string(let parts) = token.kind else { throw unexpected("expected a string") }
        place += 1
        if parts.count == 1, case .text(let text) = parts[0] {
            return JQExpression(kind: .literal(.string(text)), offset: token.offset)
        }
        var result: [JQExpression.StringPart] = []
        for part in parts {
            switch part {
            case .text(let text): result.append(.text(text))
            case .program(let tokens, let end):
                var inner = JQParser(tokens: tokens, endOffset: end)
                inner.depth = depth
                inner.lines = lines
                let expression = try inner.pipe()
                height = max(height, inner.height)
                guard inner.token.kind == .end else { throw inner.unexpected("expected `)` to close `\\(`") }
                result.append(.program(expression))
            }
        }
        return JQExpression(kind: .string(format: format, result), offset: token.offset)
    }

    // MARK: Objects

    mutating func object() throws(JQError) -> JQExpression {
        let offset = token.offset
        place += 1
        var members: [JQExpression.Member] = []
        while !isSign("}") {
            members.append(try member())
            guard take(",") else { break }
        }
        if !isSign("}"), case .sign(let sign) = token.kind, sign == "=" {
            throw unexpected("a member is written `key: value`")
        }
        try expect("}", "to close the object")
        return JQExpression(kind: .object(members), offset: offset)
    }

    private mutating func member() throws(JQError) -> JQExpression.Member {
        let token = token
        func make(_ kind: JQExpression.Kind) -> JQExpression { JQExpression(kind: kind, offset: token.offset) }
        func field(_ key: JQExpression) -> JQExpression { make(.index(make(.identity), key, isOptional: false)) }
        switch token.kind {
        case .variable(let name):
            place += 1
            if name == "__loc__" {
                let line = JSON.int(Int64(lineNumber(at: token.offset)))
                let value = make(.literal(["file": "<top-level>", "line": line]))
                return JQExpression.Member(key: make(.literal("__loc__")), value: value)
            }
            if take(":") { return JQExpression.Member(key: make(.variable(name)), value: try memberValue()) }
            return JQExpression.Member(key: make(.literal(.string(name))), value: make(.variable(name)))
        case .name(let name):
            place += 1
            let key = make(.literal(.string(name)))
            return JQExpression.Member(key: key, value: take(":") ? try memberValue() : field(key))
        case .string, .format:
            var format: String?
            if case .format(let name) = token.kind {
                format = name
                place += 1
            }
            guard case .string = self.token.kind else {
                return JQExpression.Member(key: make(.format(format ?? "text")), value: try requiredValue())
            }
            let key = try stringTerm(format: format)
            return JQExpression.Member(key: key, value: take(":") ? try memberValue() : field(key))
        case .number(let text):
            throw unexpected("a key is a string: write `\"\(text)\": …`")
        case .field(let name):
            throw unexpected("a key is written without a dot: `\(name): …`")
        case .sign("("):
            place += 1
            let key = try pipe()
            try expect(")", "after the computed key")
            return JQExpression.Member(key: key, value: try requiredValue())
        default:
            throw unexpected("expected a key of the object")
        }
    }

    private mutating func requiredValue() throws(JQError) -> JQExpression {
        try expect(":", "after a computed key")
        return try memberValue()
    }

    private mutating func memberValue() throws(JQError) -> JQExpression { try pipe(allowsComma: false) }

    // MARK: Patterns

    mutating func patterns() throws(JQError) -> [JQExpression.Pattern] {
        var all = [try pattern()]
        while take("?//") { all.append(try pattern()) }
        return all
    }

    private mutating func pattern() throws(JQError) -> JQExpression.Pattern {
        try nested { (parser) throws(JQError) in try parser.patternBody() }
    }

    private mutating func patternBody() throws(JQError) -> JQExpression.Pattern {
        switch token.kind {
        case .variable(let name):
            place += 1
            return .variable(name)
        case .sign("["):
            place += 1
            var elements = [try pattern()]
            while take(",") { elements.append(try pattern()) }
            try expect("]", "to close the pattern")
            return .array(elements)
        case .sign("{"):
            place += 1
            var members = [try memberPattern()]
            while take(",") { members.append(try memberPattern()) }
            try expect("}", "to close the pattern")
            return .object(members)
        case .name(let name):
            throw unexpected("a variable is written `$\(name)`")
        default:
            throw unexpected("expected `$name`, `[…]` or `{…}` after `as`")
        }
    }

    private mutating func memberPattern() throws(JQError) -> (
        key: JQExpression, variable: String?, value: JQExpression.Pattern?
    ) {
        let token = token
        let key: JQExpression
        switch token.kind {
        case .variable(let name):
            place += 1
            let literal = JQExpression(kind: .literal(.string(name)), offset: token.offset)
            return (literal, name, take(":") ? try pattern() : nil)
        case .name(let name):
            place += 1
            key = JQExpression(kind: .literal(.string(name)), offset: token.offset)
        case .string:
            key = try stringTerm(format: nil)
        case .sign("("):
            place += 1
            key = try pipe()
            try expect(")", "after the computed key")
        default:
            throw unexpected("expected a key in the pattern")
        }
        try expect(":", "after the key of a pattern")
        return (key, nil, try pattern())
    }

    // MARK: Errors

    /// A syntax error at the current token. Texts of other languages get the form that jq uses.
    func unexpected(_ expectation: String) -> JQError {
        let token = token
        var advice: String?
        switch token.kind {
        case .sign("="): advice = "`=` assigns; compare with `==`"
        case .name("not"): advice = "write `… | not`"
        case .name("else") where expectation.contains("`then`"): advice = "`if` needs `then` before `else`"
        case .name("elseif"), .name("elsif"): advice = "jq writes `elif`"
        case .name("in"): advice = "write `… | IN(…)`, or `has(…)`"
        case .sign("?"): advice = "jq has no `a ? b : c`; write `if a then b else c end`"
        default: break
        }
        let text = "unexpected \(token.shown), \(expectation)\(advice.map { " (\($0))" } ?? "")"
        return JQError(code: .syntax, message: "syntax error: " + text, offset: token.offset)
    }

    func lineNumber(at offset: Int) -> Int { lines.count { $0 < offset } + 1 }
}
