internal import RelayCore

/// The defaults that stage-07's environment variables set. An empty variable counts as not set.
struct DeliveryEnvironmentDefaults {
    /// The upper limit of `WEBHOOK_MAX_BODY_SIZE`, in bytes; larger values are reduced to it.
    static let maximumResponseBody = 1024 * 1024

    var timeout: Duration = .seconds(10)
    var policy = RetryPolicy()
    var maxResponseBody = Self.maximumResponseBody

    init(_ environment: [String: String], origin: ConfigSourceDocument) {
        func value(_ name: String, _ range: ClosedRange<Int>, _ meaning: String) -> Int? {
            guard let text = environment[name], !text.isEmpty else { return nil }
            if let value = Int(text), range.contains(value) { return value }
            let message = "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)"
            let help = "give \(meaning), or unset it"
            origin.report(
                ValueIssue(
                    code: .environmentValue, origin: origin, location: ConfigNodeLocation(), message: message,
                    help: help)
            )
            return nil
        }
        if let milliseconds = value("WEBHOOK_TIMEOUT_MS", 1...600_000, "milliseconds") {
            timeout = .milliseconds(milliseconds)
        }
        if let attempts = value("WEBHOOK_RETRY_ATTEMPTS", 1...1000, "the number of attempts, the first included") {
            policy.maxAttempts = attempts
        }
        if let milliseconds = value("WEBHOOK_RETRY_DELAY_MS", 1...86_400_000, "milliseconds") {
            policy.initialInterval = .milliseconds(milliseconds)
            policy.maxInterval = max(policy.maxInterval, policy.initialInterval)
        }
        if let bytes = value("WEBHOOK_MAX_BODY_SIZE", 1...Int.max, "bytes") {
            maxResponseBody = min(bytes, Self.maximumResponseBody)
        }
    }
}
