/// The byte order marks that programs write at the start of a text.
enum ByteOrderMark {
    /// U+FEFF in UTF-8. RFC 8259 (section 8.1) lets readers of JSON ignore it.
    private static let utf8: [UInt8] = [0xEF, 0xBB, 0xBF]
    private static let utf16: [[UInt8]] = [[0xFF, 0xFE], [0xFE, 0xFF]]

    /// The bytes without a mark at their start.
    static func dropped(from bytes: [UInt8]) -> [UInt8] {
        bytes.starts(with: utf8) ? Array(bytes.dropFirst(utf8.count)) : bytes
    }

    /// Whether the text begins as UTF-16, which is not read.
    static func isUTF16(_ bytes: [UInt8]) -> Bool { utf16.contains { bytes.starts(with: $0) } }
}
