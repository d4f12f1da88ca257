/// The header fields of a response. Most are never looked at, so those from the network are read only when they are.
enum ResponseFields: Sendable {
    /// Lines as received, each with its end.
    case received([UInt8])
    /// Names in lower case.
    case given([(name: String, value: String)])

    /// All fields; names in lower case, values without surrounding white space.
    var all: [(name: String, value: String)] {
        switch self {
        case .given(let fields): return fields
        case .received(let lines):
            var fields: [(name: String, value: String)] = []
            Self.forEachField(in: lines) { name, value in
                fields.append((String(decoding: name.map(Self.lowercased), as: UTF8.self), Self.text(value)))
                return true
            }
            return fields
        }
    }

    /// The first value of a field.
    ///
    /// - Parameter name: in any letter case.
    func first(_ name: String) -> String? {
        switch self {
        case .given(let fields):
            let name = name.lowercased()
            return fields.first { $0.name == name }?.value
        case .received(let lines):
            var wanted = name
            return wanted.withUTF8 { wanted in
                var found: String?
                Self.forEachField(in: lines) { name, value in
                    guard Self.isSame(name, wanted) else { return true }
                    found = Self.text(value)
                    return false
                }
                return found
            }
        }
    }

    /// Calls `body` with the name and the raw value of each field until it returns false. Lines without a name are left
    /// out.
    private static func forEachField(
        in lines: [UInt8],
        _ body: (_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) -> Bool
    ) {
        lines.withUnsafeBufferPointer { bytes in
            var start = 0
            while start < bytes.count {
                var end = start
                var colon: Int?
                while end < bytes.count, bytes[end] != UInt8(ascii: "\n") {
                    if colon == nil, bytes[end] == UInt8(ascii: ":") { colon = end }
                    end += 1
                }
                if let colon, colon > start {
                    let name = UnsafeBufferPointer(rebasing: bytes[start..<colon])
                    let value = UnsafeBufferPointer(rebasing: bytes[(colon + 1)..<end])
                    guard body(name, value) else { return }
                }
                start = end + 1
            }
        }
    }

    /// Whether two names are the same but for the case of ASCII letters.
    private static func isSame(_ one: UnsafeBufferPointer<UInt8>, _ other: UnsafeBufferPointer<UInt8>) -> Bool {
        guard one.count == other.count else { return false }
        for index in one.indices where lowercased(one[index]) != lowercased(other[index]) { return false }
        return true
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 { (0x41...0x5a).contains(byte) ? byte | 0x20 : byte }

    private static func text(_ value: UnsafeBufferPointer<UInt8>) -> String {
        var (start, end) = (0, value.count)
        while start < end, isSpace(value[start]) { start += 1 }
        while end > start, isSpace(value[end - 1]) { end -= 1 }
        return String(decoding: value[start..<end], as: UTF8.self)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0d }
}
