internal import RelayJSON

/// Reading of indexes, slices and paths.
enum JQAccess {
    /// `value[key]`. A key of the expression itself is `isLiteral` and may stand in the message.
    static func index(_ value: JSON, _ key: JSON, isLiteral: Bool = false, _ run: JQEvaluation) throws(JQFailure)
        -> JSON
    {
        switch (value, key) {
        case (.object(let members), .string(let name)):
            if members.count > 64 { try run.work(members.count / 64) }
            return members[name] ?? .null
        case (.null, .string), (.null, .int), (.null, .number): return .null
        case (.array(let elements), .int(let place)):
            let place = place < 0 ? place + Int64(elements.count) : place
            return place >= 0 && place < elements.count ? elements[Int(place)] : .null
        case (.array(let elements), .number(let text)):
            let number = JQNumber.parse(text)
            guard !number.isNaN else { return .null }
            // As in jq, a fraction is cut off.
            let place = JQNumber.clamped(number)
            return try index(.array(elements), .int(Int64(place)), run)
        case (.null, .object): return .null
        case (.array, .object(let key)), (.string, .object(let key)):
            let (from, to) = try bounds(key)
            return try slice(value, from: from, to: to, run)
        case (.array(let elements), .array(let wanted)):
            return try JQIndices.places(of: wanted, in: elements, run)
        default: throw cannotIndex(value, key, isLiteral: isLiteral)
        }
    }

    static func cannotIndex(_ value: JSON, _ key: JSON, isLiteral: Bool) -> JQFailure {
        let name = isLiteral ? key.string.map { " \"\($0)\"" } ?? "" : ""
        return .message("Cannot index \(JQKind.name(value)) with \(JQKind.name(key))\(name)")
    }

    /// The bounds in a key such as `{"start": 1, "end": null}`.
    static func bounds(_ key: JSONObject) throws(JQFailure) -> (from: JSON, to: JSON) {
        guard let from = key["start"], let to = key["end"] else {
            throw .message("Start and end indices of an array slice must be numbers")
        }
        return (from, to)
    }

    /// The range of a slice of `count` elements.
    static func range(_ count: Int, from: JSON, to: JSON) throws(JQFailure) -> Range<Int> {
        guard from.isNull || JQNumber.double(from) != nil, to.isNull || JQNumber.double(to) != nil else {
            throw .message("Start and end indices of an array slice must be numbers")
        }
        var start = from.isNull ? 0 : JQNumber.double(from) ?? 0
        var end = to.isNull ? Double(count) : JQNumber.double(to) ?? 0
        if start.isNaN { start = 0 }
        if end.isNaN { end = Double(count) }
        if start < 0 { start += Double(count) }
        if end < 0 { end += Double(count) }
        let first = min(max(JQNumber.clamped(start.rounded(.down)), 0), count)
        let last = min(max(JQNumber.clamped(end.rounded(.up)), first), count)
        return first..<last
    }

    static func slice(_ value: JSON, from: JSON, to: JSON, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        switch value {
        case .null:
            _ = try range(0, from: from, to: to)
            return .null
        case .array(let elements):
            let range = try range(elements.count, from: from, to: to)
            try run.reserve(range.count, each: JQMeasure.valueSize)
            return .array(Array(elements[range]))
        case .string(let text):
            try run.work(text.utf8.count / 64)
            let range = try range(text.unicodeScalars.count, from: from, to: to)
            let scalars = text.unicodeScalars
            let start = scalars.index(scalars.startIndex, offsetBy: range.lowerBound)
            let end = scalars.index(start, offsetBy: range.count)
            let part = String(scalars[start..<end])
            try run.charge(part.utf8.count)
            return .string(part)
        default: throw .message("Cannot index \(JQKind.name(value)) with object")
        }
    }

    /// `getpath`: what is missing is null.
    static func get(_ value: JSON, _ path: ArraySlice<JSON>, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        var value = value
        for key in path { value = try index(value, key, run) }
        return value
    }

    static func path(_ value: JSON) throws(JQFailure) -> [JSON] {
        guard case .array(let path) = value else { throw .message("Path must be specified as an array") }
        return path
    }
}
