internal import RelayJSON

/// A function that the evaluator has itself: how a call of it is compiled.
struct JQBuiltin: Sendable {
    let name: String
    let arity: Int
    let make: @Sendable ([JQNode]) throws(JQError) -> JQNode

    /// A function of its input.
    static func value(_ name: String, _ body: @escaping JQValueNode.Body) -> JQBuiltin {
        JQBuiltin(name: name, arity: 0) { _ in JQValueNode(body) }
    }

    /// A function of its input and of one output of each argument; it is called with all combinations.
    static func function(_ name: String, _ arity: Int, _ body: @escaping JQFunctionNode.Body) -> JQBuiltin {
        JQBuiltin(name: name, arity: arity) { JQFunctionNode($0, body) }
    }

    /// A function with one output that evaluates its arguments itself.
    static func single(_ name: String, _ arity: Int, _ body: @escaping JQSingleNode.Body) -> JQBuiltin {
        JQBuiltin(name: name, arity: arity) { JQSingleNode($0, body) }
    }

    /// A function with any number of outputs that evaluates its arguments itself.
    static func generator(
        _ name: String, _ arity: Int, locations: JQGeneratorNode.LocationBody? = nil,
        _ body: @escaping JQGeneratorNode.Body
    ) -> JQBuiltin {
        JQBuiltin(name: name, arity: arity) { JQGeneratorNode($0, body, locations: locations) }
    }

    static let all: [String: JQBuiltin] = {
        let groups = [
            values, arrays, objects, texts, numbers, generators, sorting, paths, patterns, dates, conversions,
        ]
        var table: [String: JQBuiltin] = [:]
        for builtin in groups.joined() { table["\(builtin.name)/\(builtin.arity)"] = builtin }
        return table
    }()
}

/// A call of a function of its input.
final class JQValueNode: JQNode, @unchecked Sendable {
    typealias Body = @Sendable (JSON, JQEvaluation) throws(JQFailure) -> JSON
    private let body: Body

    init(_ body: @escaping Body) {
        self.body = body
        super.init(isOne: true)
    }

    override func one(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        try run.step()
        return try body(input, run)
    }
}

/// A call of a function of its input and of its arguments' values. As in jq, the last argument is the outermost loop.
final class JQFunctionNode: JQNode, @unchecked Sendable {
    typealias Body = @Sendable (JSON, [JSON], JQEvaluation) throws(JQFailure) -> JSON
    private let arguments: [JQNode]
    private let body: Body

    init(_ arguments: [JQNode], _ body: @escaping Body) {
        self.arguments = arguments
        self.body = body
        super.init(isOne: arguments.allSatisfy(\.isOne))
    }

    override func one(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        try run.step()
        var values: [JSON] = []
        values.reserveCapacity(arguments.count)
        for argument in arguments { values.append(try argument.one(input, scope, run)) }
        return try body(input, values, run)
    }

    override func each(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        try combine(arguments[...], [], input, scope, run, emit)
    }

    private func combine(
        _ rest: ArraySlice<JQNode>, _ values: [JSON], _ input: JSON, _ scope: JQScope?, _ run: JQEvaluation,
        _ emit: JQEmit
    ) throws(JQFailure) {
        guard let argument = rest.last else {
            try run.step()
            return try run.pass(try body(input, values, run), to: emit)
        }
        try argument.outputs(input, scope, run) { (value) throws(JQFailure) in
            try combine(rest.dropLast(), [value] + values, input, scope, run, emit)
        }
    }
}

/// What a function that evaluates its arguments itself has to do so.
struct JQCallContext {
    let arguments: [JQNode]
    let scope: JQScope?
    let run: JQEvaluation

    /// All outputs of an argument.
    @inline(never)
    func each(_ place: Int, _ input: JSON, _ emit: JQEmit) throws(JQFailure) {
        try arguments[place].outputs(input, scope, run, emit)
    }

    func first(_ place: Int, _ input: JSON) throws(JQFailure) -> JSON? {
        try arguments[place].first(input, scope, run)
    }

    func locations(_ place: Int, _ input: JQLocation, _ emit: JQEmitLocation) throws(JQFailure) {
        try arguments[place].locations(input, scope, run, emit)
    }
}

/// A call of a function with one output that evaluates its arguments itself.
final class JQSingleNode: JQNode, @unchecked Sendable {
    typealias Body = @Sendable (JSON, JQCallContext) throws(JQFailure) -> JSON
    private let arguments: [JQNode]
    private let body: Body

    init(_ arguments: [JQNode], _ body: @escaping Body) {
        self.arguments = arguments
        self.body = body
        super.init(isOne: true)
    }

    override func one(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        try run.step()
        return try body(input, JQCallContext(arguments: arguments, scope: scope, run: run))
    }
}

/// A call of a function with any number of outputs.
final class JQGeneratorNode: JQNode, @unchecked Sendable {
    typealias Body = @Sendable (JSON, JQCallContext, JQEmit) throws(JQFailure) -> Void
    typealias LocationBody = @Sendable (JQLocation, JQCallContext, JQEmitLocation) throws(JQFailure) -> Void
    private let arguments: [JQNode]
    private let body: Body
    private let locationBody: LocationBody?

    init(_ arguments: [JQNode], _ body: @escaping Body, locations: LocationBody?) {
        self.arguments = arguments
        self.body = body
        locationBody = locations
        super.init(isOne: false)
    }

    override func each(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        try run.step()
        try body(input, JQCallContext(arguments: arguments, scope: scope, run: run), emit)
    }

    override func locations(
        _ input: JQLocation, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmitLocation
    ) throws(JQFailure) {
        guard let locationBody else { return try super.locations(input, scope, run, emit) }
        try run.step()
        try locationBody(input, JQCallContext(arguments: arguments, scope: scope, run: run), emit)
    }
}
