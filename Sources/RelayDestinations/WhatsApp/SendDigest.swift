internal import Crypto

/// Names that are made of others.
enum SendDigest {
    /// SHA-256 in hexadecimal letters.
    static func hex(_ text: String) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let letters = SHA256.hash(data: Array(text.utf8)).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: letters, as: UTF8.self)
    }
}
