internal import Glibc
internal import RelayJSON

/// Equality and order of values: null, false, true, numbers, strings, arrays, objects.
enum JQOrder {
    static func rank(_ value: JSON) -> Int {
        switch value {
        case .null: 0
        case .bool(false): 1
        case .bool(true): 2
        case .int, .number: 3
        case .string: 4
        case .array: 5
        case .object: 6
        }
    }

    @inline(__always)
    static func isEqual(_ a: JSON, _ b: JSON, _ run: JQEvaluation) throws(JQFailure) -> Bool {
        switch (a, b) {
        case (.string(let a), .string(let b)): return a.hasSameBytes(as: b)
        case (.int(let a), .int(let b)): return a == b
        case (.null, .null): return true
        case (.bool(let a), .bool(let b)): return a == b
        case (.int, .number), (.number, .int), (.number, .number): return JQNumber.compare(a, b) == 0
        case (.array, .array), (.object, .object):
            return try run.withRoom(for: a, b) { () throws(JQFailure) in try compare(a, b, run) == 0 }
        default: return false
        }
    }

    /// The order of the bytes.
    static func compare(_ a: String, _ b: String) -> Int {
        var (a, b) = (a, b)
        return a.withUTF8 { a in
            b.withUTF8 { b in
                let common = min(a.count, b.count)
                if common > 0, let x = a.baseAddress, let y = b.baseAddress {
                    let order = memcmp(x, y, common)
                    if order != 0 { return order < 0 ? -1 : 1 }
                }
                return a.count < b.count ? -1 : a.count > b.count ? 1 : 0
            }
        }
    }

    static func ordered(_ a: JSON, _ b: JSON, _ run: JQEvaluation) throws(JQFailure) -> Int {
        switch (a, b) {
        case (.array, .array), (.object, .object):
            return try run.withRoom(for: a, b) { () throws(JQFailure) in try compare(a, b, run) }
        default: return try compare(a, b, run)
        }
    }

    private static func compare(_ a: JSON, _ b: JSON, _ run: JQEvaluation) throws(JQFailure) -> Int {
        let (x, y) = (rank(a), rank(b))
        guard x == y else { return x < y ? -1 : 1 }
        switch (a, b) {
        case (.string(let a), .string(let b)):
            if a.utf8.count > 256 { try run.work(min(a.utf8.count, b.utf8.count) / 256) }
            return compare(a, b)
        case (.int, _), (.number, _): return JQNumber.compare(a, b)
        case (.array(let a), .array(let b)):
            try run.work(min(a.count, b.count) / 8 + 1)
            for (x, y) in zip(a, b) {
                let order = try compare(x, y, run)
                if order != 0 { return order }
            }
            return a.count < b.count ? -1 : a.count > b.count ? 1 : 0
        case (.object(let a), .object(let b)): return try compare(a, b, run)
        default: return 0
        }
    }

    private static func compare(_ a: JSONObject, _ b: JSONObject, _ run: JQEvaluation) throws(JQFailure) -> Int {
        try run.work((a.count + b.count) / 2 + 1)
        let (x, y) = (sorted(a), sorted(b))
        for (one, other) in zip(x, y) {
            let order = compare(one.key, other.key)
            if order != 0 { return order }
        }
        if a.count != b.count { return a.count < b.count ? -1 : 1 }
        for (one, other) in zip(x, y) {
            let order = try compare(one.value, other.value, run)
            if order != 0 { return order }
        }
        return 0
    }

    /// The members in the order of their keys.
    static func sorted(_ object: JSONObject) -> [(key: String, value: JSON)] {
        object.sorted { compare($0.key, $1.key) < 0 }
    }

    /// A stable sort that can end with an error.
    static func sort<T>(
        _ items: [T], _ run: JQEvaluation, by order: (T, T) throws(JQFailure) -> Int
    ) throws(JQFailure) -> [T] {
        guard items.count > 1 else { return items }
        try run.reserve(items.count, each: MemoryLayout<T>.stride)
        var from = items
        var to = items
        var width = 1
        while width < items.count {
            try run.work(items.count / 4)
            var start = 0
            while start < items.count {
                let middle = min(start + width, items.count)
                let end = min(start + 2 * width, items.count)
                var (left, right) = (start, middle)
                for place in start..<end {
                    if left < middle, right >= end {
                        to[place] = from[left]
                        left += 1
                        continue
                    }
                    if left < middle, try order(from[left], from[right]) <= 0 {
                        to[place] = from[left]
                        left += 1
                    } else {
                        to[place] = from[right]
                        right += 1
                    }
                }
                start = end
            }
            swap(&from, &to)
            width *= 2
        }
        return from
    }
}
