internal import RelayJSON

extension JQBuiltin {
    /// Sorting and grouping. `f` of `sort_by(f)` can have several outputs, which are compared in turn.
    static let sorting: [JQBuiltin] = [
        value("sort") { (input, run) throws(JQFailure) in
            let elements = try array(input, "sorted")
            return .array(
                try JQOrder.sort(elements, run) { (a, b) throws(JQFailure) in
                    try run.step()
                    return try JQOrder.ordered(a, b, run)
                })
        },
        single("sort_by", 1) { (input, call) throws(JQFailure) in
            .array(try sorted(input, call).map(\.value))
        },
        single("group_by", 1) { (input, call) throws(JQFailure) in
            var groups: [[JSON]] = []
            let items = try sorted(input, call)
            for (place, item) in items.enumerated() {
                if place > 0, try JQOrder.ordered(items[place - 1].key, item.key, call.run) == 0 {
                    groups[groups.count - 1].append(item.value)
                } else {
                    groups.append([item.value])
                }
            }
            try call.run.charge(groups.count * (JQMeasure.bufferSize + JQMeasure.valueSize))
            call.run.nesting += 1
            let result = JSON.array(groups.map(JSON.array))
            try call.run.nest(result)
            return result
        },
        value("unique") { (input, run) throws(JQFailure) in
            let elements = try array(input, "sorted")
            let items = try JQOrder.sort(elements.map { Item(key: $0, value: $0) }, run) { (a, b) throws(JQFailure) in
                try run.step()
                return try JQOrder.ordered(a.key, b.key, run)
            }
            return .array(try firsts(items, run))
        },
        single("unique_by", 1) { (input, call) throws(JQFailure) in
            .array(try firsts(try sorted(input, call), call.run))
        },
        value("min") { (input, run) throws(JQFailure) in
            try extreme(try array(input, "iterated").map { Item(key: $0, value: $0) }, isMaximum: false, run)
        },
        value("max") { (input, run) throws(JQFailure) in
            try extreme(try array(input, "iterated").map { Item(key: $0, value: $0) }, isMaximum: true, run)
        },
        single("min_by", 1) { (input, call) throws(JQFailure) in
            try extreme(try items(input, call), isMaximum: false, call.run)
        },
        single("max_by", 1) { (input, call) throws(JQFailure) in
            try extreme(try items(input, call), isMaximum: true, call.run)
        },
    ]

    private struct Item {
        var key: JSON
        var value: JSON
    }

    private static func array(_ input: JSON, _ what: String) throws(JQFailure) -> [JSON] {
        guard case .array(let elements) = input else {
            throw .message("\(JQKind.name(input)) cannot be \(what), as it is not an array")
        }
        return elements
    }

    private static func items(_ input: JSON, _ call: JQCallContext) throws(JQFailure) -> [Item] {
        let elements = try array(input, "sorted")
        var kept = JQKept(call.run)
        var items: [Item] = []
        items.reserveCapacity(elements.count)
        let (bytes, nesting) = (call.run.bytes, call.run.nesting)
        for element in elements {
            let key = try JQArrayConstruction.collect(call.run) { (add) throws(JQFailure) in
                try call.each(0, element, add)
            }
            try kept.add(.array(key), call.run)
            items.append(Item(key: .array(key), value: element))
            call.run.bytes = bytes
            call.run.nesting = nesting
        }
        kept.end(call.run)
        return items
    }

    private static func sorted(_ input: JSON, _ call: JQCallContext) throws(JQFailure) -> [Item] {
        try JQOrder.sort(try items(input, call), call.run) { (a, b) throws(JQFailure) in
            try call.run.step()
            return try JQOrder.ordered(a.key, b.key, call.run)
        }
    }

    private static func firsts(_ items: [Item], _ run: JQEvaluation) throws(JQFailure) -> [JSON] {
        var result: [JSON] = []
        for (place, item) in items.enumerated() {
            if place > 0, try JQOrder.ordered(items[place - 1].key, item.key, run) == 0 { continue }
            result.append(item.value)
        }
        try run.charge(result.count * JQMeasure.valueSize)
        return result
    }

    /// The first of several smallest elements, and the last of several greatest ones.
    private static func extreme(_ items: [Item], isMaximum: Bool, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        guard var best = items.first else { return .null }
        for item in items.dropFirst() {
            try run.step()
            let order = try JQOrder.ordered(item.key, best.key, run)
            if isMaximum ? order >= 0 : order < 0 { best = item }
        }
        return best.value
    }
}
