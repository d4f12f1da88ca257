internal import RelayJSON

/// A call of a function that the expression, or the library in jq, defines.
final class JQCall: JQNode, @unchecked Sendable {
    private let function: Int
    private let arguments: [JQNode]
    /// The number of entries between the scope of the call and that of the definition.
    private let distance: Int

    init(function: Int, arguments: [JQNode], distance: Int, isOne: Bool) {
        self.function = function
        self.arguments = arguments
        self.distance = distance
        super.init(isOne: isOne)
    }

    override func one(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        try run.step()
        let function = run.functions[function]
        var inner = JQScope.outer(scope, distance)
        for (place, parameter) in function.parameters.enumerated() {
            switch parameter {
            case .closure: inner = JQScope(closure: arguments[place], scope: scope, parent: inner)
            case .value: inner = JQScope(value: try arguments[place].one(input, scope, run), parent: inner)
            }
        }
        let complete = inner
        return try run.deeper { () throws(JQFailure) in try function.body.one(input, complete, run) }
    }

    override func each(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        let function = run.functions[function]
        try enter(function, 0, JQScope.outer(scope, distance), input, scope, run) { (inner) throws(JQFailure) in
            try function.body.outputs(input, inner, run, emit)
        }
    }

    override func locations(
        _ input: JQLocation, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmitLocation
    ) throws(JQFailure) {
        let function = run.functions[function]
        try enter(function, 0, JQScope.outer(scope, distance), input.value, scope, run) { (inner) throws(JQFailure) in
            try function.body.locations(input, inner, run, emit)
        }
    }

    /// Runs the body for each combination of the parameters that are values.
    private func enter(
        _ function: JQFunction, _ place: Int, _ inner: JQScope?, _ input: JSON, _ scope: JQScope?,
        _ run: JQEvaluation, _ body: (JQScope?) throws(JQFailure) -> Void
    ) throws(JQFailure) {
        var inner = inner
        for place in place..<function.parameters.count {
            switch function.parameters[place] {
            case .closure: inner = JQScope(closure: arguments[place], scope: scope, parent: inner)
            case .value:
                let before = inner
                return try arguments[place].outputs(input, scope, run) { (value) throws(JQFailure) in
                    try enter(
                        function, place + 1, JQScope(value: value, parent: before), input, scope, run, body)
                }
            }
        }
        let complete = inner
        try run.step()
        try run.deeper { () throws(JQFailure) in try body(complete) }
    }
}

/// A call of a parameter.
final class JQParameterCall: JQNode, @unchecked Sendable {
    private let distance: Int

    init(distance: Int) {
        self.distance = distance
        super.init(isOne: false)
    }

    override func each(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        try run.step()
        let entry = JQScope.entry(scope, distance)
        guard let closure = entry.closure else { return }
        try run.deeper { () throws(JQFailure) in try closure.outputs(input, entry.closureScope, run, emit) }
    }

    override func locations(
        _ input: JQLocation, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmitLocation
    ) throws(JQFailure) {
        try run.step()
        let entry = JQScope.entry(scope, distance)
        guard let closure = entry.closure else { return }
        try run.deeper { () throws(JQFailure) in
            try closure.locations(input, entry.closureScope, run, emit)
        }
    }
}
