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

/// A literal value that a condition compares with.
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
