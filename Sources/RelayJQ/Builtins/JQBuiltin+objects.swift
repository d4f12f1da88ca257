internal import RelayJSON

extension JQBuiltin {
    /// Functions of objects.
    static let objects: [JQBuiltin] = [
        value("keys") { (input, run) throws(JQFailure) in try keys(of: input, isSorted: true, run) },
        value("keys_unsorted") { (input, run) throws(JQFailure) in try keys(of: input, isSorted: false, run) },
        value("to_entries") { (input, run) throws(JQFailure) in try entries(of: input, run) },
        value("from_entries") { (input, run) throws(JQFailure) in
            let elements = try elements(of: input)
            try run.reserve(elements.count, each: JQMeasure.memberSize)
            var members: [(String, JSON)] = []
            for element in elements { members.append(try member(from: element, run)) }
            let result = JSON.object(JSONObject(members))
            try run.nest(result)
            return result
        },
        single("with_entries", 1) { (input, call) throws(JQFailure) in
            let entries = try entries(of: input, call.run).array ?? []
            var kept = JQKept(call.run)
            var members: [(String, JSON)] = []
            for entry in entries {
                let (bytes, nesting) = (call.run.bytes, call.run.nesting)
                defer { (call.run.bytes, call.run.nesting) = (bytes, nesting) }
                try call.run.step()
                try call.each(0, entry) { (changed) throws(JQFailure) in
                    try kept.add(changed, call.run)
                    members.append(try member(from: changed, call.run))
                }
            }
            kept.end(call.run)
            let result = JSON.object(JSONObject(members))
            try call.run.nest(result)
            return result
        },
    ]

    private static func keys(of input: JSON, isSorted: Bool, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        switch input {
        case .object(let members):
            try run.reserve(members.count, each: JQMeasure.valueSize)
            try run.work(members.count / 2)
            let members = isSorted ? JQOrder.sorted(members) : Array(members)
            return .array(members.map { .string($0.key) })
        case .array(let elements):
            try run.reserve(elements.count, each: JQMeasure.valueSize)
            return .array(elements.indices.map { .int(Int64($0)) })
        default: throw .message("\(JQKind.name(input)) has no keys")
        }
    }

    private static func entries(of input: JSON, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        let pairs: [(JSON, JSON)]
        switch input {
        case .object(let members): pairs = members.map { (.string($0.key), $0.value) }
        case .array(let elements): pairs = elements.enumerated().map { (.int(Int64($0)), $1) }
        default: throw .message("\(JQKind.name(input)) has no keys")
        }
        try run.reserve(pairs.count, each: JQMeasure.valueSize + 2 * JQMeasure.memberSize + JQMeasure.bufferSize)
        var entries: [JSON] = []
        entries.reserveCapacity(pairs.count)
        for (key, value) in pairs {
            var entry = JSONObject()
            entry.reserveCapacity(2)
            entry.append("key", key)
            entry.append("value", value)
            entries.append(.object(entry))
        }
        run.nesting += 1
        let result = JSON.array(entries)
        try run.nest(result)
        return result
    }

    private static func member(from entry: JSON, _ run: JQEvaluation) throws(JQFailure) -> (String, JSON) {
        try run.step()
        guard case .object(let fields) = entry else { throw JQAccess.cannotIndex(entry, "key", isLiteral: true) }
        var key = JSON.null
        for name in ["key", "k", "name", "Name", "K", "Key"] {
            guard let value = fields[name], !value.isNull else { continue }
            key = value
            // `false` is a key only when no other name has one.
            if value.isTruthy { break }
        }
        var value = JSON.null
        for name in ["value", "v", "Value", "V"] {
            guard let found = fields[name] else { continue }
            value = found
            if found.isTruthy { break }
        }
        switch key {
        case .string(let name): return (name, value)
        case .null, .bool, .int, .number: return (try JQText.json(key, run), value)
        default: throw .message("Cannot use \(JQKind.name(key)) as object key")
        }
    }
}
