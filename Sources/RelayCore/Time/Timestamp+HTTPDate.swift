extension Timestamp {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

    /// The moment as a date of HTTP (RFC 9110, 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
    package var httpDate: String {
        let days = (milliseconds - Self.modulo(milliseconds, 86_400_000)) / 86_400_000
        // The first day was a Thursday.
        let weekday = Self.weekdays[Int(Self.modulo(days + 4, 7))]
        var text = iso8601  // 1994-11-06T08:49:37.000Z
        return text.withUTF8 { bytes in
            func part(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
            let month = Self.months[Int(bytes[5] - 48) * 10 + Int(bytes[6] - 48) - 1]
            return String(
                concatenating: weekday, ", ", part(8..<10), " ", month, " ", part(0..<4), " ", part(11..<19), " GMT")
        }
    }

    private static func modulo(_ value: Int64, _ divisor: Int64) -> Int64 {
        let rest = value % divisor
        return rest < 0 ? rest + divisor : rest
    }

    /// Reads a date of HTTP in the three forms of RFC 9110, 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`, which senders write
    /// today, and the older `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`.
    ///
    /// - Parameter moment: the current time, to which a year of two digits is the nearest; nil: such dates are not read.
    package init?(httpDate text: some StringProtocol, near moment: Timestamp? = nil) {
        let parts = text.split(separator: " ")
        let isZoned = parts.last == "GMT" && parts.first?.hasSuffix(",") == true
        switch (parts.count, isZoned) {
        case (6, true):
            self.init(day: parts[1], month: parts[2], year: parts[3], time: parts[4])
        case (4, true):
            let date = parts[1].split(separator: "-", omittingEmptySubsequences: false)
            guard date.count == 3, let moment, let year = Self.year(date[2], near: moment) else { return nil }
            self.init(day: date[0], month: date[1], year: "\(year)", time: parts[2])
        case (5, false) where parts[0].utf8.count == 3:
            self.init(day: parts[2], month: parts[1], year: parts[4], time: parts[3])
        default: return nil
        }
    }

    private init?(
        day: some StringProtocol, month: some StringProtocol, year: some StringProtocol, time: some StringProtocol
    ) {
        guard let index = Self.months.firstIndex(where: { $0 == month }), time.utf8.count == 8 else { return nil }
        let day = day.utf8.count == 1 ? "0\(day)" : "\(day)"
        self.init(iso8601: "\(year)-\(String(index + 101).dropFirst())-\(day)T\(time)Z")
    }

    /// The year with these last two digits that is at most 50 years later, and less than 50 years earlier, than a
    /// moment.
    private static func year(_ digits: some StringProtocol, near moment: Timestamp) -> Int? {
        guard digits.utf8.count == 2, digits.utf8.allSatisfy({ (48...57).contains($0) }), let last = Int(digits),
            let now = Int(moment.iso8601.prefix(4))
        else { return nil }
        let year = now - now % 100 + last
        if year > now + 50 { return year - 100 }
        return year <= now - 50 ? year + 100 : year
    }
}
