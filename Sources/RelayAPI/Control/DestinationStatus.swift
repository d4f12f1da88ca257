package import RelayCore

/// How a destination stands.
package struct DestinationStatus: Sendable {
    package enum State: String, Sendable, CaseIterable {
        case active
        /// Somebody paused it.
        case paused
        /// It answered 410 Gone; its deliveries wait for `resume`.
        case gone
        /// It refuses every request, such as for its token; its deliveries wait for `resume`.
        case denied
        /// The breaker holds deliveries back and probes.
        case open
        /// Neither the configuration nor a session has it any more; it still has deliveries.
        case removed
    }

    /// How the breaker sees the receiver.
    package struct Breaker: Sendable {
        package enum State: String, Sendable, CaseIterable {
            case closed
            case open
            case halfOpen = "half_open"
        }

        package var state: State
        /// Failures since the last success.
        package var consecutiveFailures: Int
        /// When the next probe may go out; nil while closed.
        package var nextProbeAt: Timestamp?

        package init(state: State = .closed, consecutiveFailures: Int = 0, nextProbeAt: Timestamp? = nil) {
            self.state = state
            self.consecutiveFailures = consecutiveFailures
            self.nextProbeAt = nextProbeAt
        }
    }

    /// The name in the configuration, or `wh_…`.
    package var key: String
    /// `webhook`, `chatwoot`, `file` …; nil for a removed one.
    package var kind: String?
    /// Where it sends, for people; nil for a removed one.
    package var target: String?
    /// The session whose webhook it is.
    package var session: String?
    package var state: State
    /// Nil for a removed one.
    package var ordering: DestinationSettings.Ordering?
    package var maxInFlight: Int?
    package var rateLimit: RateLimit?
    /// Nil: each delivery in a request of its own.
    package var batch: BatchPolicy?
    package var counts: [DeliveryState: Int]
    package var oldestQueuedAt: Timestamp?
    /// What somebody can do about deliveries that wait for a removed one; nil when none do.
    package var help: String?
    /// Requests under way at this moment.
    package var inFlight: Int
    package var breaker: Breaker

    package init(
        key: String,
        kind: String?,
        target: String?,
        session: String? = nil,
        state: State,
        ordering: DestinationSettings.Ordering? = nil,
        maxInFlight: Int? = nil,
        rateLimit: RateLimit? = nil,
        batch: BatchPolicy? = nil,
        counts: [DeliveryState: Int] = [:],
        oldestQueuedAt: Timestamp? = nil,
        help: String? = nil,
        inFlight: Int = 0,
        breaker: Breaker = Breaker()
    ) {
        self.key = key
        self.kind = kind
        self.target = target
        self.session = session
        self.state = state
        self.ordering = ordering
        self.maxInFlight = maxInFlight
        self.rateLimit = rateLimit
        self.batch = batch
        self.counts = counts
        self.oldestQueuedAt = oldestQueuedAt
        self.help = help
        self.inFlight = inFlight
        self.breaker = breaker
    }
}
