package import RelayCore

/// Stops requests to a destination that is down, so that deliveries do not use up their attempts.
///
/// Closed, it lets everything through. It opens on evidence about the destination rather than about a message: results
/// in a row that say "down" and come from several chats, or connections that failed. Open, it lets one probe at a time
/// through, with growing pauses, and not the delivery that failed last as long as there is another. The first success
/// closes it. Then the limit of requests under way starts at two and grows by one for each further success, so that a
/// receiver that has just started is not overloaded.
package struct Breaker: Sendable {
    package enum State: Sendable, Equatable {
        case closed
        /// No request before that moment.
        case open(until: Timestamp)
        /// A probe is under way: the request of this delivery.
        case probing(DeliveryID)
    }

    /// What a result says of the destination.
    package enum Verdict: Sendable, Equatable {
        case up
        case down
        /// It could not be reached at all.
        case unreachable
        /// Nothing: the request did not leave, or its end was not waited for.
        case unknown
    }

    package private(set) var state: State = .closed
    /// Results in a row that said "down".
    package private(set) var failuresInRow = 0
    /// The deliveries that failed last.
    package private(set) var avoided: [DeliveryID] = []
    private var connectionsInRow = 0
    private var chats: Set<String> = []
    private let policy: BreakerPolicy
    private var pause: Duration
    /// After the breaker closed: how many requests may be under way; nil: as many as the destination allows.
    private var ramp: Int?

    private static let maximumAvoided = 16
    private static let maximumChats = 256

    package init(_ policy: BreakerPolicy = BreakerPolicy()) {
        self.policy = policy
        pause = policy.probeInterval
    }

    /// How many requests may be under way, when `limit` is what the destination allows.
    package func allowance(limit: Int, at now: Timestamp) -> Int {
        switch state {
        case .closed: min(limit, ramp ?? limit)
        case .open(let until): now >= until ? 1 : 0
        case .probing: 1
        }
    }

    /// When the next probe may start; nil unless it is open.
    package var opensAt: Timestamp? {
        if case .open(let until) = state { until } else { nil }
    }

    /// A request starts.
    package mutating func sent(_ request: RequestIdentity) {
        if case .open = state { state = .probing(request.delivery) }
    }

    /// An operator says that the destination may be up again: the next probe is due now.
    package mutating func probe(at now: Timestamp) {
        if case .open = state { state = .open(until: now) }
    }

    /// A request ended.
    /// - Parameters:
    ///   - retryAfter: what the receiver asked us to wait; a pause is at least that long.
    ///   - limit: requests that the destination allows.
    package mutating func ended(
        _ request: RequestIdentity, _ verdict: Verdict, retryAfter: Duration? = nil, limit: Int, at now: Timestamp
    ) {
        switch verdict {
        case .up: succeeded(limit: limit)
        case .down: failed(request, isConnection: false, retryAfter: retryAfter, at: now)
        case .unreachable: failed(request, isConnection: true, retryAfter: retryAfter, at: now)
        case .unknown: if state == .probing(request.delivery) { state = .open(until: now) }
        }
    }

    private mutating func succeeded(limit: Int) {
        failuresInRow = 0
        connectionsInRow = 0
        chats = []
        avoided = []
        switch state {
        case .closed:
            guard let grown = ramp.map({ $0 + 1 }) else { return }
            ramp = grown >= limit ? nil : grown
        case .open, .probing:
            state = .closed
            pause = policy.probeInterval
            ramp = limit > 2 ? 2 : nil
        }
    }

    private mutating func failed(
        _ request: RequestIdentity, isConnection: Bool, retryAfter: Duration?, at now: Timestamp
    ) {
        failuresInRow += 1
        if isConnection { connectionsInRow += 1 }
        let isKnownChat = chats.contains(request.chat)
        if chats.count < Self.maximumChats { chats.insert(request.chat) }
        avoided.removeAll { $0 == request.delivery }
        avoided.append(request.delivery)
        if avoided.count > Self.maximumAvoided { avoided.removeFirst() }
        switch state {
        case .closed:
            if isEvidence { open(at: now, retryAfter: retryAfter) }
        case .probing(let probe):
            guard probe == request.delivery else { return }  // the late result of a request that left before it opened
            // A chat that had failed before says nothing new about the destination.
            if isConnection || !isKnownChat { pause = min(pause * 2, policy.maxProbeInterval) }
            open(at: now, retryAfter: retryAfter)
        case .open:
            break  // a late result, too
        }
    }

    private var isEvidence: Bool {
        (failuresInRow >= policy.failures && chats.count >= policy.chats)
            || (connectionsInRow >= policy.connections && chats.count >= policy.chatsOfConnections)
    }

    private mutating func open(at now: Timestamp, retryAfter: Duration?) {
        let asked = min(retryAfter ?? .zero, policy.maxProbeInterval)
        state = .open(until: now + max(pause, asked))
        ramp = nil
    }

    /// What a result says of the destination, rather than of this one request. 429 says that it is up; ``ReceiverRate``
    /// follows it.
    package static func verdict(_ result: AttemptResult) -> Verdict {
        switch result.outcome {
        case .failed(.invalidRequest), .failed(.interrupted), .failed(.blockedAddress), .failed(.localShortage):
            .unknown
        case .failed(.dns), .failed(.connect), .failed(.tls): .unreachable
        case .failed: .down
        case .delivered: .up
        case .refused: result.status.map { $0 >= 500 || $0 == 408 } ?? false ? .down : .up
        }
    }
}
