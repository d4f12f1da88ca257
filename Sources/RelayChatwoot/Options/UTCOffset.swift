internal import RelayCore

/// A time zone as a fixed offset from UTC.
package struct UTCOffset: Sendable, Hashable, CustomStringConvertible {
    package let minutes: Int

    package init(minutes: Int) {
        self.minutes = minutes
    }

    /// Reads `-03:00`, `+05:30`; nil for anything else, and beyond 14 hours.
    package init?(_ text: String) {
        let digits = text.dropFirst()
        let parts = digits.split(separator: ":", omittingEmptySubsequences: false)
        guard let sign = text.first, sign == "+" || sign == "-", digits.utf8.count == 5, parts.count == 2,
            parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let hours = Int(parts[0]), let minutes = Int(parts[1]), hours <= 14, minutes < 60
        else { return nil }
        self.minutes = (hours * 60 + minutes) * (sign == "-" ? -1 : 1)
    }

    package var description: String {
        let (hours, rest) = abs(minutes).quotientAndRemainder(dividingBy: 60)
        return "\(minutes < 0 ? "-" : "+")\(hours < 10 ? "0" : "")\(hours):\(rest < 10 ? "0" : "")\(rest)"
    }

    /// A time to the minute, in the notation of the language. For UTC the text contains "UTC".
    func text(of moment: Timestamp, in language: AgentNoticeLanguage) -> String {
        let iso = (moment + .seconds(minutes * 60)).iso8601
        let date = iso.prefix(10).split(separator: "-")
        let time = iso.dropFirst(11).prefix(5)
        let day =
            switch language {
            case .english: String(iso.prefix(10))
            case .portuguese, .spanish: date.reversed().joined(separator: "/")
            }
        return "\(day) \(time)\(minutes == 0 ? " UTC" : "")"
    }
}
