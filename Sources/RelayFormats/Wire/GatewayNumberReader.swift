internal import RelayCore
internal import RelayJSON

/// Reads numbers in the forms that gateways use (reference whatsapp.md, B-T1): JSON numbers, decimal strings, and
/// protobuf's `Long` as `{low, high, unsigned}`.
enum GatewayNumberReader {
    /// The whole number; a fraction is truncated. Nil for anything else, and for what does not fit in 64 signed bits:
    /// the field is then unknown, but the message is still read.
    static func integer(_ json: JSON?) -> Int64? {
        switch json {
        case .int(let value): value
        case .number(let text): whole(text)
        case .string(let text): Int64(text) ?? whole(text)
        case .object(let long): integer(long: long)
        default: nil
        }
    }

    /// A number with its fraction; nil when it is not a finite number.
    static func double(_ json: JSON?) -> Double? {
        let value: Double? =
            switch json {
            case .int(let value): Double(value)
            case .number(let text), .string(let text): Double(text)
            case .object(let long): integer(long: long).map(Double.init)
            default: nil
            }
        return value.flatMap { $0.isFinite ? $0 : nil }
    }

    /// The value of an enumeration, written as its number or its name.
    static func enumeration(_ json: JSON?, _ names: [String: Int64]) -> Int64? {
        if let name = json?.string, let value = names[name] { return value }
        return integer(json)
    }

    private static func whole(_ text: String) -> Int64? {
        guard let value = Double(text), value.isFinite else { return nil }
        return Int64(exactly: value.rounded(.towardZero))
    }

    private static func integer(long: JSONObject) -> Int64? {
        guard let low = long["low"]?.int, let high = long["high"]?.int else { return nil }
        let halves = Int64(Int32.min)...Int64(UInt32.max)
        guard halves.contains(low), halves.contains(high) else { return nil }
        let bits = UInt64(UInt32(truncatingIfNeeded: high)) << 32 | UInt64(UInt32(truncatingIfNeeded: low))
        return long["unsigned"]?.bool == true ? Int64(exactly: bits) : Int64(bitPattern: bits)
    }
}

/// Reads times in the forms that gateways use: seconds or milliseconds since the epoch in any form of ``GatewayNumberReader``,
/// or ISO 8601.
enum GatewayTimeReader {
    /// From this value on, a number counts milliseconds; as seconds it would be the year 5138.
    private static let firstMilliseconds = 100_000_000_000.0
    private static let lastMilliseconds = 253_402_300_799_999.0

    /// Nil when it is missing, zero, negative or beyond the year 9999.
    static func timestamp(_ json: JSON?) -> Timestamp? {
        if let text = json?.string, let moment = Timestamp(iso8601: text) {
            return moment.milliseconds > 0 ? moment : nil
        }
        guard let value = GatewayNumberReader.double(json), value > 0 else { return nil }
        let milliseconds = value < firstMilliseconds ? value * 1000 : value
        guard milliseconds <= lastMilliseconds else { return nil }
        return Timestamp(milliseconds: Int64(milliseconds.rounded()))
    }
}
