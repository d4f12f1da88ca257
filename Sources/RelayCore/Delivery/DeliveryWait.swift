/// Why a queued delivery is not under way.
package struct DeliveryWait: Sendable, Equatable {
    package enum Reason: String, Sendable, CaseIterable {
        /// Its destination is neither configured nor a webhook any more.
        case removed
        /// Its webhook is disabled.
        case disabled
        /// An operator paused the destination.
        case paused
        /// The destination answered 410.
        case gone
        /// The destination refuses everything.
        case denied
        /// An earlier delivery of its chat goes first.
        case lane
        /// The breaker is open.
        case breaker
        /// The wait after its last attempt is not over.
        case retry
        /// The receiver answered 429.
        case receiverRate = "receiver_rate"
        /// `rate_limit` of the destination.
        case rateLimit = "rate_limit"
        /// What the destination held is released at a rate.
        case release
        /// Its batch is not full yet.
        case batch
        /// It is due, and as many requests as may be are under way.
        case slot
    }

    package var reason: Reason
    /// Since when the destination is paused.
    package var since: Timestamp?
    /// When it ends, where that is known.
    package var until: Timestamp?
    /// The `deliveryId` that goes first in its chat.
    package var behind: String?

    package init(_ reason: Reason, since: Timestamp? = nil, until: Timestamp? = nil, behind: String? = nil) {
        self.reason = reason
        self.since = since
        self.until = until
        self.behind = behind
    }

    /// For people.
    package var message: String {
        let since = since.map { " since \($0)" } ?? ""
        let until = until.map { " at \($0)" } ?? ""
        return switch reason {
        case .removed: "its destination is gone\(since)"
        case .disabled: "its webhook is disabled\(since)"
        case .paused: "the destination is paused\(since)"
        case .gone: "the destination is paused\(since), because it answered 410, until it is resumed or has another URL"
        case .denied: "the destination is paused\(since), because it refuses everything, until it is resumed"
        case .lane: "it goes after \(behind ?? "another delivery") of its chat"
        case .breaker:
            until.isEmpty
                ? "the destination is down, and a probe is under way" : "the destination is down; next probe\(until)"
        case .retry: "next attempt\(until)"
        case .receiverRate: "the receiver answered 429; next request\(until)"
        case .rateLimit: "rate_limit; next request\(until)"
        case .release: "what was held is released at a rate; next request\(until)"
        case .batch: "its batch goes out when it is full, or\(until)"
        case .slot: "it is due and waits for a free slot"
        }
    }
}
