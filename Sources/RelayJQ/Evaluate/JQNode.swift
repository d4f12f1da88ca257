internal import RelayJSON

/// A compiled expression.
///
/// `@unchecked Sendable`: nodes are made by the compiler, and all their properties are constants.
class JQNode: @unchecked Sendable {
    /// Whether there is exactly one output, or an error. Then `one` gives it without a closure.
    let isOne: Bool

    init(isOne: Bool) { self.isOne = isOne }

    /// The only output. Called only when `isOne`.
    func one(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        fatalError("\(type(of: self)) does not have exactly one output")
    }

    /// The only output for an input that the caller does not need any more, so that it can be changed in place.
    func oneConsuming(_ input: consuming JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        try one(input, scope, run)
    }

    /// All outputs, in order.
    func each(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        try emit(try one(input, scope, run))
    }

    /// The places in the input that the expression refers to, and the values that it computes.
    func locations(
        _ input: JQLocation, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmitLocation
    ) throws(JQFailure) {
        // A literal and the like compute values.
        try outputs(input.value, scope, run) { (value) throws(JQFailure) in try emit(input.computed(value)) }
    }

    /// The value, when it does not depend on the input.
    var constant: JSON? { nil }
}

extension JQNode {
    /// All outputs; a single one is made without a closure.
    @inline(never)
    func outputs(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        if isOne { try emit(try one(input, scope, run)) } else { try each(input, scope, run, emit) }
    }
}

extension JSON {
    /// Whether jq takes the value as true.
    @inline(__always)
    var isTruthy: Bool {
        switch self {
        case .null, .bool(false): false
        default: true
        }
    }
}

/// A function that an expression defines.
final class JQFunction: @unchecked Sendable {
    enum Parameter {
        case closure
        case value
    }

    let parameters: [Parameter]
    /// The number of entries in the scope of the definition.
    let level: Int
    /// Set once by the compiler, before the program is used: a body can refer to its own function.
    private(set) var body: JQNode
    private(set) var isComplete = false

    init(parameters: [Parameter], level: Int) {
        self.parameters = parameters
        self.level = level
        body = JQIdentity()
    }

    func complete(with body: JQNode) {
        self.body = body
        isComplete = true
    }
}
