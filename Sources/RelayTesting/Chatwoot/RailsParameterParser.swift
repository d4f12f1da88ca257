internal import RelayJSON

/// Parses parameters of queries and forms with Rails' brackets: `a[b]=1` is an object, `a[]=1` an array.
enum RailsParameterParser {
    static func parse(_ text: some StringProtocol) -> JSONObject {
        var result = JSONObject()
        for pair in text.split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            set(decode(halves[0]), halves.count == 2 ? decode(halves[1]) : "", in: &result)
        }
        return result
    }

    static func set(_ name: String, _ value: String, in result: inout JSONObject) {
        guard let bracket = name.firstIndex(of: "["), name.hasSuffix("]") else {
            result[name] = .string(value)
            return
        }
        let outer = String(name[..<bracket])
        let inner = name[name.index(after: bracket)...].dropLast()
        if inner.isEmpty {
            result[outer] = .array((result[outer]?.array ?? []) + [.string(value)])
        } else {
            var object = result[outer]?.object ?? JSONObject()
            object[String(inner)] = .string(value)
            result[outer] = .object(object)
        }
    }

    /// Percent-decodes, with `+` as a space.
    static func decode(_ text: some StringProtocol, plusIsSpace: Bool = true) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2,
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Encodes a file name for a path.
    static func encode(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            let isPlain =
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                    true
                default: false
                }
            if isPlain {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result
    }
}
