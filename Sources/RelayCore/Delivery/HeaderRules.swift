/// What may stand in a header (RFC 9110): checked wherever one is configured, and again when it is sent.
public enum HeaderRules {
    /// A token: letters, digits and ``!#$%&'*+-.^_`|~``.
    public static func isValid(name: some StringProtocol) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                default: symbols.contains(byte)
                }
            }
    }

    private static let symbols = Array("!#$%&'*+-.^_`|~".utf8)

    /// No control character but the tab: a line break would begin another header.
    public static func isValid(value: some StringProtocol) -> Bool {
        value.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
    }

    /// Headers that are the relay's own or the connection's, in lower case.
    public static let reserved: Set<String> = [
        "host", "content-length", "transfer-encoding", "connection", "content-type", "user-agent", "expect", "te",
        "trailer", "upgrade", "webhook-id", "webhook-timestamp", "webhook-signature", "x-zaphub-event",
        "x-zaphub-session", "x-zaphub-delivery",
    ]
}
