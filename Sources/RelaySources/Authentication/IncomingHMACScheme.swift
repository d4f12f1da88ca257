package import RelayCore
internal import RelayCrypto

/// How a sender signs: an HMAC over the exact bytes of the body, in a header field.
package struct IncomingHMACScheme: Sendable {
    package typealias Algorithm = HMACSignatureFormat.Algorithm
    package typealias Encoding = HMACSignatureFormat.Encoding

    /// The name of the header field.
    package let header: String
    package let algorithm: Algorithm
    package let encoding: Encoding
    /// The prefix of the signature, such as `sha256=`; empty for none.
    package let prefix: String
    private let hmac: HMAC

    package init(
        header: String,
        algorithm: Algorithm = .sha256,
        secret: String,
        encoding: Encoding = .hex,
        prefix: String = ""
    ) {
        self.header = header
        self.algorithm = algorithm
        hmac = HMAC(key: SymmetricKey(bytes: secret.utf8), algorithm: algorithm)
        self.encoding = encoding
        self.prefix = prefix
    }

    func admits(body: [UInt8], header field: (String) -> String?) -> Bool {
        guard let value = field(header), value.hasPrefix(prefix), let code = decode(value.dropFirst(prefix.count))
        else {
            return false
        }
        return hmac.isValid(code, for: body)
    }

    private func decode(_ text: Substring) -> [UInt8]? {
        switch encoding {
        case .hex: text.isEmpty ? nil : Hex.decode(text)
        case .base64: SignatureDecoding.base64(text)
        }
    }
}

/// Decodes signatures from header fields.
enum SignatureDecoding {
    static func base64(_ text: Substring) -> [UInt8]? {
        var letters = text.utf8[...]
        while letters.last == UInt8(ascii: "=") { letters.removeLast() }
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for letter in letters {
            guard let value = sextet(letter) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes.isEmpty ? nil : bytes
    }

    private static func sextet(_ letter: UInt8) -> UInt8? {
        switch letter {
        case 0x41...0x5A: letter - 0x41
        case 0x61...0x7A: letter - 0x61 + 26
        case 0x30...0x39: letter - 0x30 + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
