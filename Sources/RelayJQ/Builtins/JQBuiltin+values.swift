internal import Glibc
internal import RelayJSON

extension JQBuiltin {
    /// Functions of values of any kind.
    static let values: [JQBuiltin] = [
        value("not") { (input, _) throws(JQFailure) in .bool(!input.isTruthy) },
        value("type") { (input, _) throws(JQFailure) in .string(JQKind.name(input)) },
        value("length") { (input, run) throws(JQFailure) in try length(input, run) },
        value("utf8bytelength") { (input, _) throws(JQFailure) in
            guard case .string(let text) = input else {
                throw .message("\(JQKind.name(input)) only strings have UTF-8 byte length")
            }
            return .int(Int64(text.utf8.count))
        },
        function("has", 1) { (input, arguments, run) throws(JQFailure) in
            switch (input, arguments[0]) {
            case (.object(let members), .string(let name)):
                try run.work(members.count / 32)
                return .bool(members.contains(name))
            case (.null, _): return false
            case (.array(let elements), .int), (.array(let elements), .number):
                // As in jq, a fraction is cut off.
                let place = (JQNumber.double(arguments[0]) ?? -1).rounded(.towardZero)
                return .bool(place >= 0 && place < Double(elements.count))
            default:
                throw .message("Cannot check whether \(JQKind.name(input)) has a \(JQKind.name(arguments[0])) key")
            }
        },
        function("contains", 1) { (input, arguments, run) throws(JQFailure) in
            // As in jq, `true` and `false` are of different kinds here.
            guard isSameKind(input, arguments[0]) else {
                let kinds = (JQKind.name(input), JQKind.name(arguments[0]))
                throw .message("\(kinds.0) and \(kinds.1) cannot have their containment checked")
            }
            return try run.withRoom(for: input, arguments[0]) { () throws(JQFailure) in
                .bool(try contains(input, arguments[0], run))
            }
        },
        function("getpath", 1) { (input, arguments, run) throws(JQFailure) in
            try JQAccess.get(input, try JQAccess.path(arguments[0])[...], run)
        }.with { (input, call, emit) throws(JQFailure) in
            try call.each(0, input.value) { (value) throws(JQFailure) in
                let path = try JQAccess.path(value)
                // As in jq, this computes from a computed value, where `.a` would be an error.
                guard input.isPlace else {
                    let part = try JQAccess.get(input.value, path[...], call.run)
                    return try call.run.pass(input.computed(part), to: emit)
                }
                var location = input
                for key in path {
                    location = location.child(key, try JQAccess.index(location.value, key, call.run))
                }
                try call.run.pass(location, to: emit)
            }
        },
        value("now") { (_, run) throws(JQFailure) in
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return run.number(Double(time.tv_sec) + Double(time.tv_nsec / 1000) / 1_000_000)
        },
        value("builtins") { (_, run) throws(JQFailure) in
            let names = Set(all.keys).union(JQLibrary.definitions.keys).filter { !$0.hasPrefix("_") }.sorted()
            try run.charge(names.count * 64)
            return .array(names.map(JSON.string))
        },
        value("toboolean") { (input, _) throws(JQFailure) in
            switch input {
            case .bool: return input
            case .string("true"): return true
            case .string("false"): return false
            default: throw .message("\(JQKind.name(input)) cannot be parsed as a boolean")
            }
        },
    ]

    static func length(_ input: JSON, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        switch input {
        case .null: return 0
        case .bool: throw .message("boolean has no length")
        case .int(let whole): return whole == .min ? run.number(-Double(whole)) : .int(abs(whole))
        case .number(let text): return run.number(abs(JQNumber.parse(text)))
        case .string(let text):
            try run.work(text.utf8.count / 64)
            return .int(Int64(text.unicodeScalars.count))
        case .array(let elements): return .int(Int64(elements.count))
        case .object(let members): return .int(Int64(members.count))
        }
    }

    private static func contains(_ a: JSON, _ b: JSON, _ run: JQEvaluation) throws(JQFailure) -> Bool {
        try run.step()
        switch (a, b) {
        case (.object(let x), .object(let y)):
            for member in y {
                try run.work(x.count / 32)
                guard let own = x[member.key], try contains(own, member.value, run) else { return false }
            }
            return true
        case (.array(let x), .array(let y)):
            for wanted in y {
                var found = false
                for element in x where !found {
                    try run.step()
                    found = try contains(element, wanted, run)
                }
                if !found { return false }
            }
            return true
        case (.string(let x), .string(let y)):
            try run.work(x.utf8.count / 32)
            return try JQText.offsets(of: y, in: x, limit: 1, run).isEmpty == false || y.isEmpty
        default: return try JQOrder.isEqual(a, b, run)
        }
    }

    private static func isSameKind(_ a: JSON, _ b: JSON) -> Bool { JQOrder.rank(a) == JQOrder.rank(b) }

    /// The same function where it is also a path expression.
    func with(locations: @escaping JQGeneratorNode.LocationBody) -> JQBuiltin {
        JQBuiltin(name: name, arity: arity) { (arguments) throws(JQError) in
            JQPathFunctionNode(try self.make(arguments), arguments, locations)
        }
    }
}

/// A function of values that is also a path expression.
final class JQPathFunctionNode: JQNode, @unchecked Sendable {
    private let node: JQNode
    private let arguments: [JQNode]
    private let locationBody: JQGeneratorNode.LocationBody

    init(_ node: JQNode, _ arguments: [JQNode], _ locationBody: @escaping JQGeneratorNode.LocationBody) {
        self.node = node
        self.arguments = arguments
        self.locationBody = locationBody
        super.init(isOne: node.isOne)
    }

    override func one(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        try node.one(input, scope, run)
    }

    override func each(_ input: JSON, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmit) throws(JQFailure) {
        try node.outputs(input, scope, run, emit)
    }

    override func locations(
        _ input: JQLocation, _ scope: JQScope?, _ run: JQEvaluation, _ emit: JQEmitLocation
    ) throws(JQFailure) {
        try run.step()
        try locationBody(input, JQCallContext(arguments: arguments, scope: scope, run: run), emit)
    }
}
