/// What may stand in a header field (RFC 9110): judged where one is configured, and again when it is sent. libcurl
/// sends fields as they are, line breaks included.
package enum HeaderFieldRules {
    /// Fields that belong to the connection or are computed from the request (RFC 9110, 7.6.1 and 8.6).
    package static let connection: Set<String> = [
        "connection", "content-length", "expect", "host", "keep-alive", "proxy-authorization", "proxy-connection",
        "te", "trailer", "transfer-encoding", "upgrade",
    ]

    /// Fields that nobody but the relay sets on a delivery, in lower case.
    package static let reserved = connection.union([
        "content-type", "user-agent", "webhook-id", "webhook-timestamp", "webhook-signature", "x-zaphub-event",
        "x-zaphub-session", "x-zaphub-delivery", "x-zaphub-batch",
    ])

    /// A token (RFC 9110, 5.6.2): letters, digits and ``!#$%&'*+-.^_`|~``.
    package static func isValid(name: String) -> Bool {
        !name.isEmpty && name.allBytesSatisfy(isTokenByte)
    }

    package static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "^"), UInt8(ascii: "`"),
            UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// No control character but the tab: a line break would begin another field.
    package static func isValid(value: String) -> Bool {
        var value = value
        return value.withUTF8 { bytes in
            // Without an early exit the compiler looks at many bytes at once.
            var isInvalid = false
            for byte in bytes {
                let isControl = byte < 0x20 && byte != UInt8(ascii: "\t")
                isInvalid = isInvalid || isControl || byte == 0x7F
            }
            return !isInvalid
        }
    }

    /// Whether a field may be sent: name and value are valid, and it is none of ``connection``.
    ///
    /// Every field of every request passes here. ``problem(name:reserved:)`` tells what is wrong with one that fails.
    package static func isSendable(name: String, value: String) -> Bool {
        var name = name
        let isNameFine = name.withUTF8 { bytes in
            for byte in bytes where !isTokenByte(byte) { return false }
            return !bytes.isEmpty && !isConnectionField(bytes)
        }
        return isNameFine && isValid(value: value)
    }

    /// Whether a name is one of ``connection``: by its length first, because a set of strings would need the name in
    /// lower case and its hash.
    private static func isConnectionField(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        switch name.count {
        case 2: name.equalsIgnoringCase("te")
        case 4: name.equalsIgnoringCase("host")
        case 6: name.equalsIgnoringCase("expect")
        case 7: name.equalsIgnoringCase("trailer") || name.equalsIgnoringCase("upgrade")
        case 10: name.equalsIgnoringCase("connection") || name.equalsIgnoringCase("keep-alive")
        case 14: name.equalsIgnoringCase("content-length")
        case 16: name.equalsIgnoringCase("proxy-connection")
        case 17: name.equalsIgnoringCase("transfer-encoding")
        case 19: name.equalsIgnoringCase("proxy-authorization")
        default: false
        }
    }

    /// What is wrong with a name, and what to write instead; nil when nothing is.
    package static func problem(name: String, reserved: Set<String>) -> (message: String, help: String)? {
        if name.isEmpty { return ("a header has no name", "write one such as X-Team") }
        guard isValid(name: name) else {
            // Control characters would break the line of a log.
            let shown = String(
                String.UnicodeScalarView(
                    name.unicodeScalars.prefix(40).map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }
                )
            )
            return (
                "the header name \"\(shown)\" has characters that HTTP does not allow",
                "use letters, digits and hyphens"
            )
        }
        // No reserved name is longer.
        guard name.utf8.count > 19 || !reserved.contains(name.lowercased()) else {
            return ("the header \(name) is set by the relay itself", "leave it out")
        }
        return nil
    }
}
