/// URLs of pictures on WhatsApp's servers have the moment of their expiry.
package enum PictureURLExpiry {
    /// The moment in `oe=`, hexadecimal seconds since 1970; nil when the URL has none (reference whatsapp.md, (c)).
    package static func expiry(of url: String) -> Timestamp? {
        guard let query = url.split(separator: "?", maxSplits: 1).dropFirst().first else { return nil }
        for item in query.split(separator: "&") where item.hasPrefix("oe=") {
            if let seconds = UInt32(item.dropFirst(3), radix: 16) { return Timestamp(seconds: Int64(seconds)) }
        }
        return nil
    }

    /// Whether the URL has expired; false for one without a moment.
    /// - Parameter moment: the wall clock's.
    package static func isExpired(_ url: String, at moment: Timestamp) -> Bool {
        expiry(of: url).map { $0 <= moment } ?? false
    }
}
