public import RelayCore

/// `Retry-After` (RFC 9110, 10.2.3): seconds, or a date.
public enum RetryAfter {
    /// The wait that is asked for, never negative; nil when the text is neither form.
    /// - Parameter moment: the wall clock's, which a date is counted from.
    public static func wait(asked text: String, at moment: Timestamp) -> Duration? {
        let text = text.drop { $0 == " " }
        if let first = text.utf8.first, (48...57).contains(first) {
            // Long digit strings are somebody's mistake; a bound below keeps them from overflowing.
            guard text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
            return .seconds(Int64(text.prefix(12)).map { min($0, 366 * 86_400) } ?? 0)
        }
        guard let date = httpDate(text) else { return nil }
        return max(.zero, date - moment)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that senders may still produce.
    private static func httpDate(_ text: some StringProtocol) -> Timestamp? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[0].hasSuffix(","), parts[5] == "GMT",
            let month = months.firstIndex(of: String(parts[2]))
        else { return nil }
        let number = String(month + 101).dropFirst()
        let day = parts[1].utf8.count == 1 ? "0" + parts[1] : String(parts[1])
        return Timestamp(iso8601: "\(parts[3])-\(number)-\(day)T\(parts[4])Z")
    }
}
