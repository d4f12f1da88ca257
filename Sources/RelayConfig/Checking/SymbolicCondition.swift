/// A condition on an event, as far as it can be derived from the text of a program.
indirect enum SymbolicCondition: Equatable {
    case always
    case never
    case equals(SymbolicValue, ExpressionLiteral)
    case begins(SymbolicValue, String)
    case ends(SymbolicValue, String)
    /// The value is true according to jq.
    case isTrue(SymbolicValue)
    /// A program, or a part of one, that is not analyzed but has the same result whenever it is applied to the same
    /// event.
    case opaque(String)
    case not(SymbolicCondition)
    case and(SymbolicCondition, SymbolicCondition)
    case or(SymbolicCondition, SymbolicCondition)

    /// A value of an event at one stage of a pipeline. A value that may have changed between two stages is a different
    /// subject at each of them.
    enum SymbolicValue: Hashable {
        case event
        case value(String)
    }

    static func both(_ a: SymbolicCondition, _ b: SymbolicCondition) -> SymbolicCondition {
        switch (a, b) {
        case (.never, _), (_, .never): .never
        case (.always, let other), (let other, .always): other
        default: .and(a, b)
        }
    }

    static func either(_ a: SymbolicCondition, _ b: SymbolicCondition) -> SymbolicCondition {
        switch (a, b) {
        case (.always, _), (_, .always): .always
        case (.never, let other), (let other, .never): other
        default: .or(a, b)
        }
    }

    var negated: SymbolicCondition {
        switch self {
        case .always: .never
        case .never: .always
        case .not(let inner): inner
        default: .not(self)
        }
    }
}

/// Converts programs to conditions.
struct SymbolicConditionBuilder {
    /// The prefix of the names of values that stages may have changed; empty for the event as received.
    let epoch: String
    /// Whether `.event` still has the value that the source set.
    let keepsType: Bool
    /// The types that a program compares `.event` with, and their offsets in the program, in Unicode scalars.
    private(set) var types: [(name: String, offset: Int)] = []

    init(epoch: String, keepsType: Bool) {
        self.epoch = epoch
        self.keepsType = keepsType
    }

    mutating func condition(_ source: String) -> SymbolicCondition {
        guard let expression = JQConditionParser.read(source) else { return .opaque(epoch + source) }
        return condition(expression, of: [])
    }

    private mutating func condition(_ expression: JQConditionTree, of base: [String]) -> SymbolicCondition {
        switch expression {
        case .path(let keys):
            return .isTrue(subject(base + keys))
        case .literal(let literal, _):
            return literal.isTrue ? .always : .never
        case .and(let a, let b):
            return .both(condition(a, of: base), condition(b, of: base))
        case .or(let a, let b):
            return .either(condition(a, of: base), condition(b, of: base))
        case .comparison(let comparison, let left, let right, let text):
            guard comparison != .other, let equal = equality(left, right, of: base) else { return opaque(text, base) }
            return comparison == .equal ? equal : equal.negated
        case .pipe(let left, let right, let text):
            if case .path(let keys) = left { return condition(right, of: base + keys) }
            if case .call("not", let none, _) = right, none.isEmpty { return condition(left, of: base).negated }
            return opaque(text, base)
        case .call(let name, let arguments, let text):
            return call(name, arguments, of: base) ?? opaque(text, base)
        case .opaque(let text):
            return opaque(text, base)
        }
    }

    private mutating func call(_ name: String, _ arguments: [[JQConditionTree]], of base: [String])
        -> SymbolicCondition?
    {
        if name == "not", arguments.isEmpty { return SymbolicCondition.isTrue(subject(base)).negated }
        guard arguments.count == 1, let first = arguments[0].first else { return nil }
        switch (name, first) {
        case ("IN", _):
            var result = SymbolicCondition.never
            for element in arguments[0] {
                guard case .literal(let literal, let offset) = element else { return nil }
                note(literal, offset, base)
                result = .either(result, .equals(subject(base), literal))
            }
            return result
        case ("startswith", .literal(.string(let text), _)): return .begins(subject(base), text)
        case ("endswith", .literal(.string(let text), _)): return .ends(subject(base), text)
        default: return nil
        }
    }

    private mutating func equality(_ left: JQConditionTree, _ right: JQConditionTree, of base: [String])
        -> SymbolicCondition?
    {
        switch (left, right) {
        case (.path(let keys), .literal(let literal, let offset)), (.literal(let literal, let offset), .path(let keys)):
            note(literal, offset, base + keys)
            return .equals(subject(base + keys), literal)
        case (.literal(let a, _), .literal(let b, _)):
            return a == b ? .always : .never
        default:
            return nil
        }
    }

    private mutating func note(_ literal: ExpressionLiteral, _ offset: Int, _ path: [String]) {
        if let text = literal.string, subject(path) == .event { types.append((text, offset)) }
    }

    func subject(_ path: [String]) -> SymbolicCondition.SymbolicValue {
        if path == ["event"], keepsType { return .event }
        // Stages never change the session.
        return .value((path == ["sessionId"] ? "" : epoch) + "." + path.map { "\"\($0)\"" }.joined(separator: "."))
    }

    private func opaque(_ text: String, _ base: [String]) -> SymbolicCondition {
        .opaque(epoch + base.joined(separator: ".") + " | " + text)
    }
}
