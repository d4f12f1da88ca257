internal import RelayJSON

extension JQBuiltin {
    /// Conversions between kinds.
    static let conversions: [JQBuiltin] = [
        value("tostring") { (input, run) throws(JQFailure) in
            if case .string = input { return input }
            return .string(try JQText.json(input, run))
        },
        value("tojson") { (input, run) throws(JQFailure) in .string(try JQText.json(input, run)) },
        value("fromjson") { (input, run) throws(JQFailure) in
            guard case .string(let text) = input else {
                throw .message("\(JQKind.name(input)) cannot be parsed as JSON")
            }
            try run.reserve(text.utf8.count, each: 1)
            if text.utf8.elementsEqual("nan".utf8) { return run.number(.nan) }
            let result: JSON
            do throws(JSONError) { result = try JSON(parsing: text, maximumDepth: JQEvaluation.inputNesting) } catch {
                throw .message("string is not valid JSON")
            }
            try run.charge(JQMeasure.bytes(of: result, limit: run.byteLimit))
            return result
        },
        value("tonumber") { (input, _) throws(JQFailure) in
            switch input {
            case .int, .number: return input
            case .string(let text):
                guard let number = number(in: text) else { throw .message("string cannot be parsed as a number") }
                return number
            default: throw .message("\(JQKind.name(input)) cannot be parsed as a number")
            }
        },
        function("format", 1) { (input, arguments, run) throws(JQFailure) in
            guard case .string(let name) = arguments[0] else {
                throw .message("\(JQKind.name(arguments[0])) is not a valid format")
            }
            guard let format = JQFormat(rawValue: name) else { throw .message("this is not a valid format") }
            return .string(try format.apply(input, run))
        },
    ]

    /// The number of a text; it keeps its digits.
    private static func number(in text: String) -> JSON? {
        let trimmed = text.utf8.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
        var bytes = Array(trimmed)
        while let last = bytes.last, last == 0x20 || (0x09...0x0D).contains(last) { bytes.removeLast() }
        guard bytes.count <= 1024, !bytes.isEmpty else { return nil }
        var place = 0
        let isNegative = bytes[0] == UInt8(ascii: "-")
        if isNegative { place = 1 }
        func digits() -> Int {
            let start = place
            while place < bytes.count, (0x30...0x39).contains(bytes[place]) { place += 1 }
            return place - start
        }
        var count = digits()
        if place < bytes.count, bytes[place] == UInt8(ascii: ".") {
            place += 1
            count += digits()
        }
        guard count > 0 else { return nil }
        if place < bytes.count, bytes[place] | 0x20 == UInt8(ascii: "e") {
            place += 1
            if place < bytes.count, bytes[place] == UInt8(ascii: "+") || bytes[place] == UInt8(ascii: "-") {
                place += 1
            }
            guard digits() > 0 else { return nil }
        }
        guard place == bytes.count else { return nil }
        let magnitude = JQNumber.literal(String(decoding: bytes[(isNegative ? 1 : 0)...], as: UTF8.self))
        guard isNegative else { return magnitude }
        switch magnitude {
        case .int(0): return .number("-0")
        case .int(let whole): return .int(-whole)
        case .number(let text):
            return Int64("-" + text).map(JSON.int) ?? .number("-" + text)
        default: return nil
        }
    }
}
