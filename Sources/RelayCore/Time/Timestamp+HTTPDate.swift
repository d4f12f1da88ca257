extension Timestamp {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Reads a date of HTTP, `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that senders may still produce (RFC 9110,
    /// 5.6.7).
    package init?(httpDate text: some StringProtocol) {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[0].hasSuffix(","), parts[5] == "GMT",
            let month = Self.months.firstIndex(of: String(parts[2]))
        else { return nil }
        let number = String(month + 101).dropFirst()
        let day = parts[1].utf8.count == 1 ? "0" + parts[1] : String(parts[1])
        self.init(iso8601: "\(parts[3])-\(number)-\(day)T\(parts[4])Z")
    }
}
