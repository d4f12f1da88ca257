internal import RelayJSON

extension JQBuiltin {
    /// Functions of arrays.
    static let arrays: [JQBuiltin] = [
        value("reverse") { (input, run) throws(JQFailure) in
            switch input {
            case .null: return []
            case .array(let elements):
                try run.reserve(elements.count, each: JQMeasure.valueSize)
                return .array(elements.reversed())
            case .string(let text):
                try run.reserve(text.utf8.count, each: 1)
                return .string(String(String.UnicodeScalarView(text.unicodeScalars.reversed())))
            case .object(let members) where members.isEmpty: return []
            default: throw .message("Cannot reverse \(JQKind.named(input))")
            }
        },
        value("flatten") { (input, run) throws(JQFailure) in try flatten(input, depth: .int(1_000_000_000), run) },
        function("flatten", 1) { (input, arguments, run) throws(JQFailure) in
            try flatten(input, depth: arguments[0], run)
        },
        function("indices", 1) { (input, arguments, run) throws(JQFailure) in
            try JQIndices.indices(arguments[0], in: input, run)
        },
        function("index", 1) { (input, arguments, run) throws(JQFailure) in
            try JQIndices.indices(arguments[0], in: input, run).array?.first ?? .null
        },
        function("rindex", 1) { (input, arguments, run) throws(JQFailure) in
            try JQIndices.indices(arguments[0], in: input, run).array?.last ?? .null
        },
        function("join", 1) { (input, arguments, run) throws(JQFailure) in try join(input, arguments[0], run) },
        value("transpose") { (input, run) throws(JQFailure) in
            let rows = try elements(of: input)
            var width = 0
            for row in rows { width = max(width, Int(try length(row, run).int ?? 0)) }
            try run.reserve(width * max(rows.count, 1), each: JQMeasure.valueSize)
            var columns: [JSON] = []
            for place in 0..<width {
                var column: [JSON] = []
                for row in rows { column.append(try JQAccess.index(row, .int(Int64(place)), run)) }
                columns.append(.array(column))
            }
            let result = JSON.array(columns)
            try run.nest(result)
            return result
        },
        function("bsearch", 1) { (input, arguments, run) throws(JQFailure) in
            let elements = try elements(of: input)
            var (low, high) = (0, elements.count)
            while low < high {
                try run.step()
                let middle = (low + high) / 2
                let order = try JQOrder.ordered(elements[middle], arguments[0], run)
                if order == 0 { return .int(Int64(middle)) }
                if order < 0 { low = middle + 1 } else { high = middle }
            }
            return .int(Int64(-1 - low))
        },
        value("toarray") { (input, run) throws(JQFailure) in
            if case .array = input { return input }
            let result: JSON = [input]
            try run.nest(result)
            return result
        },
    ]

    static func elements(of value: JSON) throws(JQFailure) -> [JSON] {
        switch value {
        case .array(let elements): elements
        case .object(let members): members.values
        default: throw JQIterate.cannotIterate(value)
        }
    }

    private static func flatten(_ input: JSON, depth: JSON, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        guard let depth = JQNumber.double(depth) else { throw .message("flatten depth must be a number") }
        guard depth >= 0 else { throw .message("flatten depth must not be negative") }
        var result: [JSON] = []
        func add(_ elements: [JSON], _ depth: Double) throws(JQFailure) {
            for element in elements {
                try run.step()
                if case .array(let inner) = element, depth > 0 {
                    try add(inner, depth - 1)
                } else {
                    try run.charge(JQMeasure.valueSize)
                    result.append(element)
                }
            }
        }
        let elements = try elements(of: input)
        try run.withRoom(for: input) { () throws(JQFailure) in try add(elements, depth) }
        return .array(result)
    }

    private static func join(_ input: JSON, _ separator: JSON, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        let elements = try elements(of: input)
        var text = ""
        for (place, element) in elements.enumerated() {
            try run.step()
            if place > 0 {
                switch separator {
                // `null + text` is the text.
                case .null: break
                case .string(let separator):
                    try run.charge(separator.utf8.count)
                    text += separator
                default: throw .message("string and \(JQKind.name(separator)) cannot be added")
                }
            }
            switch element {
            case .null: break
            case .string(let part):
                try run.charge(part.utf8.count)
                try run.work(part.utf8.count / 64)
                text += part
            case .bool, .int, .number: text += try JQText.json(element, run)
            case .array, .object: throw .message("string and \(JQKind.name(element)) cannot be added")
            }
        }
        return .string(text)
    }
}

/// Places of values in arrays and of texts in texts.
enum JQIndices {
    static func indices(_ wanted: JSON, in input: JSON, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        switch (input, wanted) {
        case (.null, .string), (.null, .int), (.null, .number), (.null, .object): return .null
        case (.string(let text), .string(let part)):
            guard !part.isEmpty else { return [] }
            let offsets = try JQText.offsets(of: part, in: text, limit: .max, run)
            return .array(try JQText.scalarOffsets(of: offsets, in: text, run).map { .int(Int64($0)) })
        case (.array(let elements), .array(let part)): return try places(of: part, in: elements, run)
        case (.array(let elements), _):
            var found: [JSON] = []
            for (place, element) in elements.enumerated() {
                try run.step()
                if try JQOrder.isEqual(element, wanted, run) { found.append(.int(Int64(place))) }
            }
            try run.charge(found.count * JQMeasure.valueSize)
            return .array(found)
        default: throw JQAccess.cannotIndex(input, wanted, isLiteral: false)
        }
    }

    /// Where `part` stands in `elements` as a sequence.
    static func places(of part: [JSON], in elements: [JSON], _ run: JQEvaluation) throws(JQFailure) -> JSON {
        guard !part.isEmpty, part.count <= elements.count else { return [] }
        var found: [JSON] = []
        for start in 0...(elements.count - part.count) {
            var isEqual = true
            for offset in 0..<part.count where isEqual {
                try run.step()
                isEqual = try JQOrder.isEqual(elements[start + offset], part[offset], run)
            }
            if isEqual { found.append(.int(Int64(start))) }
        }
        try run.charge(found.count * JQMeasure.valueSize)
        return .array(found)
    }
}
