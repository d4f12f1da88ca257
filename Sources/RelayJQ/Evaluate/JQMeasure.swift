internal import RelayJSON

/// Sizes of values. Values can be deep, and contain the same value many times: nothing here recurs, and every measure
/// has a limit.
enum JQMeasure {
    static let valueSize = MemoryLayout<JSON>.stride
    static let memberSize = MemoryLayout<JSON>.stride + MemoryLayout<String>.stride
    static let bufferSize = 32
    private static let maximumNodes = 4_000_000

    /// The bytes of memory behind a value, at most `limit` or a little more.
    static func bytes(of value: JSON, limit: Int) -> Int {
        var sum = 0
        walk(value) { value, key, _ in
            if let key, key.utf8.count > 15 { sum += key.utf8.count + bufferSize }
            switch value {
            case .string(let text), .number(let text):
                if text.utf8.count > 15 { sum += text.utf8.count + bufferSize }
            case .array(let elements): sum += bufferSize + elements.count * valueSize
            case .object(let members): sum += bufferSize + members.count * memberSize
            default: break
            }
            return sum < limit
        }
        return sum
    }

    /// The number of values in a value, at most `limit`.
    static func nodes(of value: JSON, limit: Int) -> Int {
        var count = 0
        walk(value) { _, _, _ in
            count += 1
            return count < limit
        }
        return count
    }

    /// The nesting of arrays and objects, at most `limit`; also `limit` when the value is too large to tell, as one is
    /// that contains the same values again and again.
    static func nesting(of value: JSON, limit: Int) -> Int {
        var (deepest, nodes) = (0, 0)
        walk(value) { value, _, depth in
            nodes += 1
            switch value {
            case .array, .object: deepest = max(deepest, depth + 1)
            default: break
            }
            if nodes >= maximumNodes { deepest = limit }
            return deepest < limit
        }
        return min(deepest, limit)
    }

    /// The length of the JSON text without escapes, at most `limit` or a little more.
    static func textLength(of value: JSON, limit: Int) -> Int {
        var sum = 0
        // Recursion is several times faster than `walk`, which is left for what lies deep.
        addTextLength(of: value, limit: limit, levels: 16, to: &sum)
        return sum
    }

    private static func addTextLength(of value: JSON, limit: Int, levels: Int, to sum: inout Int) {
        sum += ownTextLength(of: value)
        switch value {
        case .array(let elements):
            if levels == 0 { return walkTextLength(of: value, limit: limit, to: &sum) }
            elements.withUnsafeBufferPointer { elements in
                for place in elements.indices where sum < limit {
                    addTextLength(of: elements[place], limit: limit, levels: levels - 1, to: &sum)
                }
            }
        case .object(let members):
            if levels == 0 { return walkTextLength(of: value, limit: limit, to: &sum) }
            members.withMembers { members in
                for place in members.indices where sum < limit {
                    sum += members[place].key.utf8.count + 4
                    // Only what contains values is passed on, because that copies it.
                    switch members[place].value {
                    case .null, .bool: sum += nullLength
                    case .int: sum += intLength
                    case .number(let text): sum += text.utf8.count + 1
                    case .string(let text): sum += text.utf8.count + 3
                    case .array, .object:
                        addTextLength(of: members[place].value, limit: limit, levels: levels - 1, to: &sum)
                    }
                }
            }
        default: break
        }
    }

    private static let nullLength = 5
    /// Of most whole numbers.
    private static let intLength = 8

    /// Without elements and members.
    @inline(__always)
    private static func ownTextLength(of value: JSON) -> Int {
        switch value {
        case .null, .bool: nullLength
        case .int: intLength
        case .number(let text): text.utf8.count + 1
        case .string(let text): text.utf8.count + 3
        case .array, .object: 3
        }
    }

    @inline(never)
    private static func walkTextLength(of value: JSON, limit: Int, to sum: inout Int) {
        var total = sum
        walk(value) { value, key, depth in
            if let key { total += key.utf8.count + 4 }
            if depth > 0 { total += ownTextLength(of: value) }
            return total < limit
        }
        sum = total
    }

    /// A container that is being visited, and the place in it.
    private struct Frame {
        enum Container {
            case array([JSON])
            case object(JSONObject)
        }
        var container: Container
        var place = 0
    }

    /// Visits a value and all values in it with their keys and depths, until `visit` returns false.
    @inline(__always)
    private static func walk(_ value: JSON, _ visit: (JSON, String?, Int) -> Bool) {
        guard visit(value, nil, 0), let first = frame(value) else { return }
        var frames = [first]
        while let last = frames.indices.last {
            let place = frames[last].place
            frames[last].place = place + 1
            let child: JSON
            var key: String?
            switch frames[last].container {
            case .array(let elements):
                guard place < elements.count else {
                    frames.removeLast()
                    continue
                }
                child = elements[place]
            case .object(let members):
                guard place < members.count else {
                    frames.removeLast()
                    continue
                }
                (key, child) = members[place]
            }
            guard visit(child, key, frames.count) else { return }
            if let inner = frame(child) { frames.append(inner) }
        }
    }

    private static func frame(_ value: JSON) -> Frame? {
        switch value {
        case .array(let elements): elements.isEmpty ? nil : Frame(container: .array(elements))
        case .object(let members): members.isEmpty ? nil : Frame(container: .object(members))
        default: nil
        }
    }
}
