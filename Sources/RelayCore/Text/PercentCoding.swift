/// Percent-encoding and -decoding in URLs (RFC 3986), without Foundation.
package enum PercentCoding {
    /// Leaves only what is safe anywhere, the unreserved letters: letters, digits, `-`, `.`, `_` and `~`.
    /// - Parameter keepsDots: false where the text is a part of a path by itself: `.` and `..` would lead elsewhere.
    package static func encode(_ text: String, keepsDots: Bool = true) -> String {
        var letters: [UInt8] = []
        letters.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if isUnreserved(byte), keepsDots || byte != UInt8(ascii: ".") {
                letters.append(byte)
            } else {
                letters += [UInt8(ascii: "%"), Hex.upper[Int(byte >> 4)], Hex.upper[Int(byte & 15)]]
            }
        }
        return String(decoding: letters, as: UTF8.self)
    }

    /// As strict as it can be without refusing what browsers send.
    /// - Parameter plusIsSpace: as forms and query strings have it.
    /// - Returns: nil when the bytes are no UTF-8, or a `%` has no two hex digits after it.
    package static func decode(_ text: some Collection<UInt8>, plusIsSpace: Bool = false) -> String? {
        var bytes = [UInt8]()
        bytes.reserveCapacity(text.count)
        var rest = text.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(Hex.value), let low = rest.next().flatMap(Hex.value) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
