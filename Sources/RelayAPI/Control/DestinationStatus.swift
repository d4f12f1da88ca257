package import RelayCore

/// The state of a destination.
package struct DestinationStatus: Sendable {
    package enum State: String, Sendable, CaseIterable {
        case active
        /// An operator paused it.
        case paused
        /// It answered 410 Gone; its deliveries wait until it is resumed.
        case gone
        /// It rejects every request, for example because of its token; its deliveries wait until it is resumed.
        case denied
        /// The breaker is open: deliveries wait, and probes are sent.
        case open
        /// It is no longer in the configuration or a session, but still has deliveries.
        case removed
    }

    /// The state of the breaker.
    package struct Breaker: Sendable {
        package enum State: String, Sendable, CaseIterable {
            case closed
            case open
            case halfOpen = "half_open"
        }

        package var state: State
        /// Failures since the last success.
        package var consecutiveFailures: Int
        /// The time of the next probe; nil while the breaker is closed.
        package var nextProbeAt: Timestamp?

        package init(state: State = .closed, consecutiveFailures: Int = 0, nextProbeAt: Timestamp? = nil) {
            self.state = state
            self.consecutiveFailures = consecutiveFailures
            self.nextProbeAt = nextProbeAt
        }
    }

    package var key: DestinationKey
    /// `webhook`, `chatwoot`, `file` …; nil for a removed one.
    package var kind: String?
    /// The receiver in a human-readable form; nil for a removed destination.
    package var target: String?
    /// The session that the webhook belongs to.
    package var session: String?
    package var state: State
    /// Nil for a removed destination.
    package var ordering: DestinationDispatchSettings.Ordering?
    package var maxInFlight: Int?
    package var rateLimit: RateLimit?
    /// Nil: each delivery is one request.
    package var batch: BatchPolicy?
    package var counts: [DeliveryState: Int]
    package var oldestQueuedAt: Timestamp?
    /// What to do about the waiting deliveries of a removed destination; nil when there are none.
    package var help: String?
    /// The number of requests in flight.
    package var inFlight: Int
    package var breaker: Breaker
    /// Why it gets nothing, and since when; nil: it is not paused.
    package var pause: DestinationPause?
    /// What it held and still gets at a rate.
    package var release: Release?
    /// What its next delivery waits for; nil: nothing keeps it.
    package var wait: DeliveryWait?

    package struct Release: Sendable {
        package var rate: RateLimit
        package var remaining: Int

        package init(rate: RateLimit, remaining: Int) {
            self.rate = rate
            self.remaining = remaining
        }
    }

    package init(
        key: DestinationKey,
        kind: String?,
        target: String?,
        session: String? = nil,
        state: State,
        ordering: DestinationDispatchSettings.Ordering? = nil,
        maxInFlight: Int? = nil,
        rateLimit: RateLimit? = nil,
        batch: BatchPolicy? = nil,
        counts: [DeliveryState: Int] = [:],
        oldestQueuedAt: Timestamp? = nil,
        help: String? = nil,
        inFlight: Int = 0,
        breaker: Breaker = Breaker(),
        pause: DestinationPause? = nil,
        release: Release? = nil,
        wait: DeliveryWait? = nil
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
        self.pause = pause
        self.release = release
        self.wait = wait
    }
}
