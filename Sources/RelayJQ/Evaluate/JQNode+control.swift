internal import RelayJSON

/// `try a catch b`, `a?`
final class JQAttempt: JQNode, @unchecked Sendable {
    private let body: JQNode
    private let handler: JQNode?

    init(_ body: JQNode, handler: JQNode?) {
        self.body = body
        self.handler = handler
        super.init(isOne: body.isOne && handler?.isOne == true)
    }

    override func one(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        let mark = run.mark
        do throws(JQFailure) { return try body.one(input, scope, run) } catch {
            guard let handler, let caught = error.caught else { throw error }
            run.restore(mark)
            try run.step()
            return try handler.one(caught, scope, run)
        }
    }

    override func each(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        try run.step()
        var downstream: JQFailure?
        let mark = run.mark
        do throws(JQFailure) {
            try body.outputs(input, scope, run) { (value) throws(JQFailure) in
                do throws(JQFailure) { try emit(value) } catch {
                    downstream = error
                    throw error
                }
            }
        } catch {
            // An error of what comes after `try` is not its own.
            if let downstream { throw downstream }
            guard let caught = error.caught else { throw error }
            run.restore(mark)
            try handler?.outputs(caught, scope, run, emit)
        }
    }

    override func locations(
        _ input: JQLocation, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmitLocation
    ) throws(JQFailure) {
        try run.step()
        var downstream: JQFailure?
        let mark = run.mark
        do throws(JQFailure) {
            try body.locations(input, scope, run) { (location) throws(JQFailure) in
                do throws(JQFailure) { try emit(location) } catch {
                    downstream = error
                    throw error
                }
            }
        } catch {
            if let downstream { throw downstream }
            guard let caught = error.caught else { throw error }
            run.restore(mark)
            try handler?.locations(input.computed(caught), scope, run, emit)
        }
    }
}

/// `label $name | a`
final class JQLabel: JQNode, @unchecked Sendable {
    private let body: JQNode

    init(_ body: JQNode) {
        self.body = body
        super.init(isOne: false)
    }

    override func each(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        try run.step()
        try JQStop.catching(run) { (label) throws(JQFailure) in
            try body.outputs(input, JQScope(value: .int(Int64(label)), parent: scope), run, emit)
        }
    }

    override func locations(
        _ input: JQLocation, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmitLocation
    ) throws(JQFailure) {
        try run.step()
        try JQStop.catching(run) { (label) throws(JQFailure) in
            try body.locations(input, JQScope(value: .int(Int64(label)), parent: scope), run, emit)
        }
    }
}

/// Ends a generator early.
enum JQStop {
    /// Runs `body`, which ends early when it throws a stop with the label it is given.
    @inline(never)
    static func catching(_ run: JQEvaluation, _ body: (Int) throws(JQFailure) -> Void) throws(JQFailure) {
        let label = run.label()
        let mark = run.mark
        do throws(JQFailure) { try body(label) } catch {
            guard case .stop(label) = error else { throw error }
            run.restore(mark)
        }
    }
}

/// `break $name`
final class JQBreak: JQNode, @unchecked Sendable {
    private let distance: Int

    init(distance: Int) {
        self.distance = distance
        super.init(isOne: false)
    }

    override func each(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        throw .stop(Int(JQScope.entry(scope, distance).value.int ?? 0))
    }
}

/// `a as $x | b`
final class JQBind: JQNode, @unchecked Sendable {
    private let source: JQNode
    private let binding: JQBinding
    private let body: JQNode

    init(_ source: JQNode, _ binding: JQBinding, _ body: JQNode) {
        self.source = source
        self.binding = binding
        self.body = body
        super.init(isOne: source.isOne && binding.isVariable && body.isOne)
    }

    override func one(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        try run.step()
        return try body.one(input, JQScope(value: try source.one(input, scope, run), parent: scope), run)
    }

    override func each(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        try source.outputs(input, scope, run) { (value) throws(JQFailure) in
            try run.step()
            try binding.each(value, input, scope, run) { (inner) throws(JQFailure) in
                try body.outputs(input, inner, run, emit)
            }
        }
    }

    override func locations(
        _ input: JQLocation, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmitLocation
    ) throws(JQFailure) {
        try source.outputs(input.value, scope, run) { (value) throws(JQFailure) in
            try run.step()
            try binding.each(value, input.value, scope, run) { (inner) throws(JQFailure) in
                try body.locations(input, inner, run, emit)
            }
        }
    }
}

/// What stands after `as`: one pattern, or several with `?//`.
final class JQBinding: @unchecked Sendable {
    private let patterns: [JQPattern]
    /// With several patterns: for each, how far each variable of all patterns is from the innermost entry after the
    /// pattern matched; `nil` for a variable that it does not have.
    private let variables: [[Int?]]

    init(patterns: [JQPattern], variables: [[Int?]]) {
        self.patterns = patterns
        self.variables = variables
    }

    /// Whether this is just `$name`.
    var isVariable: Bool {
        if patterns.count == 1, case .variable = patterns[0] { true } else { false }
    }

    @inline(never)
    func each(
        _ value: JSON, _ input: JSON, _ scope: JQScope?, _ run: JQEvaluation,
        _ body: (JQScope?) throws(JQFailure) -> Void
    ) throws(JQFailure) {
        if patterns.count == 1 {
            if case .variable = patterns[0] { return try body(JQScope(value: value, parent: scope)) }
            return try patterns[0].match(value, input, scope, run, body)
        }
        for (place, pattern) in patterns.enumerated() {
            let mark = run.mark
            do throws(JQFailure) {
                return try pattern.match(value, input, scope, run) { (inner) throws(JQFailure) in
                    var complete = scope
                    for distance in variables[place] {
                        let value = distance.map { JQScope.entry(inner, $0).value } ?? .null
                        complete = JQScope(value: value, parent: complete)
                    }
                    try body(complete)
                }
            } catch {
                guard place < patterns.count - 1, error.caught != nil else { throw error }
                run.restore(mark)
            }
        }
    }
}

/// A pattern of `as`. Matching adds an entry to the scope for each variable, in the order in which they stand.
indirect enum JQPattern {
    case variable
    case array([JQPattern])
    /// The second is whether the key is `$name`, which also becomes a variable.
    case object([(key: JQNode, isVariable: Bool, value: JQPattern?)])

    func match(
        _ value: JSON, _ input: JSON, _ scope: JQScope?, _ run: JQEvaluation,
        _ body: (JQScope?) throws(JQFailure) -> Void
    ) throws(JQFailure) {
        try run.step()
        switch self {
        case .variable: try body(JQScope(value: value, parent: scope))
        case .array(let elements):
            try matchElements(elements[...], value, input, scope, run, body)
        case .object(let members):
            try matchMembers(members[...], value, input, scope, run, body)
        }
    }

    private func matchElements(
        _ rest: ArraySlice<JQPattern>, _ value: JSON, _ input: JSON, _ scope: JQScope?, _ run: JQEvaluation,
        _ body: (JQScope?) throws(JQFailure) -> Void
    ) throws(JQFailure) {
        guard let pattern = rest.first else { return try body(scope) }
        let element = try JQAccess.index(value, .int(Int64(rest.startIndex)), run)
        try pattern.match(element, input, scope, run) { (inner) throws(JQFailure) in
            try matchElements(rest.dropFirst(), value, input, inner, run, body)
        }
    }

    private func matchMembers(
        _ rest: ArraySlice<(key: JQNode, isVariable: Bool, value: JQPattern?)>, _ value: JSON, _ input: JSON,
        _ scope: JQScope?, _ run: JQEvaluation, _ body: (JQScope?) throws(JQFailure) -> Void
    ) throws(JQFailure) {
        guard let member = rest.first else { return try body(scope) }
        try member.key.outputs(input, scope, run) { (key) throws(JQFailure) in
            guard case .string = key else {
                throw JQFailure.message("Cannot index \(JQKind.name(value)) with \(JQKind.name(key))")
            }
            let element = try JQAccess.index(value, key, isLiteral: member.key.constant != nil, run)
            let inner = member.isVariable ? JQScope(value: element, parent: scope) : scope
            guard let pattern = member.value else {
                return try matchMembers(rest.dropFirst(), value, input, inner, run, body)
            }
            try pattern.match(element, input, inner, run) { (inner) throws(JQFailure) in
                try matchMembers(rest.dropFirst(), value, input, inner, run, body)
            }
        }
    }
}
