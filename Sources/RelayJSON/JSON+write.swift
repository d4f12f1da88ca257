extension JSON {
    /// Appends the compact text in UTF-8: no white space, members in their order, and only required escapes.
    package func write(into bytes: inout [UInt8]) {
        var writer = JSONOutputBuffer()
        defer { writer.free() }
        writer.write(self)
        bytes.append(contentsOf: writer.written)
    }

    /// The compact text in UTF-8.
    package var bytes: [UInt8] {
        var writer = JSONOutputBuffer()
        defer { writer.free() }
        writer.write(self)
        return Array(writer.written)
    }

    /// The compact text.
    package var text: String {
        var writer = JSONOutputBuffer()
        defer { writer.free() }
        writer.write(self)
        return String(decoding: writer.written, as: UTF8.self)
    }

    /// The text with one member or element on each line, indented by two spaces for each level.
    package var prettyText: String {
        var writer = JSONOutputBuffer()
        defer { writer.free() }
        writer.writePretty(self, indent: 0)
        return String(decoding: writer.written, as: UTF8.self)
    }
}

/// A growing byte buffer whose writes are not bounds-checked. The creator must free it.
struct JSONOutputBuffer {
    private var start: UnsafeMutablePointer<UInt8>
    private var next: UnsafeMutablePointer<UInt8>
    private var end: UnsafeMutablePointer<UInt8>

    init() {
        start = .allocate(capacity: 4096)
        next = start
        end = start + 4096
    }

    var written: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: next - start) }

    func free() { start.deallocate() }

    /// Reserves `count` bytes.
    @inline(__always)
    mutating func reserve(_ count: Int) {
        if end - next < count { grow(by: count) }
    }

    @inline(never)
    private mutating func grow(by count: Int) {
        let used = next - start
        let capacity = max((end - start) * 2, used + count)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        larger.update(from: start, count: used)
        start.deallocate()
        start = larger
        next = larger + used
        end = larger + capacity
    }

    /// The caller has reserved the byte.
    @inline(__always)
    mutating func put(_ byte: UInt8) {
        next.pointee = byte
        next += 1
    }

    private mutating func put(_ word: StaticString) {
        reserve(word.utf8CodeUnitCount)
        next.update(from: word.utf8Start, count: word.utf8CodeUnitCount)
        next += word.utf8CodeUnitCount
    }

    // MARK: Values

    mutating func write(_ value: JSON) {
        switch value {
        case .string(let text): write(text)
        case .int(let value): write(value)
        case .bool(let value): put(value ? "true" : "false")
        case .null: put("null")
        case .number(let text): write(verbatim: text)
        case .object(let object):
            reserve(1)
            put(UInt8(ascii: "{"))
            var first = true
            for member in object.members {
                if first { first = false } else { put(UInt8(ascii: ",")) }
                write(member.key)
                // `write` reserves one additional byte.
                put(UInt8(ascii: ":"))
                write(member.value)
                reserve(1)
            }
            reserve(1)
            put(UInt8(ascii: "}"))
        case .array(let elements):
            reserve(1)
            put(UInt8(ascii: "["))
            var first = true
            for element in elements {
                if first { first = false } else { put(UInt8(ascii: ",")) }
                write(element)
                reserve(1)
            }
            reserve(1)
            put(UInt8(ascii: "]"))
        }
    }

    mutating func writePretty(_ value: JSON, indent: Int) {
        switch value {
        case .object(let object) where !object.isEmpty:
            put("{")
            for (place, member) in object.members.enumerated() {
                breakLine(indent: indent + 1, comma: place > 0)
                write(member.key)
                put(": ")
                writePretty(member.value, indent: indent + 1)
            }
            breakLine(indent: indent, comma: false)
            put("}")
        case .array(let elements) where !elements.isEmpty:
            put("[")
            for (place, element) in elements.enumerated() {
                breakLine(indent: indent + 1, comma: place > 0)
                writePretty(element, indent: indent + 1)
            }
            breakLine(indent: indent, comma: false)
            put("]")
        default: write(value)
        }
    }

    private mutating func breakLine(indent: Int, comma: Bool) {
        put(comma ? ",\n" : "\n")
        for _ in 0..<indent { put("  ") }
    }

    private mutating func write(verbatim text: String) {
        text.withBytes { bytes in
            reserve(bytes.count)
            guard let base = bytes.baseAddress else { return }
            next.update(from: base, count: bytes.count)
            next += bytes.count
        }
    }

    private mutating func write(_ value: Int64) {
        reserve(20)
        var rest = value.magnitude
        if value < 0 { put(UInt8(ascii: "-")) }
        var count = 1
        var limit: UInt64 = 10
        while count < 19, rest >= limit {
            count += 1
            limit *= 10
        }
        var place = next + count
        next = place
        repeat {
            place -= 1
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            place.pointee = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
            rest = quotient
        } while rest != 0
    }

    // MARK: Strings

    /// Reserves one additional byte after the string.
    mutating func write(_ text: String) {
        text.withBytes { bytes in
            // The quotes, the additional byte, and the words of eight bytes that may be written past the end.
            reserve(bytes.count + 11)
            put(UInt8(ascii: "\""))
            let plain = copyPlain(bytes)
            if plain < bytes.count { writeEscaped(bytes[plain...]) }
            put(UInt8(ascii: "\""))
        }
    }

    /// Copies bytes up to the first one that needs an escape, eight at a time. Returns the number of copied bytes.
    @inline(__always)
    private mutating func copyPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        guard let base = UnsafeRawPointer(bytes.baseAddress) else { return 0 }
        var place = 0
        while bytes.count - place >= 8 {
            let word = base.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            if needsEscape(word) { break }
            UnsafeMutableRawPointer(next).storeBytes(of: word, as: UInt64.self)
            next += 8
            place += 8
        }
        let rest = bytes.count - place
        if rest < 8, place > 0 {
            // The word that ends with the last byte; what it has before the rest is written already.
            let word = base.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
            if !needsEscape(word) {
                UnsafeMutableRawPointer(next + (rest - 8)).storeBytes(of: word, as: UInt64.self)
                next += rest
                return bytes.count
            }
        } else if rest >= 4, rest < 8 {
            // The same with two halves of a word.
            let first = base.loadUnaligned(fromByteOffset: 0, as: UInt32.self)
            let last = base.loadUnaligned(fromByteOffset: rest - 4, as: UInt32.self)
            if !needsEscape(UInt64(first) | UInt64(last) << 32) {
                UnsafeMutableRawPointer(next).storeBytes(of: first, as: UInt32.self)
                UnsafeMutableRawPointer(next + (rest - 4)).storeBytes(of: last, as: UInt32.self)
                next += rest
                return rest
            }
        }
        while place < bytes.count {
            let byte = bytes[place]
            if byte < 0x20 || byte == 0x22 || byte == 0x5C { break }
            put(byte)
            place += 1
        }
        return place
    }

    /// Whether one of eight bytes needs an escape.
    @inline(__always)
    private func needsEscape(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        let hits =
            ((word &- (ones &* 0x20)) & ~word) | ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
        return hits & highs != 0
    }

    @inline(never)
    private mutating func writeEscaped(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) {
        reserve(bytes.count * 6 + 2)
        for byte in bytes {
            let escape = escapes[Int(byte)]
            if escape == 0 {
                put(byte)
                continue
            }
            put(UInt8(ascii: "\\"))
            put(escape)
            if escape == UInt8(ascii: "u") {
                put(UInt8(ascii: "0"))
                put(UInt8(ascii: "0"))
                put(hexDigit(byte >> 4))
                put(hexDigit(byte & 15))
            }
        }
    }

    private func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}

/// For each byte, the character after the backslash; 0 for bytes that need no escape.
private let escapes: [UInt8] = {
    var table = [UInt8](repeating: 0, count: 256)
    for control in 0..<0x20 { table[control] = UInt8(ascii: "u") }
    table[0x08] = UInt8(ascii: "b")
    table[0x09] = UInt8(ascii: "t")
    table[0x0A] = UInt8(ascii: "n")
    table[0x0C] = UInt8(ascii: "f")
    table[0x0D] = UInt8(ascii: "r")
    table[0x22] = UInt8(ascii: "\"")
    table[0x5C] = UInt8(ascii: "\\")
    return table
}()

extension String {
    /// Passes the UTF-8 bytes without copying when possible.
    @inline(__always)
    fileprivate func withBytes(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        // Native strings are contiguous; only other strings are copied.
        if utf8.withContiguousStorageIfAvailable(body) == nil {
            Array(utf8).withUnsafeBufferPointer(body)
        }
    }
}
