/// Why a text is not a valid JSON document, and where.
package struct JSONError: Error, Hashable, CustomStringConvertible {
    package enum Code: String, Sendable, Hashable, CaseIterable {
        /// Not the grammar of RFC 8259.
        case malformed
        /// Not UTF-8 (RFC 3629).
        case invalidUTF8
        /// The nesting of objects and arrays exceeds the limit.
        case tooDeep
        /// An object has the same key twice.
        case duplicateKey
        /// Larger than 2 GiB, or than the available memory.
        case tooLarge
        /// Empty, or only white space.
        case empty
    }

    package let code: Code
    /// The position in the document, in bytes from its start.
    package let byteOffset: Int?
    /// The JSON pointer (RFC 6901) of the invalid value, or of the object or array that contains the error; "" is the
    /// whole document.
    package let pointer: String?
    /// What is wrong and where, for humans.
    package let message: String

    package var description: String { message }

    package init(code: Code, byteOffset: Int? = nil, pointer: String? = nil, message: String) {
        self.code = code
        self.byteOffset = byteOffset
        self.pointer = pointer
        self.message = message
    }
}

extension JSONError {
    /// An error of the parser, with its position described in the message.
    init(code: Code, problem: String, offset: Int, pointer: String?, source: UnsafeBufferPointer<UInt8>) {
        var message = problem
        // Errors about "the document" or "the string" concern more than one byte.
        if code == .malformed, offset < source.count, !problem.hasPrefix("the ") {
            message += ", found \(Self.name(at: offset, of: source))"
        }
        if code != .empty, code != .tooLarge {
            let before = source[..<min(offset, source.count)]
            let line = before.count { $0 == UInt8(ascii: "\n") } + 1
            let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            // Continuation bytes are not counted as columns.
            let column = before[lineStart...].count { $0 & 0xC0 != 0x80 } + 1
            message += " at line \(line), column \(column) (byte \(offset))"
        }
        if let pointer, !pointer.isEmpty {
            message += ", in \(pointer.count > 120 ? pointer.prefix(120) + "…" : pointer)"
        }
        self.init(code: code, byteOffset: offset, pointer: pointer, message: message)
    }

    private static func name(at offset: Int, of source: UnsafeBufferPointer<UInt8>) -> String {
        let byte = source[offset]
        guard byte >= 0x20, byte != 0x7F else { return "the control character 0x" + hex(byte) }
        let rest = UnsafeBufferPointer(rebasing: source[offset..<min(offset + 4, source.count)])
        guard let first = String(decoding: rest, as: UTF8.self).unicodeScalars.first, first != "\u{FFFD}" else {
            return "the byte 0x" + hex(byte)
        }
        return "`\(first)`"
    }

    private static func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 1 ? "0" + digits : digits
    }
}
