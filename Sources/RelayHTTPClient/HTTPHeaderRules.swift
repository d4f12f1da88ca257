/// Which header fields a request may carry. libcurl sends headers as they are, line breaks included, so every field is
/// judged here before it is sent; configuration judges with the same rules when it is written.
public enum HTTPHeaderRules {
    /// Fields that belong to the connection or are computed from the request (RFC 9110, 7.6.1 and 8.6).
    public static let reserved: Set<String> = [
        "connection", "content-length", "expect", "host", "keep-alive", "proxy-authorization", "proxy-connection",
        "te", "trailer", "transfer-encoding", "upgrade",
    ]

    /// What is wrong with a field, or nil. Never quotes the value, which may be a secret.
    public static func problem(name: String, value: String) -> String? {
        if name.isEmpty { return "a header has an empty name; give it one such as X-Team" }
        if !name.utf8.allSatisfy(isTokenByte) {
            return "the header name \(quoted(name)) has characters that HTTP does not allow; "
                + "use letters, digits and hyphens, e.g. X-Team"
        }
        if name.utf8.count <= longestReserved, reserved.contains(name.lowercased()) {
            return "the header \(name) is set by the relay itself; leave it out"
        }
        if !value.utf8.allSatisfy(isValueByte) {
            return "the value of the header \(name) has a line break or another control character; remove it"
        }
        return nil
    }

    /// RFC 9110, 5.6.2: a field's name is a token.
    static func isTokenByte(_ byte: UInt8) -> Bool {
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

    private static let longestReserved = 19

    private static func isValueByte(_ byte: UInt8) -> Bool {
        byte >= 0x20 ? byte != 0x7f : byte == UInt8(ascii: "\t")
    }

    /// A name as it may be shown: control characters would break the line of a log.
    private static func quoted(_ name: String) -> String {
        let shown = String(
            decoding: name.utf8.prefix(40).map { $0 < 0x20 || $0 >= 0x7f ? UInt8(ascii: "?") : $0 },
            as: UTF8.self
        )
        return "\"\(shown)\""
    }
}
