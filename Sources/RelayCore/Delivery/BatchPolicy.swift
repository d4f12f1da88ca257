/// How a destination takes several deliveries in one request.
package struct BatchPolicy: Sendable, Hashable {
    /// Deliveries in one request at most, in ``maxEventsRange``. Default 100.
    package var maxEvents: Int
    /// How long the oldest waits for others, counted from when it is due. Default 2 s.
    package var maxWait: Duration
    /// Bytes of a request's body at most; a delivery that is larger goes by itself. Default 1 MiB.
    package var maxBytes: Int

    package static let maxEventsRange = 1...1000

    package init(maxEvents: Int = 100, maxWait: Duration = .seconds(2), maxBytes: Int = 1 << 20) {
        self.maxEvents = maxEvents
        self.maxWait = maxWait
        self.maxBytes = maxBytes
    }
}

/// One batch while it is put together: what still fits, and whether it is time to send it.
package struct BatchMeter: Sendable {
    private let policy: BatchPolicy
    package private(set) var count = 0
    /// Whether nothing more fits, or something did not.
    package private(set) var isFull = false
    /// The two brackets of the array, the deliveries, and a comma between any two.
    private var bytes = 2
    private var oldest: Timestamp?

    package init(_ policy: BatchPolicy) {
        self.policy = policy
    }

    /// Takes a delivery, unless the batch has no room for it; the first always has.
    /// - Parameters:
    ///   - size: bytes of its body.
    ///   - due: since when it is due; nil for one that follows another of its lane.
    package mutating func take(_ size: Int, dueSince due: Timestamp?) -> Bool {
        let grown = bytes + size + (count > 0 ? 1 : 0)
        guard count == 0 || (count < policy.maxEvents && grown <= policy.maxBytes) else {
            isFull = true
            return false
        }
        count += 1
        bytes = grown
        isFull = count >= policy.maxEvents || bytes >= policy.maxBytes
        if let due { oldest = min(oldest ?? due, due) }
        return true
    }

    /// When it goes out even though it is not full; nil while it is empty.
    package var readyAt: Timestamp? { oldest.map { $0 + policy.maxWait } }

    package func isReady(at now: Timestamp) -> Bool {
        isFull || readyAt.map { $0 <= now } ?? false
    }
}
