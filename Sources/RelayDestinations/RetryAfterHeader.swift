package import RelayCore

/// `Retry-After` (RFC 9110, 10.2.3): seconds, or a date.
package enum RetryAfterHeader {
    /// No answer asks for longer: whatever says more is a mistake, and must not overflow what computes with it.
    private static let longest: Int64 = 366 * 86_400

    /// The wait that is asked for, 0 to 366 days; nil when the text is neither form.
    /// - Parameter moment: the wall clock's, which a date is counted from.
    package static func wait(asked text: String, at moment: Timestamp) -> Duration? {
        var text = text.drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        if let first = text.utf8.first, (48...57).contains(first) {
            guard text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
            return .seconds(Int64(text.prefix(12)).map { min($0, longest) } ?? 0)
        }
        guard let date = Timestamp(httpDate: text) else { return nil }
        return min(max(.zero, date - moment), .seconds(longest))
    }
}
