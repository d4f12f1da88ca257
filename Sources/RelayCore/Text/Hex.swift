/// Bytes as hexadecimal letters, without Foundation.
package enum Hex {
    static let upper = Array("0123456789ABCDEF".utf8)
    private static let lower = Array("0123456789abcdef".utf8)

    /// In lower case, two letters a byte.
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var letters: [UInt8] = []
        letters.reserveCapacity(2 * bytes.underestimatedCount)
        for byte in bytes {
            letters.append(lower[Int(byte >> 4)])
            letters.append(lower[Int(byte & 15)])
        }
        return String(decoding: letters, as: UTF8.self)
    }

    /// In either case; nil when a letter is none, or one is missing.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let letters = Array(text.utf8)
        guard letters.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(letters.count / 2)
        for index in stride(from: 0, to: letters.count, by: 2) {
            guard let high = value(letters[index]), let low = value(letters[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    static func value(_ letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): letter - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): letter - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): letter - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
