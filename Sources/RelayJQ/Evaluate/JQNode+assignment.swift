internal import RelayJSON

/// `a = b`: each output of `b` is put at all places of `a`.
final class JQAssignment: JQNode, @unchecked Sendable {
    private let target: JQNode
    private let value: JQNode

    init(_ target: JQNode, _ value: JQNode) {
        self.target = target
        self.value = value
        super.init(isOne: value.isOne)
    }

    override func one(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        try oneConsuming(input, scope, run)
    }

    override func oneConsuming(_ input: consuming JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure)
        -> JSON
    {
        let new = try value.one(input, scope, run)
        if let path = try target.singlePath(input, scope, run) {
            var root = input
            input = .null
            try JQChange.set(&root, path[...], to: new, run)
            return root
        }
        return try set(input, to: new, scope, run)
    }

    override func each(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        try value.outputs(input, scope, run) { (new) throws(JQFailure) in
            try run.pass(try set(input, to: new, scope, run), to: emit)
        }
    }

    private func set(_ input: JSON, to new: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        var root = input
        try target.locations(JQLocation(root: input), scope, run) { (location) throws(JQFailure) in
            try run.step()
            try JQChange.set(&root, location.steps()[...], to: new, run)
        }
        return root
    }
}

extension JQNode {
    /// The path of a simple target such as `.a[$i].b`, which has exactly one; `nil` for any other.
    func singlePath(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> [JSON]? {
        guard isOne, self is JQFieldPath || self is JQIndex else { return nil }
        var path: [JSON]?
        try locations(JQLocation(root: input), scope, run) { (location) throws(JQFailure) in
            path = try location.steps()
        }
        return path
    }
}

/// `a |= b`, and `map_values`: each place of `a` gets the first output of `b` for it, or is removed when there is none.
final class JQUpdate: JQNode, @unchecked Sendable {
    private let target: JQNode
    private let update: JQNode

    init(_ target: JQNode, _ update: JQNode) {
        self.target = target
        self.update = update
        super.init(isOne: true)
    }

    override func one(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        try Self.update(input, target, scope, run) { (value) throws(JQFailure) in
            try update.first(value, scope, run)
        }
    }

    override func oneConsuming(_ input: consuming JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure)
        -> JSON
    {
        guard update.isOne, let path = try target.singlePath(input, scope, run) else {
            return try one(input, scope, run)
        }
        var root = input
        input = .null
        run.nesting += path.count
        try JQChange.update(&root, path[...], run) { (value) throws(JQFailure) in
            let old = value
            value = .null
            value = try update.oneConsuming(old, scope, run)
        }
        return root
    }

    static func update(
        _ input: JSON, _ target: JQNode, _ scope: JQScope?, _ run: JQEvaluation,
        _ change: (JSON) throws(JQFailure) -> JSON?
    ) throws(JQFailure) -> JSON {
        var kept = JQKept(run)
        var root = input
        var removed: [JSON] = []
        try target.locations(JQLocation(root: input), scope, run) { (location) throws(JQFailure) in
            try run.step()
            let bytes = run.bytes
            kept.begin(run)
            let path = try location.steps()
            guard let new = try change(try JQAccess.get(root, path[...], run)) else {
                try run.charge(path.count * JQMeasure.valueSize + JQMeasure.bufferSize)
                removed.append(.array(path))
                return
            }
            try JQChange.set(&root, path[...], to: new, run)
            try kept.replace(with: root, since: bytes, run)
        }
        kept.end(run)
        return removed.isEmpty ? root : try JQRemoval.remove(root, removed, run)
    }
}

extension JQNode {
    /// The first output, without the others.
    func first(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON? {
        if isOne { return try one(input, scope, run) }
        var result: JSON?
        let (bytes, nesting) = (run.bytes, run.nesting)
        var (bytesAfter, nestingAfter) = (bytes, nesting)
        try JQStop.catching(run) { (label) throws(JQFailure) in
            try each(input, scope, run) { (value) throws(JQFailure) in
                result = value
                (bytesAfter, nestingAfter) = (run.bytes, run.nesting)
                throw JQFailure.stop(label)
            }
        }
        run.bytes = max(run.bytes, bytesAfter)
        run.nesting = max(run.nesting, nestingAfter)
        return result
    }
}

/// `a += b` and the like: for each output of `b`, all places of `a` are computed anew.
final class JQComputedAssignment: JQNode, @unchecked Sendable {
    private let kind: JQExpression.Operator
    private let target: JQNode
    private let value: JQNode

    init(_ kind: JQExpression.Operator, _ target: JQNode, _ value: JQNode) {
        self.kind = kind
        self.target = target
        self.value = value
        super.init(isOne: value.isOne)
    }

    override func one(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        try compute(input, try value.one(input, scope, run), scope, run)
    }

    override func oneConsuming(_ input: consuming JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure)
        -> JSON
    {
        let operand = try value.one(input, scope, run)
        guard let path = try target.singlePath(input, scope, run) else {
            return try compute(input, operand, scope, run)
        }
        var root = input
        input = .null
        run.nesting += path.count
        try JQChange.update(&root, path[...], run) { (value) throws(JQFailure) in
            guard kind == .add, case .array(let new) = operand, var elements = value.array else {
                value = try JQArithmetic.compute(kind, value, operand, run)
                return
            }
            value = .null
            try JQArithmetic.append(new, to: &elements, run)
            value = .array(elements)
        }
        return root
    }

    override func each(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        try value.outputs(input, scope, run) { (operand) throws(JQFailure) in
            try run.pass(try compute(input, operand, scope, run), to: emit)
        }
    }

    private func compute(_ input: JSON, _ operand: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure)
        -> JSON
    {
        try JQUpdate.update(input, target, scope, run) { (value) throws(JQFailure) in
            try JQArithmetic.compute(kind, value, operand, run)
        }
    }
}
