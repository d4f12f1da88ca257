/// The result of sending a delivery once.
package struct AttemptResult: Sendable, Hashable {
    package enum Outcome: Sendable, Hashable {
        /// The receiver accepted it (2xx).
        case delivered
        /// The receiver answered, and not with 2xx.
        case refused
        /// No answer came.
        case failed(RequestFailureReason)
    }

    package var outcome: Outcome
    /// The HTTP status, where one came.
    package var status: Int?
    /// What the receiver asked us to wait (`Retry-After`), from now.
    package var retryAfter: Duration?
    /// One line for people: why it was not delivered. Of one that was delivered, what failed beside it; else nil.
    package var error: String?
    /// The start of the answer's body, at most 4 KiB, made valid UTF-8.
    package var response: String?
    /// Where it was sent.
    package var target: String
    package var duration: Duration
    /// Whether no delivery can succeed before somebody mends something, such as a token that is refused: the
    /// destination is to be paused, and the delivery stays queued. Default false; after 410 Gone it happens in any
    /// case.
    package var pausesDestination = false

    package init(
        outcome: Outcome,
        status: Int? = nil,
        retryAfter: Duration? = nil,
        error: String? = nil,
        response: String? = nil,
        target: String,
        duration: Duration
    ) {
        self.outcome = outcome
        self.status = status
        self.retryAfter = retryAfter
        self.error = error
        self.response = response
        self.target = target
        self.duration = duration
    }

    package var isDelivered: Bool { outcome == .delivered }
}

/// Why no answer came: a bounded set, fit for metric labels.
package enum RequestFailureReason: String, Sendable, Hashable, CaseIterable {
    case dns, connect, tls, timeout, reset
    case protocolError = "protocol"
    /// The egress guard denies the IP address.
    case blockedAddress = "blocked_address"
    /// The request could not be built: a header with a line break, an invalid URL.
    case invalidRequest = "invalid_request"
    /// The process ended while the request was under way; whether it arrived is not known.
    case interrupted
    /// This machine had no resources for the request, such as a file descriptor; nothing was sent.
    case localShortage = "local_shortage"
    case other
}

/// An attempt as the store keeps it.
package struct DeliveryAttempt: Sendable, Hashable {
    /// Counts from 1 over the delivery's whole life, replays included.
    package var number: Int
    package var startedAt: Timestamp
    package var result: AttemptResult

    package init(number: Int, startedAt: Timestamp, result: AttemptResult) {
        self.number = number
        self.startedAt = startedAt
        self.result = result
    }
}
