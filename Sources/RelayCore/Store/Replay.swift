/// The number of a replay, shown as `rpl_` and 13 letters.
public struct ReplayID: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var rawValue: Int64

    public init(_ rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// Reads the text form, with or without `rpl_`; nil when it is not one.
    public init?(_ text: some StringProtocol) {
        guard let value = SortableID.decode(text.hasPrefix("rpl_") ? text.dropFirst(4) : text[...]) else { return nil }
        self.rawValue = value
    }

    public var description: String { "rpl_" + SortableID.encode(rawValue) }

    public static func < (lhs: ReplayID, rhs: ReplayID) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// What is replayed, and from where on its way; nil and empty mean any.
public struct ReplaySelection: Sendable, Hashable {
    public enum From: String, Sendable, CaseIterable {
        /// Events run through the pipelines in force again, and bring new deliveries.
        case start
        /// Deliveries are sent again, under their old ids, with their old bodies.
        case deliver
    }

    public var from: From
    /// By the moment when the event was accepted.
    public var since: Timestamp?
    public var until: Timestamp?
    public var session: String?
    public var chat: String?
    public var type: EventType?
    public var source: String?
    /// From the start: the only pipeline that the events run through; else the one that planned the deliveries.
    public var pipeline: String?
    public var events: [EventID]
    /// The keys of the only destinations that get anything.
    public var destinations: [String]
    /// Of the deliveries that are sent again. Never queued or in flight: these are on their way.
    public var states: Set<DeliveryState>

    public init(
        from: From,
        since: Timestamp? = nil,
        until: Timestamp? = nil,
        session: String? = nil,
        chat: String? = nil,
        type: EventType? = nil,
        source: String? = nil,
        pipeline: String? = nil,
        events: [EventID] = [],
        destinations: [String] = [],
        states: Set<DeliveryState> = [.delivered, .dead]
    ) {
        self.from = from
        self.since = since
        self.until = until
        self.session = session
        self.chat = chat
        self.type = type
        self.source = source
        self.pipeline = pipeline
        self.events = events
        self.destinations = destinations
        self.states = states
    }
}

/// A replay: what it is of, and how far it has come. What it counts are events from the start, deliveries otherwise.
public struct Replay: Sendable, Identifiable {
    public enum State: String, Sendable, CaseIterable {
        /// Others are before it.
        case waiting
        case running
        case finished
        case cancelled
    }

    public let id: ReplayID
    public let selection: ReplaySelection
    /// How many a second, a minute or an hour.
    public let rate: RateLimit
    public var state: State
    public let createdAt: Timestamp
    public var startedAt: Timestamp?
    public var finishedAt: Timestamp?
    /// How many were there when it was made.
    public var selected: Int
    /// Events that have run, deliveries that are queued again.
    public var done: Int
    /// Whether all that is selected has had its turn. Events may still run.
    public var isTaken: Bool
    /// Those that were on their way already, or that retention has deleted meanwhile.
    public var skipped: Int
    /// Events that are on their way through the pipelines now.
    public var running: Int
    /// Deliveries of an open replay that wait or are under way.
    public var queued: Int
    /// Deliveries that it has queued.
    public var deliveries: Int
    /// Stages that failed: dead letters of `pipeline/NAME`.
    public var failures: Int

    public init(
        id: ReplayID,
        selection: ReplaySelection,
        rate: RateLimit,
        state: State = .waiting,
        createdAt: Timestamp,
        startedAt: Timestamp? = nil,
        finishedAt: Timestamp? = nil,
        selected: Int,
        done: Int = 0,
        isTaken: Bool = false,
        skipped: Int = 0,
        running: Int = 0,
        queued: Int = 0,
        deliveries: Int = 0,
        failures: Int = 0
    ) {
        self.id = id
        self.selection = selection
        self.rate = rate
        self.state = state
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.selected = selected
        self.done = done
        self.isTaken = isTaken
        self.skipped = skipped
        self.running = running
        self.queued = queued
        self.deliveries = deliveries
        self.failures = failures
    }

    /// How many are left; of one that was cancelled, how many were left out.
    public var remaining: Int { state == .finished ? 0 : max(0, selected - done - skipped) }

    public var isOver: Bool { state == .finished || state == .cancelled }
}

/// What a selection comes to at a moment.
public struct ReplaySurvey: Sendable {
    /// Deliveries of a destination in one state.
    public struct Share: Sendable, Hashable {
        public var destination: String
        public var state: DeliveryState
        public var count: Int

        public init(destination: String, state: DeliveryState, count: Int) {
            self.destination = destination
            self.state = state
            self.count = count
        }
    }

    public var at: Timestamp
    /// The number of the last that is selected; 0: none is.
    public var last: Int64
    /// Events that are selected, by source; empty for deliveries.
    public var sources: [String: Int]
    /// Deliveries that are selected, by destination; empty for events.
    public var shares: [Share]
    /// When the oldest event that the journal still has was accepted.
    public var oldestEvent: Timestamp?

    public init(
        at moment: Timestamp,
        last: Int64,
        sources: [String: Int] = [:],
        shares: [Share] = [],
        oldestEvent: Timestamp?
    ) {
        at = moment
        self.last = last
        self.sources = sources
        self.shares = shares
        self.oldestEvent = oldestEvent
    }

    /// How many are selected.
    public var count: Int { sources.values.reduce(0, +) + shares.reduce(0) { $0 + $1.count } }
}
