internal import RelayJSON

/// `.`
final class JQIdentity: JQNode, @unchecked Sendable {
    init() { super.init(isOne: true) }

    override func one(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON { input }

    override func locations(
        _ input: JQLocation, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmitLocation
    ) throws(JQFailure) {
        try emit(input)
    }
}

/// A value that does not depend on the input.
final class JQConstant: JQNode, @unchecked Sendable {
    let value: JSON

    init(_ value: JSON) {
        self.value = value
        super.init(isOne: true)
    }

    override func one(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON { value }

    override var constant: JSON? { value }
}

/// `$name`
final class JQVariable: JQNode, @unchecked Sendable {
    private let distance: Int

    init(distance: Int) {
        self.distance = distance
        super.init(isOne: true)
    }

    override func one(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        JQScope.entry(scope, distance).value
    }
}

/// `a | b`
final class JQPipe: JQNode, @unchecked Sendable {
    private let left: JQNode
    private let right: JQNode

    init(_ left: JQNode, _ right: JQNode) {
        self.left = left
        self.right = right
        super.init(isOne: left.isOne && right.isOne)
    }

    override func one(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        try right.one(try left.one(input, scope, run), scope, run)
    }

    override func each(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        if left.isOne { return try right.each(try left.one(input, scope, run), scope, run, emit) }
        try left.each(input, scope, run) { (value) throws(JQFailure) in
            try right.outputs(value, scope, run, emit)
        }
    }

    override func locations(
        _ input: JQLocation, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmitLocation
    ) throws(JQFailure) {
        try left.locations(input, scope, run) { (location) throws(JQFailure) in
            try right.locations(location, scope, run, emit)
        }
    }
}

/// `a, b`
final class JQComma: JQNode, @unchecked Sendable {
    private let left: JQNode
    private let right: JQNode

    init(_ left: JQNode, _ right: JQNode) {
        self.left = left
        self.right = right
        super.init(isOne: false)
    }

    override func each(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        try run.step()
        let (bytes, nesting) = (run.bytes, run.nesting)
        try left.outputs(input, scope, run, emit)
        run.bytes = bytes
        run.nesting = nesting
        try right.outputs(input, scope, run, emit)
    }

    override func locations(
        _ input: JQLocation, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmitLocation
    ) throws(JQFailure) {
        try run.step()
        try left.locations(input, scope, run, emit)
        try right.locations(input, scope, run, emit)
    }
}

/// `if a then b else c end`
final class JQCondition: JQNode, @unchecked Sendable {
    private let test: JQNode
    private let then: JQNode
    private let otherwise: JQNode

    init(test: JQNode, then: JQNode, otherwise: JQNode) {
        self.test = test
        self.then = then
        self.otherwise = otherwise
        super.init(isOne: test.isOne && then.isOne && otherwise.isOne)
    }

    override func one(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        try run.step()
        return try (try test.one(input, scope, run).isTruthy ? then : otherwise).one(input, scope, run)
    }

    override func each(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        try run.step()
        try test.outputs(input, scope, run) { (value) throws(JQFailure) in
            try (value.isTruthy ? then : otherwise).outputs(input, scope, run, emit)
        }
    }

    override func locations(
        _ input: JQLocation, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmitLocation
    ) throws(JQFailure) {
        try run.step()
        try test.outputs(input.value, scope, run) { (value) throws(JQFailure) in
            try (value.isTruthy ? then : otherwise).locations(input, scope, run, emit)
        }
    }
}

/// `a // b`
final class JQAlternative: JQNode, @unchecked Sendable {
    private let left: JQNode
    private let right: JQNode

    init(_ left: JQNode, _ right: JQNode) {
        self.left = left
        self.right = right
        super.init(isOne: left.isOne && right.isOne)
    }

    override func one(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        try run.step()
        let value = try left.one(input, scope, run)
        return value.isTruthy ? value : try right.one(input, scope, run)
    }

    override func each(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        try run.step()
        var found = false
        try left.outputs(input, scope, run) { (value) throws(JQFailure) in
            guard value.isTruthy else { return }
            found = true
            try run.pass(value, to: emit)
        }
        if !found { try right.outputs(input, scope, run, emit) }
    }

    override func locations(
        _ input: JQLocation, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmitLocation
    ) throws(JQFailure) {
        try run.step()
        var found = false
        try left.locations(input, scope, run) { (location) throws(JQFailure) in
            guard location.value.isTruthy else { return }
            found = true
            try run.pass(location, to: emit)
        }
        if !found { try right.locations(input, scope, run, emit) }
    }
}
