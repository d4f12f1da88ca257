internal import RelayJSON

/// `reduce a as $x (b; c)`
final class JQReduce: JQNode, @unchecked Sendable {
    private let source: JQNode
    private let binding: JQBinding
    private let initial: JQNode
    private let update: JQNode

    init(_ source: JQNode, _ binding: JQBinding, initial: JQNode, update: JQNode) {
        self.source = source
        self.binding = binding
        self.initial = initial
        self.update = update
        super.init(isOne: initial.isOne)
    }

    override func one(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        try fold(input, try initial.one(input, scope, run), scope, run)
    }

    override func each(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        try initial.outputs(input, scope, run) { (start) throws(JQFailure) in
            try emit(try fold(input, start, scope, run))
        }
    }

    private func fold(_ input: JSON, _ start: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        var kept = JQKept(run)
        var state = start
        try source.outputs(input, scope, run) { (value) throws(JQFailure) in
            try binding.each(value, input, scope, run) { (inner) throws(JQFailure) in
                try run.step()
                let bytes = run.bytes
                kept.begin(run)
                // Only `old` holds the state now, and the update may change it in place.
                let old = state
                state = .null
                if update.isOne {
                    state = try update.oneConsuming(old, inner, run)
                } else {
                    try update.each(old, inner, run) { (new) throws(JQFailure) in state = new }
                }
                try kept.replace(with: state, since: bytes, run)
            }
        }
        kept.end(run)
        return state
    }

    override func locations(
        _ input: JQLocation, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmitLocation
    ) throws(JQFailure) {
        try initial.locations(input, scope, run) { (start) throws(JQFailure) in
            var state = start
            try source.outputs(input.value, scope, run) { (value) throws(JQFailure) in
                try binding.each(value, input.value, scope, run) { (inner) throws(JQFailure) in
                    try run.step()
                    var last: JQLocation?
                    try update.locations(state, inner, run) { (new) throws(JQFailure) in last = new }
                    state = last ?? state.computed(.null)
                }
            }
            try emit(state)
        }
    }
}

/// `foreach a as $x (b; c; d)`
final class JQForeach: JQNode, @unchecked Sendable {
    private let source: JQNode
    private let binding: JQBinding
    private let initial: JQNode
    private let update: JQNode
    private let extract: JQNode?

    init(_ source: JQNode, _ binding: JQBinding, initial: JQNode, update: JQNode, extract: JQNode?) {
        self.source = source
        self.binding = binding
        self.initial = initial
        self.update = update
        self.extract = extract
        super.init(isOne: false)
    }

    override func each(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        try initial.outputs(input, scope, run) { (start) throws(JQFailure) in
            var kept = JQKept(run)
            var state = start
            try source.outputs(input, scope, run) { (value) throws(JQFailure) in
                try binding.each(value, input, scope, run) { (inner) throws(JQFailure) in
                    try run.step()
                    let bytes = run.bytes
                    kept.begin(run)
                    let old = state
                    state = .null
                    try update.outputs(old, inner, run) { (new) throws(JQFailure) in
                        state = new
                        try kept.replace(with: new, since: bytes, run)
                        if let extract {
                            try extract.outputs(new, inner, run, emit)
                        } else {
                            try run.pass(new, to: emit)
                        }
                    }
                }
            }
            kept.end(run)
        }
    }

    override func locations(
        _ input: JQLocation, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmitLocation
    ) throws(JQFailure) {
        try initial.locations(input, scope, run) { (start) throws(JQFailure) in
            var state = start
            try source.outputs(input.value, scope, run) { (value) throws(JQFailure) in
                try binding.each(value, input.value, scope, run) { (inner) throws(JQFailure) in
                    try run.step()
                    let old = state
                    state = old.computed(.null)
                    try update.locations(old, inner, run) { (new) throws(JQFailure) in
                        state = new
                        if let extract {
                            try extract.locations(new, inner, run, emit)
                        } else {
                            try emit(new)
                        }
                    }
                }
            }
        }
    }
}
