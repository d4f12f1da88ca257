internal import RelayJSON

/// `delpaths`: removes the values at paths. Below each key, the parts are removed first; then, all at once, the keys that
/// go as a whole, so that no removal moves another place of the same value.
enum JQRemoval {
    static func remove(_ root: JSON, _ paths: [JSON], _ run: JQEvaluation) throws(JQFailure) -> JSON {
        let sorted = try JQOrder.sort(paths, run) { (a, b) throws(JQFailure) in try JQOrder.ordered(a, b, run) }
        try run.reserve(sorted.count, each: MemoryLayout<ArraySlice<JSON>>.stride)
        var all: [ArraySlice<JSON>] = []
        for path in sorted {
            guard case .array(let steps) = path else { throw .message("Path must be specified as an array") }
            all.append(steps[...])
        }
        guard let first = all.first else { return root }
        if first.isEmpty { return .null }
        var root = root
        try remove(&root, all[...], run)
        return root
    }

    /// `paths` are sorted and not empty.
    private static func remove(_ root: inout JSON, _ paths: ArraySlice<ArraySlice<JSON>>, _ run: JQEvaluation)
        throws(JQFailure)
    {
        var whole: [JSON] = []
        var rest = paths
        while let path = rest.first, let key = path.first {
            try run.step()
            var end = rest.startIndex + 1
            while end < rest.endIndex, let other = rest[end].first, try JQOrder.isEqual(key, other, run) {
                try run.step()
                end += 1
            }
            let group = rest[rest.startIndex..<end]
            rest = rest[end...]
            if path.count == 1 {
                // What else the paths remove of it does not matter.
                whole.append(key)
                continue
            }
            // Nothing is made where there is nothing.
            if try JQAccess.index(root, key, run).isNull { continue }
            try run.reserve(group.count, each: MemoryLayout<ArraySlice<JSON>>.stride)
            let inner = group.map { $0.dropFirst() }
            try JQChange.update(&root, path.prefix(1), run) { (value) throws(JQFailure) in
                try remove(&value, inner[...], run)
            }
        }
        if !whole.isEmpty { try remove(&root, keys: whole, run) }
    }

    private static func remove(_ root: inout JSON, keys: [JSON], _ run: JQEvaluation) throws(JQFailure) {
        switch root {
        case .null: return
        case .object(var members):
            root = .null
            for key in keys {
                guard case .string(let name) = key else {
                    throw .message("Cannot delete field at object index of \(JQKind.name(key))")
                }
                try run.work(members.count / 16 + 1)
                members.removeValue(forKey: name)
            }
            root = .object(members)
        case .array(var elements):
            root = .null
            var ranges: [Range<Int>] = []
            for key in keys { ranges.append(try places(key, in: elements.count)) }
            try run.work(elements.count / 64)
            if ranges.count == 1 {
                elements.removeSubrange(ranges[0])
            } else {
                try run.reserve(elements.count, each: 1)
                var isRemoved = [Bool](repeating: false, count: elements.count)
                for range in ranges {
                    try run.work(range.count / 64 + 1)
                    for place in range { isRemoved[place] = true }
                }
                var kept = 0
                for place in elements.indices where !isRemoved[place] {
                    if kept != place { elements.swapAt(kept, place) }
                    kept += 1
                }
                elements.removeSubrange(kept...)
            }
            root = .array(elements)
        default: throw .message("Cannot delete field of \(JQKind.name(root))")
        }
    }

    /// The places of an array of `count` elements that a key stands for.
    private static func places(_ key: JSON, in count: Int) throws(JQFailure) -> Range<Int> {
        switch key {
        case .int, .number:
            guard let number = JQNumber.double(key), !number.isNaN else { return 0..<0 }
            // As in jq, a fraction is cut off, and -0.5 is behind the last element.
            let place = JQNumber.clamped(number) + (number < 0 ? count : 0)
            return place >= 0 && place < count ? place..<place + 1 : 0..<0
        case .object(let bounds):
            let (from, to) = try JQAccess.bounds(bounds)
            return try JQAccess.range(count, from: from, to: to)
        default: throw .message("Cannot delete field at array index of \(JQKind.name(key))")
        }
    }
}
