internal import RelayJSON

/// `.a.b.c`: members with constant names.
final class JQFieldPath: JQNode, @unchecked Sendable {
    private let names: [String]

    init(_ names: [String]) {
        self.names = names
        super.init(isOne: true)
    }

    func appending(_ name: String) -> JQFieldPath { JQFieldPath(names + [name]) }

    override func one(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        try run.step()
        let result = input.value(at: names)
        if result.visited > 64 { try run.work(result.visited / 64) }
        if let place = result.failure {
            throw JQAccess.cannotIndex(result.value, .string(names[place]), isLiteral: true)
        }
        return result.value
    }

    override func locations(
        _ input: JQLocation, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmitLocation
    ) throws(JQFailure) {
        try run.step()
        try input.checkPlace()
        var location = input
        for name in names {
            let key = JSON.string(name)
            location = location.child(key, try JQAccess.index(location.value, key, isLiteral: true, run))
        }
        try emit(location)
    }
}

/// `a[b]`
final class JQIndex: JQNode, @unchecked Sendable {
    private let base: JQNode
    private let key: JQNode
    private let isOptional: Bool
    private let isLiteral: Bool

    init(_ base: JQNode, _ key: JQNode, isOptional: Bool) {
        self.base = base
        self.key = key
        self.isOptional = isOptional
        isLiteral = key.constant != nil
        super.init(isOne: base.isOne && key.isOne && !isOptional)
    }

    override func one(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        try run.step()
        let key = try key.one(input, scope, run)
        return try JQAccess.index(try base.one(input, scope, run), key, isLiteral: isLiteral, run)
    }

    override func each(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        try run.step()
        try key.outputs(input, scope, run) { (key) throws(JQFailure) in
            try base.outputs(input, scope, run) { (value) throws(JQFailure) in
                let element: JSON
                do throws(JQFailure) {
                    element = try JQAccess.index(value, key, isLiteral: isLiteral, run)
                } catch {
                    if isOptional, error.caught != nil { return }
                    throw error
                }
                try run.pass(element, to: emit)
            }
        }
    }

    override func locations(
        _ input: JQLocation, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmitLocation
    ) throws(JQFailure) {
        try run.step()
        try key.outputs(input.value, scope, run) { (key) throws(JQFailure) in
            try base.locations(input, scope, run) { (location) throws(JQFailure) in
                // Not even `?` lets a part of a computed value pass.
                try location.checkPlace()
                let element: JSON
                do throws(JQFailure) {
                    element = try JQAccess.index(location.value, key, isLiteral: isLiteral, run)
                } catch {
                    if isOptional, error.caught != nil { return }
                    throw error
                }
                try run.pass(location.child(key, element), to: emit)
            }
        }
    }
}

/// `a[b:c]`
final class JQSlice: JQNode, @unchecked Sendable {
    private let base: JQNode
    private let from: JQNode
    private let to: JQNode
    private let isOptional: Bool

    init(_ base: JQNode, from: JQNode, to: JQNode, isOptional: Bool) {
        self.base = base
        self.from = from
        self.to = to
        self.isOptional = isOptional
        super.init(isOne: base.isOne && from.isOne && to.isOne && !isOptional)
    }

    override func one(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        try run.step()
        let from = try from.one(input, scope, run)
        let to = try to.one(input, scope, run)
        return try JQAccess.slice(try base.one(input, scope, run), from: from, to: to, run)
    }

    override func each(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        try bounds(input, scope, run) { (from, to) throws(JQFailure) in
            try base.outputs(input, scope, run) { (value) throws(JQFailure) in
                let part: JSON
                do throws(JQFailure) { part = try JQAccess.slice(value, from: from, to: to, run) } catch {
                    if isOptional, error.caught != nil { return }
                    throw error
                }
                try run.pass(part, to: emit)
            }
        }
    }

    override func locations(
        _ input: JQLocation, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmitLocation
    ) throws(JQFailure) {
        try bounds(input.value, scope, run) { (from, to) throws(JQFailure) in
            try base.locations(input, scope, run) { (location) throws(JQFailure) in
                try location.checkPlace()
                let part: JSON
                do throws(JQFailure) {
                    part = try JQAccess.slice(location.value, from: from, to: to, run)
                } catch {
                    if isOptional, error.caught != nil { return }
                    throw error
                }
                let key = JSON.object(["start": from, "end": to])
                try run.pass(location.child(key, part), to: emit)
            }
        }
    }

    private func bounds(
        _ input: JSON, _ scope: JQScope?, _ run: JQEvaluation,
        _ body: (JSON, JSON) throws(JQFailure) -> Void
    ) throws(JQFailure) {
        try run.step()
        try from.outputs(input, scope, run) { (from) throws(JQFailure) in
            try to.outputs(input, scope, run) { (to) throws(JQFailure) in try body(from, to) }
        }
    }
}

/// `a[]`
final class JQIterate: JQNode, @unchecked Sendable {
    private let base: JQNode
    private let isOptional: Bool

    init(_ base: JQNode, isOptional: Bool) {
        self.base = base
        self.isOptional = isOptional
        super.init(isOne: false)
    }

    static func cannotIterate(_ value: JSON) -> JQFailure { .message("Cannot iterate over \(JQKind.name(value))") }

    override func each(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        try base.outputs(input, scope, run) { (value) throws(JQFailure) in
            switch value {
            case .array(let elements):
                for element in elements {
                    try run.step()
                    try run.pass(element, to: emit)
                }
            case .object(let members):
                for place in 0..<members.count {
                    try run.step()
                    try run.pass(members[place].value, to: emit)
                }
            default:
                if !isOptional { throw Self.cannotIterate(value) }
            }
        }
    }

    override func locations(
        _ input: JQLocation, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmitLocation
    ) throws(JQFailure) {
        try base.locations(input, scope, run) { (location) throws(JQFailure) in
            try location.checkPlace()
            switch location.value {
            case .array(let elements):
                for (place, element) in elements.enumerated() {
                    try run.step()
                    try run.pass(location.child(.int(Int64(place)), element), to: emit)
                }
            case .object(let members):
                for member in members {
                    try run.step()
                    try run.pass(location.child(.string(member.key), member.value), to: emit)
                }
            default:
                if !isOptional { throw Self.cannotIterate(location.value) }
            }
        }
    }
}

/// `..`, and `recurse` without arguments.
final class JQDescend: JQNode, @unchecked Sendable {
    init() { super.init(isOne: false) }

    override func each(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        try descend(input, run, emit)
    }

    private func descend(_ value: JSON, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        try run.step()
        try run.pass(value, to: emit)
        switch value {
        case .array(let elements):
            for element in elements {
                try run.deeper { () throws(JQFailure) in try descend(element, run, emit) }
            }
        case .object(let members):
            for member in members {
                try run.deeper { () throws(JQFailure) in try descend(member.value, run, emit) }
            }
        default: break
        }
    }

    override func locations(
        _ input: JQLocation, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmitLocation
    ) throws(JQFailure) {
        try run.step()
        try run.pass(input, to: emit)
        try input.checkPlace()
        switch input.value {
        case .array(let elements):
            for (place, element) in elements.enumerated() {
                try run.deeper { () throws(JQFailure) in
                    try locations(input.child(.int(Int64(place)), element), scope, run, emit)
                }
            }
        case .object(let members):
            for member in members {
                try run.deeper { () throws(JQFailure) in
                    try locations(input.child(.string(member.key), member.value), scope, run, emit)
                }
            }
        default: break
        }
    }
}
