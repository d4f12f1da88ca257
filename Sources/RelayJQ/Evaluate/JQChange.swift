internal import RelayJSON

/// Changes of values at paths. A value that nothing else uses is changed in place.
enum JQChange {
    /// Replaces the value at `path` with what `change` makes of it.
    static func update(
        _ root: inout JSON, _ path: ArraySlice<JSON>, _ run: JQEvaluation,
        _ change: (inout JSON) throws(JQFailure) -> Void
    ) throws(JQFailure) {
        guard let key = path.first else { return try change(&root) }
        let rest = path.dropFirst()
        try run.withStack { () throws(JQFailure) in try step(&root, key, rest, run, change) }
    }

    static func set(_ root: inout JSON, _ path: ArraySlice<JSON>, to value: JSON, _ run: JQEvaluation)
        throws(JQFailure)
    {
        guard path.count <= run.budget.depth else { throw run.tooDeep() }
        run.nesting += path.count
        try update(&root, path, run) { (old) throws(JQFailure) in old = value }
    }

    private static func step(
        _ root: inout JSON, _ key: JSON, _ rest: ArraySlice<JSON>, _ run: JQEvaluation,
        _ change: (inout JSON) throws(JQFailure) -> Void
    ) throws(JQFailure) {
        switch (root, key) {
        case (.object(var members), .string(let name)):
            // Releases the value, so that the change need not copy it.
            root = .null
            if members.count > 16 { try run.work(members.count / 16) }
            let (storage, count) = (members.storage, members.count)
            try members.update(name) { (member) throws(JQFailure) in
                var value = member ?? .null
                member = nil
                try update(&value, rest, run, change)
                member = value
            }
            if members.storage != storage || members.count > count {
                try run.charge((members.storage == storage ? 1 : members.count) * JQMeasure.memberSize)
            }
            root = .object(members)
        case (.null, .string(let name)):
            var value = JSON.null
            try update(&value, rest, run, change)
            try run.charge(JQMeasure.bufferSize + JQMeasure.memberSize)
            var members = JSONObject()
            members.append(name, value)
            root = .object(members)
        case (.array, .int), (.array, .number), (.null, .int), (.null, .number):
            try element(&root, key, rest, run, change)
        case (.array, .object(let bounds)), (.null, .object(let bounds)):
            try slice(&root, bounds, rest, run, change)
        case (.array, .array):
            throw .message("Cannot update field at array index of array")
        default: throw JQAccess.cannotIndex(root, key, isLiteral: false)
        }
    }

    private static func element(
        _ root: inout JSON, _ key: JSON, _ rest: ArraySlice<JSON>, _ run: JQEvaluation,
        _ change: (inout JSON) throws(JQFailure) -> Void
    ) throws(JQFailure) {
        var elements = root.array ?? []
        root = .null
        let number = JQNumber.double(key) ?? 0
        guard !number.isNaN else { throw .message("Cannot set array element at NaN index") }
        var place = JQNumber.clamped(number)
        if place < 0 { place += elements.count }
        guard place >= 0 else { throw .message("Out of bounds negative array index") }
        let storage = elements.withUnsafeBufferPointer(\.baseAddress)
        let count = elements.count
        if place >= count {
            try run.reserve(place + 1 - count, each: JQMeasure.valueSize)
            elements.append(contentsOf: repeatElement(.null, count: place + 1 - count))
        }
        try update(&elements[place], rest, run, change)
        if elements.withUnsafeBufferPointer(\.baseAddress) != storage {
            try run.charge(count * JQMeasure.valueSize)
            try run.work(count / 64)
        }
        root = .array(elements)
    }

    private static func slice(
        _ root: inout JSON, _ bounds: JSONObject, _ rest: ArraySlice<JSON>, _ run: JQEvaluation,
        _ change: (inout JSON) throws(JQFailure) -> Void
    ) throws(JQFailure) {
        var elements = root.array ?? []
        let (from, to) = try JQAccess.bounds(bounds)
        let range = try JQAccess.range(elements.count, from: from, to: to)
        var part: JSON = root.isNull ? .null : .array(Array(elements[range]))
        root = .null
        try run.reserve(range.count + elements.count, each: JQMeasure.valueSize)
        try update(&part, rest, run, change)
        guard case .array(let replacement) = part else {
            throw .message("A slice of an array can only be assigned another array")
        }
        elements.replaceSubrange(range, with: replacement)
        try run.charge(replacement.count * JQMeasure.valueSize)
        root = .array(elements)
    }
}
