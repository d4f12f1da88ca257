internal import RelayCore

/// The rate limits of an installation: the number of requests of a kind in fixed periods, aligned to full minutes.
struct ChatwootDoubleRateLimiter: Sendable {
    private struct Window {
        var number: Int64
        var count: Int
    }

    private var windows: [String: Window] = [:]

    /// Counts a request. Returns false when it exceeds the limit.
    mutating func admits(_ key: String, limit: Int?, seconds: Int64, now: Timestamp) -> Bool {
        guard let limit else { return true }
        let number = now.milliseconds / (seconds * 1000)
        var window = windows[key] ?? Window(number: number, count: 0)
        if window.number != number { window = Window(number: number, count: 0) }
        window.count += 1
        windows[key] = window
        return window.count <= limit
    }
}
