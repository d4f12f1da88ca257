internal import RelayJQ
internal import RelayJSON

/// Converts programs to conditions.
struct SymbolicConditionBuilder {
    /// Programs that are nested more deeply are not analyzed, so that the analysis fits on any thread's stack.
    private static let maximumHeight = 60

    /// The prefix of the names of values that stages may have changed; empty for the event as received.
    let epoch: String
    /// The same for the values that only a stage that replaces the event's contents changes.
    let contentEpoch: String
    /// Whether `.event` still has the value that the source set.
    let keepsType: Bool
    /// The types that a program compares `.event` with, and their offsets in the program, in UTF-8 bytes.
    private(set) var types: [(name: String, offset: Int)] = []

    init(epoch: String, contentEpoch: String = "", keepsType: Bool) {
        self.epoch = epoch
        self.contentEpoch = contentEpoch
        self.keepsType = keepsType
    }

    mutating func condition(_ program: JQProgram) -> SymbolicCondition {
        guard program.height <= Self.maximumHeight else { return .opaque(epoch + program.source) }
        let expression = program.expression
        // The parts of a program with several results cannot be judged one by one.
        guard expression.hasOneResult else { return .opaque(epoch + expression.text) }
        return condition(expression, of: [])
    }

    private mutating func condition(_ expression: JQExpression, of base: [String]) -> SymbolicCondition {
        if let keys = expression.path { return .isTrue(subject(base + keys)) }
        if let literal = expression.literalValue { return literal.isTrue ? .always : .never }
        switch expression.kind {
        case .operation(.and, let a, let b): return .both(condition(a, of: base), condition(b, of: base))
        case .operation(.or, let a, let b): return .either(condition(a, of: base), condition(b, of: base))
        case .operation(.equal, let a, let b): return equality(a, b, of: base) ?? opaque(expression, base)
        case .operation(.notEqual, let a, let b): return equality(a, b, of: base)?.negated ?? opaque(expression, base)
        case .pipe(let left, let right):
            if let keys = left.path { return condition(right, of: base + keys) }
            if case .call("not", let none) = right.kind, none.isEmpty { return condition(left, of: base).negated }
            return opaque(expression, base)
        case .call(let name, let arguments): return call(name, arguments, of: base) ?? opaque(expression, base)
        default: return opaque(expression, base)
        }
    }

    private mutating func call(_ name: String, _ arguments: [JQExpression], of base: [String]) -> SymbolicCondition? {
        if name == "not", arguments.isEmpty { return SymbolicCondition.isTrue(subject(base)).negated }
        guard arguments.count == 1 else { return nil }
        switch name {
        case "IN":
            let elements = arguments[0].elements
            let literals = elements.compactMap(\.literalValue)
            guard literals.count == elements.count else { return nil }
            return zip(literals, elements).reduce(.never) { result, element in
                note(element.0, element.1.offset, base)
                return .either(result, .equals(subject(base), element.0))
            }
        case "startswith": return arguments[0].literalValue?.string.map { .begins(subject(base), $0) }
        case "endswith": return arguments[0].literalValue?.string.map { .ends(subject(base), $0) }
        default: return nil
        }
    }

    private mutating func equality(_ left: JQExpression, _ right: JQExpression, of base: [String])
        -> SymbolicCondition?
    {
        if let a = left.literalValue, let b = right.literalValue { return a == b ? .always : .never }
        for (side, other) in [(left, right), (right, left)] {
            guard let keys = side.path, let literal = other.literalValue else { continue }
            note(literal, other.offset, base + keys)
            return .equals(subject(base + keys), literal)
        }
        return nil
    }

    private mutating func note(_ literal: ExpressionLiteral, _ offset: Int, _ path: [String]) {
        if let text = literal.string, subject(path) == .event { types.append((text, offset)) }
    }

    func subject(_ path: [String]) -> SymbolicCondition.SymbolicValue {
        if path == ["event"], keepsType { return .event }
        // Stages never change the session, and those that add values to an event leave what it is.
        let epoch = path == ["sessionId"] ? "" : Self.contents.contains(path) ? contentEpoch : self.epoch
        return .value(epoch + "." + path.map { "\"\($0)\"" }.joined(separator: "."))
    }

    /// The values that criteria ask for.
    private static let contents: Set<[String]> = [
        ["payload", "chatId"], ["payload", "chatKind"], ["payload", "isGroup"], ["payload", "fromMe"],
        ["payload", "type"], ["payload", "history"],
    ]

    private func opaque(_ expression: JQExpression, _ base: [String]) -> SymbolicCondition {
        .opaque(epoch + base.joined(separator: ".") + " | " + expression.text)
    }
}

extension JQExpression {
    /// The keys of `.payload.chatId` or `.a[0]`; empty for `.`, nil for what is no path of constant keys.
    fileprivate var path: [String]? {
        switch kind {
        case .identity: return []
        case .index(let base, let key, isOptional: false):
            guard case .literal(let literal) = key.kind, let keys = base.path else { return nil }
            switch literal {
            case .string(let name): return keys + [name]
            case .int(let place) where place >= 0: return keys + ["[\(place)]"]
            default: return nil
            }
        default: return nil
        }
    }

    /// The value of a literal; nil for other expressions, and for integers that a double does not hold.
    fileprivate var literalValue: ExpressionLiteral? {
        guard case .literal(let value) = kind else { return nil }
        switch value {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .string(let text): return .string(text)
        case .int(let number): return Double(exactly: number).map(ExpressionLiteral.number)
        case .number, .array, .object: return value.double.map(ExpressionLiteral.number)
        }
    }

    /// `a`, `b` and `c` of `a, b, c`.
    fileprivate var elements: [JQExpression] {
        var elements: [JQExpression] = []
        var rest = self
        while case .comma(let left, let last) = rest.kind {
            elements.append(last)
            rest = left
        }
        return [rest] + elements.reversed()
    }
}
