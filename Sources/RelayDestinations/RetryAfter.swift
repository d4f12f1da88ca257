public import RelayCore

/// `Retry-After` (RFC 9110, 10.2.3): seconds, or a date.
public enum RetryAfter {
    /// No answer asks for longer: whatever says more is a mistake, and must not overflow what computes with it.
    private static let longest: Int64 = 366 * 86_400

    /// The wait that is asked for, 0 to 366 days; nil when the text is neither form.
    /// - Parameter moment: the wall clock's, which a date is counted from.
    public static func wait(asked text: String, at moment: Timestamp) -> Duration? {
        var text = text.drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        if let first = text.utf8.first, (48...57).contains(first) {
            guard text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
            return .seconds(Int64(text.prefix(12)).map { min($0, longest) } ?? 0)
        }
        guard let date = httpDate(text) else { return nil }
        return min(max(.zero, date - moment), .seconds(longest))
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
