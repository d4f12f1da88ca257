/// Removes from names what their readers cannot use: people choose their names, and the names of files and groups.
///
/// NUL cannot be stored in PostgreSQL's text and JSON, other control characters change what a terminal or a log shows, and
/// directional overrides make `gpj.exe` out of `exe.jpg`. A name stays on one line. Joiners and variation selectors stay,
/// because emoji and several scripts need them, and so do the directional marks.
package enum DisplayName {
    /// The name without control characters, line breaks and directional formatting; the same when it has none.
    package static func cleaned(_ name: String) -> String {
        guard !isClean(name), name.unicodeScalars.contains(where: { action($0) != .keep })
        else { return name }
        var clean = String.UnicodeScalarView()
        // Blanks around a line break become one.
        var isBreak = false
        for scalar in name.unicodeScalars {
            switch action(scalar) {
            case .keep:
                if isBreak, scalar == " " { continue }
                isBreak = false
                clean.append(scalar)
            case .space:
                isBreak = true
                if clean.last != " " { clean.append(" ") }
            case .drop: break
            }
        }
        let line = String(clean).drop { $0 == " " }
        return String(line.reversed().drop { $0 == " " }.reversed())
    }

    /// Whether a text needs no cleaning, as its bytes show it. False says nothing.
    static func isClean(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            guard let base = UnsafeRawPointer(bytes.baseAddress) else { return true }
            var place = 0
            while bytes.count - place >= 8 {
                let word = base.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                if isSuspicious(word) { break }
                place += 8
            }
            while place < bytes.count {
                if isSuspicious(bytes[place]) { return false }
                place += 1
            }
            return true
        }
    }

    /// Whether one of eight bytes may be suspicious.
    @inline(__always)
    private static func isSuspicious(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        /// The high bits of bytes that are 0, and perhaps of others.
        func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word }
        let controls = (word &- (ones &* 0x20)) & ~word
        let others = zeros(word ^ (ones &* 0x7F)) | zeros(word ^ (ones &* 0xC2)) | zeros(word ^ (ones &* 0xE2))
        return (controls | others) & highs != 0
    }

    /// The same; nil when nothing remains of a name that was there.
    package static func orNil(_ name: String) -> String? {
        let clean = cleaned(name)
        return clean.isEmpty && !name.isEmpty ? nil : clean
    }

    private enum Action {
        case keep, space, drop
    }

    /// Whether a scalar that is not kept may begin with, or be, this byte.
    private static func isSuspicious(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x7F || byte == 0xC2 || byte == 0xE2
    }

    private static func action(_ scalar: Unicode.Scalar) -> Action {
        switch scalar.value {
        // Tab and line breaks; NEL; line and paragraph separators.
        case 0x09...0x0D, 0x85, 0x2028, 0x2029: .space
        case 0x00...0x1F, 0x7F...0x9F: .drop
        // Directional embeddings, overrides and isolates, and their ends.
        case 0x202A...0x202E, 0x2066...0x2069: .drop
        default: .keep
        }
    }
}
