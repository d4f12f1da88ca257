/// Base64 (RFC 4648), without Foundation.
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let values: [UInt8] = {
        var table = [UInt8](repeating: 0xFF, count: 256)
        for (index, letter) in alphabet.enumerated() { table[Int(letter)] = UInt8(index) }
        table[Int(UInt8(ascii: "-"))] = 62
        table[Int(UInt8(ascii: "_"))] = 63
        return table
    }()

    package static func encode(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { letters in
            alphabet.withUnsafeBufferPointer { alphabet in
                var count = 0
                for start in stride(from: 0, to: bytes.count, by: 3) {
                    let length = min(3, bytes.count - start)
                    var bits = UInt32(bytes[start]) << 16
                    if length > 1 { bits |= UInt32(bytes[start + 1]) << 8 }
                    if length > 2 { bits |= UInt32(bytes[start + 2]) }
                    for position in 0..<4 {
                        letters[count] =
                            position <= length
                            ? alphabet[Int(bits >> UInt32(18 - 6 * position) & 63)] : UInt8(ascii: "=")
                        count += 1
                    }
                }
                return count
            }
        }
    }

    /// Reads both alphabets, with or without padding; nil when a letter is of neither, or the length is impossible.
    package static func decode(_ text: String) -> [UInt8]? {
        var letters = text.utf8[...]
        while letters.last == UInt8(ascii: "=") { letters.removeLast() }
        guard !letters.isEmpty, letters.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(letters.count * 3 / 4)
        var bits: UInt32 = 0
        var count = 0
        for letter in letters {
            let value = values[Int(letter)]
            guard value != 0xFF else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }
}
