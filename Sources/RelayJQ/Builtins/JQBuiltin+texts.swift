internal import RelayJSON

extension JQBuiltin {
    /// Functions of strings.
    static let texts: [JQBuiltin] = [
        function("startswith", 1) { (input, arguments, _) throws(JQFailure) in
            guard case .string(let text) = input, case .string(let part) = arguments[0] else {
                throw .message("startswith() requires string inputs")
            }
            return .bool(text.utf8.starts(with: part.utf8))
        },
        function("endswith", 1) { (input, arguments, _) throws(JQFailure) in
            guard case .string(let text) = input, case .string(let part) = arguments[0] else {
                throw .message("endswith() requires string inputs")
            }
            return .bool(JQText.ends(text, with: part))
        },
        function("ltrimstr", 1) { (input, arguments, run) throws(JQFailure) in
            guard case .string(let text) = input, case .string(let part) = arguments[0],
                text.utf8.starts(with: part.utf8)
            else { return input }
            try run.reserve(text.utf8.count, each: 1)
            return .string(String(decoding: text.utf8.dropFirst(part.utf8.count), as: UTF8.self))
        },
        function("rtrimstr", 1) { (input, arguments, run) throws(JQFailure) in
            guard case .string(let text) = input, case .string(let part) = arguments[0],
                JQText.ends(text, with: part)
            else { return input }
            try run.reserve(text.utf8.count, each: 1)
            return .string(String(decoding: text.utf8.dropLast(part.utf8.count), as: UTF8.self))
        },
        value("trim") { (input, run) throws(JQFailure) in try trim(input, start: true, end: true, run) },
        value("ltrim") { (input, run) throws(JQFailure) in try trim(input, start: true, end: false, run) },
        value("rtrim") { (input, run) throws(JQFailure) in try trim(input, start: false, end: true, run) },
        value("ascii_downcase") { (input, run) throws(JQFailure) in
            try mapped(input, "ascii_downcase", run) { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        },
        value("ascii_upcase") { (input, run) throws(JQFailure) in
            try mapped(input, "ascii_upcase", run) { (0x61...0x7A).contains($0) ? $0 & ~0x20 : $0 }
        },
        value("explode") { (input, run) throws(JQFailure) in
            guard case .string(let text) = input else { throw .message("explode input must be a string") }
            try run.reserve(text.utf8.count, each: JQMeasure.valueSize)
            return .array(text.unicodeScalars.map { .int(Int64($0.value)) })
        },
        value("implode") { (input, run) throws(JQFailure) in
            guard case .array(let codes) = input else { throw .message("implode input must be an array") }
            try run.reserve(codes.count, each: 4)
            var text = String.UnicodeScalarView()
            for code in codes {
                guard let number = JQNumber.double(code) else {
                    throw .message("array can't be imploded, unicode codepoint needs to be numeric")
                }
                let whole = JQNumber.clamped(number)
                text.append(UInt32(exactly: whole).flatMap(Unicode.Scalar.init) ?? "\u{FFFD}")
            }
            return .string(String(text))
        },
        function("split", 1) { (input, arguments, run) throws(JQFailure) in
            guard case .string(let text) = input, case .string(let separator) = arguments[0] else {
                throw .message("split input and separator must be strings")
            }
            return try JQText.split(text, by: separator, run)
        },
    ]

    private static func trim(_ input: JSON, start: Bool, end: Bool, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        guard case .string(let text) = input else { throw .message("trim input must be a string") }
        try run.reserve(text.utf8.count, each: 1)
        var scalars = Substring(text).unicodeScalars
        while start, let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
        while end, let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return .string(String(scalars))
    }

    private static func mapped(
        _ input: JSON, _ name: String, _ run: JQEvaluation, _ change: (UInt8) -> UInt8
    ) throws(JQFailure) -> JSON {
        guard case .string(let text) = input else { throw .message("\(name) input must be a string") }
        try run.reserve(text.utf8.count, each: 1)
        return .string(String(decoding: text.utf8.map(change), as: UTF8.self))
    }
}

/// Operations on texts.
enum JQText {
    static func ends(_ text: String, with part: String) -> Bool {
        text.utf8.count >= part.utf8.count && text.utf8.suffix(part.utf8.count).elementsEqual(part.utf8)
    }

    /// The offsets in bytes of `part`, which may overlap.
    static func offsets(of part: String, in text: String, limit: Int, _ run: JQEvaluation) throws(JQFailure) -> [Int] {
        let (text, part) = (Array(text.utf8), Array(part.utf8))
        guard let first = part.first, part.count <= text.count else { return [] }
        try run.reserve(text.count, each: 1)
        var found: [Int] = []
        var compared = 0
        for start in 0...(text.count - part.count) where text[start] == first {
            var length = 1
            while length < part.count, text[start + length] == part[length] { length += 1 }
            compared += length
            if compared > 1024 {
                try run.work(compared / 64)
                compared = 0
            }
            guard length == part.count else { continue }
            found.append(start)
            if found.count >= limit { break }
        }
        try run.charge(found.count * 8)
        return found
    }

    /// Offsets in characters (Unicode scalars) for ascending offsets in bytes.
    static func scalarOffsets(of offsets: [Int], in text: String, _ run: JQEvaluation) throws(JQFailure) -> [Int] {
        guard !offsets.isEmpty else { return [] }
        try run.work(text.utf8.count / 64)
        var result: [Int] = []
        result.reserveCapacity(offsets.count)
        var (bytes, scalars, next) = (0, 0, 0)
        for byte in text.utf8 {
            while next < offsets.count, offsets[next] == bytes {
                result.append(scalars)
                next += 1
            }
            bytes += 1
            if byte & 0xC0 != 0x80 { scalars += 1 }
        }
        while next < offsets.count {
            result.append(scalars)
            next += 1
        }
        return result
    }

    static func split(_ text: String, by separator: String, _ run: JQEvaluation) throws(JQFailure) -> JSON {
        guard !text.isEmpty else { return [] }
        if separator.isEmpty {
            try run.reserve(text.utf8.count, each: JQMeasure.valueSize)
            return .array(text.unicodeScalars.map { .string(String($0)) })
        }
        var parts: [JSON] = []
        var start = 0
        let bytes = Array(text.utf8)
        for offset in try offsets(of: separator, in: text, limit: .max, run) where offset >= start {
            parts.append(.string(String(decoding: bytes[start..<offset], as: UTF8.self)))
            start = offset + separator.utf8.count
        }
        parts.append(.string(String(decoding: bytes[start...], as: UTF8.self)))
        try run.reserve(parts.count, each: JQMeasure.valueSize + JQMeasure.bufferSize)
        try run.charge(bytes.count)
        return .array(parts)
    }

    /// The JSON text.
    static func json(_ value: JSON, _ run: JQEvaluation) throws(JQFailure) -> String {
        switch value {
        case .null: return "null"
        case .bool(let value): return value ? "true" : "false"
        case .int(let whole): return String(whole)
        case .number(let text): return JQNumber.isSpecial(text) ? JQNumber.shown(text).text : text
        case .string, .array, .object:
            // The length is known before the text is made. An escape can take six bytes for one.
            let limit = min(run.byteLimit, 16 * run.remainingSteps)
            let length = JQMeasure.textLength(of: value, limit: limit)
            try run.reserve(length, each: 1)
            try run.work(length / 16)
            return try run.withRoom(for: value) { () throws(JQFailure) in
                (run.madeSpecialNumber ? JQNumber.sanitized(value) : value).text
            }
        }
    }
}
