internal import RelayJSON

/// A release of Chatwoot, and the releases that introduced the features the relay uses (reference chatwoot.md, 0).
struct ChatwootRelease: Sendable, Equatable, Comparable, CustomStringConvertible {
    let major: Int
    let minor: Int
    let patch: Int

    init(_ major: Int, _ minor: Int, _ patch: Int = 0) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    /// Reads `4.15.1`, `v4.15.1-ce`; nil for anything else.
    init?(_ text: String) {
        let digits = text.drop { $0 == "v" }.prefix { $0.isNumber || $0 == "." }
        let parts = digits.split(separator: ".").map { Int($0) }
        guard parts.count >= 2, let major = parts[0], let minor = parts[1] else { return nil }
        self.init(major, minor, parts.count > 2 ? parts[2] ?? 0 : 0)
    }

    var description: String { "\(major).\(minor).\(patch)" }

    static func < (a: Self, b: Self) -> Bool {
        (a.major, a.minor, a.patch) < (b.major, b.minor, b.patch)
    }

    /// Messages have a `source_id`, which exactly-once forwarding requires.
    static let sourceIDs = ChatwootRelease(3, 4)
    /// Receipts are shown.
    static let receipts = ChatwootRelease(4, 2)
    /// Messages keep all their attributes.
    static let attributes = ChatwootRelease(4, 9)
    /// Webhooks of API inboxes are signed.
    static let signatures = ChatwootRelease(4, 13)
    /// Webhooks to private addresses are refused.
    static let publicHostsOnly = ChatwootRelease(4, 14)
    /// Voice notes are shown as voice notes.
    static let voiceNotes = ChatwootRelease(4, 14, 2)
}
