internal import RelayCore

extension Base64 {
    /// Encodes with the URL-safe alphabet, without padding (RFC 4648, section 5).
    static func url(_ bytes: [UInt8]) -> String {
        let letters = encode(bytes).utf8.compactMap { letter -> UInt8? in
            switch letter {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            case UInt8(ascii: "="): nil
            default: letter
            }
        }
        return String(decoding: letters, as: UTF8.self)
    }
}
