internal import RelayJSON

/// One match of a regular expression in a text.
struct JQMatch {
    struct Group {
        /// In bytes; `nil` when the group took no part.
        var bytes: Range<Int>?
        /// In characters (Unicode scalars).
        var offset = -1
        var length = 0
        var text: String?
        var name: String?
    }

    var whole: Group
    var groups: [Group]

    var json: JSON {
        [
            "offset": .int(Int64(whole.offset)), "length": .int(Int64(whole.length)),
            "string": .string(whole.text ?? ""),
            "captures": .array(
                groups.map { group in
                    [
                        "offset": .int(Int64(group.offset)), "length": .int(Int64(group.length)),
                        "string": group.text.map(JSON.string) ?? .null, "name": group.name.map(JSON.string) ?? .null,
                    ]
                }),
        ]
    }

    /// The named groups as an object.
    var object: JSON {
        .object(
            JSONObject(
                groups.compactMap { group in
                    group.name.map { ($0, group.text.map(JSON.string) ?? .null) }
                }))
    }
}

/// Searches a text for matches.
enum JQMatching {
    /// Whether there is a match.
    static func test(_ text: String, _ pattern: JQRegularExpression, _ run: JQEvaluation) throws(JQFailure) -> Bool {
        var found = false
        if pattern.flags.skipsEmpty {
            try JQStop.catching(run) { (label) throws(JQFailure) in
                try each(text, pattern, isGlobal: true, run) { (_) throws(JQFailure) in
                    found = true
                    throw JQFailure.stop(label)
                }
            }
            return found
        }
        try run.work(text.utf8.count / 64 + 1)
        var text = text
        var spans: [Int64] = [0, 0]
        return text.withUTF8 { pattern.match($0, from: 0, into: &spans, groups: 0) }
    }

    /// Passes each match, in order.
    static func each(
        _ text: String, _ pattern: JQRegularExpression, isGlobal: Bool, _ run: JQEvaluation,
        _ emit: (JQMatch) throws(JQFailure) -> Void
    ) throws(JQFailure) {
        let bytes = Array(text.utf8)
        try run.reserve(bytes.count, each: 1)
        var spans = [Int64](repeating: -1, count: 2 * (pattern.groupCount + 1))
        var start = 0
        var counter = JQScalarCounter()
        while start <= bytes.count {
            try run.step()
            // One search takes time in proportion to the rest of the text at most, which matters when there are many.
            if bytes.count > 4096 { try run.checkTime() }
            let found = bytes.withUnsafeBufferPointer {
                pattern.match($0, from: start, into: &spans, groups: pattern.groupCount + 1)
            }
            guard found else {
                try run.work((bytes.count - start) / 64)
                return
            }
            let (from, to) = (Int(spans[0]), Int(spans[1]))
            try run.work((to - start) / 64 + pattern.groupCount / 4)
            if to > from || !pattern.flags.skipsEmpty {
                try run.charge((to - from) * (pattern.groupCount + 1) + (pattern.groupCount + 1) * 200)
                try emit(match(spans, pattern, bytes, &counter))
                if !isGlobal { return }
            }
            start = to
            if to == from {
                // After an empty match, the search goes on behind the next character.
                start += 1
                while start < bytes.count, bytes[start] & 0xC0 == 0x80 { start += 1 }
            }
        }
    }

    private static func match(
        _ spans: [Int64], _ pattern: JQRegularExpression, _ bytes: [UInt8], _ counter: inout JQScalarCounter
    ) -> JQMatch {
        func group(_ index: Int, _ base: JQScalarCounter) -> JQMatch.Group {
            let (from, to) = (Int(spans[2 * index]), Int(spans[2 * index + 1]))
            let name = index > 0 ? pattern.groupNames[index - 1] : nil
            guard from >= 0, to >= from else { return JQMatch.Group(name: name) }
            var counter = base
            let offset = counter.advance(to: from, in: bytes)
            let length = counter.advance(to: to, in: bytes) - offset
            let text = String(decoding: bytes[from..<to], as: UTF8.self)
            return JQMatch.Group(bytes: from..<to, offset: offset, length: length, text: text, name: name)
        }
        _ = counter.advance(to: Int(spans[0]), in: bytes)
        let base = counter
        return JQMatch(
            whole: group(0, base),
            groups: pattern.groupCount == 0 ? [] : (1...pattern.groupCount).map { group($0, base) })
    }
}

/// Counts characters while it moves forward through a text.
struct JQScalarCounter {
    private var bytes = 0
    private var scalars = 0

    mutating func advance(to offset: Int, in text: [UInt8]) -> Int {
        while bytes < offset {
            if text[bytes] & 0xC0 != 0x80 { scalars += 1 }
            bytes += 1
        }
        return scalars
    }
}
