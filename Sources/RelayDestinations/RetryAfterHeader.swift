package import RelayCore

/// The `Retry-After` header (RFC 9110, 10.2.3): seconds, or a date in any
/// of the three forms of HTTP.
package enum RetryAfterHeader {
    /// The longest wait in seconds. A larger value is a mistake of the server and could overflow later calculations.
    private static let longest: Int64 = 366 * 86_400

    /// The requested wait, 0 to 366 days; nil when the text has neither form.
    /// - Parameter moment: the current wall clock time, to which a date is compared.
    package static func wait(asked text: String, at moment: Timestamp) -> Duration? {
        var text = text.drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        if let first = text.utf8.first, (48...57).contains(first) {
            guard text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
            return .seconds(Int64(text.prefix(12)).map { min($0, longest) } ?? 0)
        }
        guard let date = Timestamp(httpDate: text, near: moment) else { return nil }
        return min(max(.zero, date - moment), .seconds(longest))
    }
}
