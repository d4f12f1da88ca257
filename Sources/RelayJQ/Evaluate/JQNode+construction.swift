internal import RelayJSON

/// `[a]`
final class JQArrayConstruction: JQNode, @unchecked Sendable {
    private let elements: JQNode

    init(_ elements: JQNode) {
        self.elements = elements
        super.init(isOne: true)
    }

    override func one(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        let result = try Self.collect(run) { (add) throws(JQFailure) in
            try elements.outputs(input, scope, run, add)
        }
        return .array(result)
    }

    override func locations(
        _ input: JQLocation, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmitLocation
    ) throws(JQFailure) {
        let result = try Self.collect(run) { (add) throws(JQFailure) in
            try elements.locations(input, scope, run) { (location) throws(JQFailure) in try add(location.value) }
        }
        try emit(input.computed(.array(result)))
    }

    /// An array of what `body` passes to its argument.
    static func collect(_ run: JQEvaluation, _ body: (JQEmit) throws(JQFailure) -> Void) throws(JQFailure) -> [JSON] {
        try run.step()
        var kept = JQKept(run)
        var result: [JSON] = []
        try body { (value) throws(JQFailure) in
            try kept.add(value, run)
            result.append(value)
        }
        kept.end(run)
        try run.charge(JQMeasure.bufferSize)
        try run.nest(.array(result))
        return result
    }
}

/// `{a: b, c}` with keys of constant names and one value each, which is what most expressions build.
final class JQObjectConstruction: JQNode, @unchecked Sendable {
    private let members: [(key: String, value: JQNode)]
    /// The bytes of the object without its values.
    private let size: Int

    init(_ members: [(key: String, value: JQNode)]) {
        self.members = members
        size = JQMeasure.bufferSize + members.count * JQMeasure.memberSize
        super.init(isOne: true)
    }

    override func one(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        try run.step()
        try run.charge(size)
        var object = JSONObject()
        object.reserveCapacity(members.count)
        for place in members.indices {
            object.append(members[place].key, try members[place].value.one(input, scope, run))
        }
        let result = JSON.object(object)
        try run.nest(result)
        return result
    }
}

/// Any other object: all combinations of its keys and values.
final class JQObjectCombination: JQNode, @unchecked Sendable {
    private let members: [(key: JQNode, value: JQNode)]

    init(_ members: [(key: JQNode, value: JQNode)]) {
        self.members = members
        super.init(isOne: members.allSatisfy { $0.key.isOne && $0.value.isOne })
    }

    override func one(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        try run.step()
        var object = JSONObject()
        for (key, value) in members {
            let name = try Self.name(try key.one(input, scope, run))
            object[name] = try value.one(input, scope, run)
        }
        try run.charge(JQMeasure.bufferSize + members.count * JQMeasure.memberSize)
        let result = JSON.object(object)
        try run.nest(result)
        return result
    }

    override func each(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        try combine(members[...], JSONObject(), input, scope, run, emit)
    }

    private func combine(
        _ rest: ArraySlice<(key: JQNode, value: JQNode)>, _ object: JSONObject, _ input: JSON, _ scope: JQScope?,
        _ run: JQEvaluation, _ emit: JQEmit
    ) throws(JQFailure) {
        try run.step()
        guard let member = rest.first else {
            try run.charge(JQMeasure.bufferSize + members.count * JQMeasure.memberSize)
            let result = JSON.object(object)
            try run.nest(result)
            return try run.pass(result, to: emit)
        }
        try member.key.outputs(input, scope, run) { (key) throws(JQFailure) in
            let name = try Self.name(key)
            try member.value.outputs(input, scope, run) { (value) throws(JQFailure) in
                var extended = object
                extended[name] = value
                try combine(rest.dropFirst(), extended, input, scope, run, emit)
            }
        }
    }

    private static func name(_ key: JSON) throws(JQFailure) -> String {
        guard case .string(let name) = key else {
            throw .message("Object keys must be strings, not \(JQKind.name(key))")
        }
        return name
    }
}

/// A string with interpolations: all combinations.
final class JQInterpolation: JQNode, @unchecked Sendable {
    enum Part {
        case text(String)
        case program(JQNode)
    }

    private let format: JQFormat
    private let parts: [Part]

    init(format: JQFormat, _ parts: [Part]) {
        self.format = format
        self.parts = parts
        super.init(
            isOne: parts.allSatisfy {
                if case .program(let node) = $0 { node.isOne } else { true }
            })
    }

    override func one(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        try run.step()
        var text = ""
        // As in jq, the last interpolation is evaluated first; the order shows only in errors.
        for part in parts {
            switch part {
            case .text(let literal): text += literal
            case .program(let node): text += try format.apply(try node.one(input, scope, run), run)
            }
            if text.utf8.count > run.byteLimit { throw run.outOfBytes() }
        }
        try run.reserve(text.utf8.count, each: 1)
        return .string(text)
    }

    override func each(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        try combine(parts[...], "", input, scope, run, emit)
    }

    /// The last part is the outermost loop.
    private func combine(
        _ rest: ArraySlice<Part>, _ suffix: String, _ input: JSON, _ scope: JQScope?, _ run: JQEvaluation,
        _ emit: JQEmit
    ) throws(JQFailure) {
        try run.step()
        guard let part = rest.last else {
            return try run.pass(.string(suffix), to: emit)
        }
        switch part {
        case .text(let literal):
            try run.reserve(literal.utf8.count + suffix.utf8.count, each: 1)
            try combine(rest.dropLast(), literal + suffix, input, scope, run, emit)
        case .program(let node):
            try node.outputs(input, scope, run) { (value) throws(JQFailure) in
                let text = try format.apply(value, run)
                try run.reserve(text.utf8.count + suffix.utf8.count, each: 1)
                try combine(rest.dropLast(), text + suffix, input, scope, run, emit)
            }
        }
    }
}

/// `@name` alone.
final class JQFormatting: JQNode, @unchecked Sendable {
    private let format: JQFormat

    init(_ format: JQFormat) {
        self.format = format
        super.init(isOne: true)
    }

    override func one(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        try run.step()
        return .string(try format.apply(input, run))
    }
}
