internal import FoundationEssentials
internal import RelayCore

/// Keys that sign a webhook's deliveries, and the ids of webhooks and sessions.
enum WebhookKey {
    /// `whsec_` and the base 64 of 32 random bytes (Standard Webhooks 1.0.0 asks for 24 to 64).
    static func generate() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return prefix + Data(bytes).base64EncodedString()
    }

    /// Why a text is no key; nil when it is.
    static func problem(with key: String) -> String? {
        guard key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return "has a space, a control character or a letter beyond ASCII; a key has none"
        }
        guard key.hasPrefix(prefix) else { return nil }
        let count = Data(base64Encoded: String(key.dropFirst(prefix.utf8.count)))?.count ?? 0
        return (24...64).contains(count) ? nil : "must be whsec_ and the base 64 of 24 to 64 bytes"
    }

    private static let prefix = "whsec_"
}

enum NewID {
    /// `wh_` and 13 letters that sort by time.
    static func webhook(at now: Timestamp) -> String {
        let random = Int64.random(in: 0..<(1 << SortableID.counterBits))
        return "wh_" + SortableID.encode(now.milliseconds << SortableID.counterBits | random)
    }

    /// A random id of the form that sessions have had since stage-07 (UUID version 4).
    static func session() -> String {
        UUID().uuidString.lowercased()
    }
}
