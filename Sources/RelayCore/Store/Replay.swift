/// The number of a replay, shown as `rpl_` and 13 letters.
package struct ReplayID: Sendable, Hashable, Comparable, CustomStringConvertible {
    package var rawValue: Int64

    package init(_ rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// Reads the text form, with or without `rpl_`; nil when it is not one.
    package init?(_ text: some StringProtocol) {
        guard let value = SortableID.decode(text.hasPrefix("rpl_") ? text.dropFirst(4) : text[...]) else { return nil }
        self.rawValue = value
    }

    package var description: String { "rpl_" + SortableID.encode(rawValue) }

    package static func < (lhs: ReplayID, rhs: ReplayID) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// What is replayed, and from where on its way; nil and empty mean any.
package struct ReplaySelection: Sendable, Hashable {
    package enum From: String, Sendable, CaseIterable {
        /// Events run through the pipelines in force again, and bring new deliveries.
        case start
        /// Deliveries are sent again, under their old ids, with their old bodies.
        case deliver
    }

    package var from: From
    /// By the moment when the event was accepted.
    package var since: Timestamp?
    package var until: Timestamp?
    package var session: String?
    package var chat: String?
    package var type: EventType?
    package var source: String?
    /// From the start: the only pipeline that the events run through; else the one that planned the deliveries.
    package var pipeline: String?
    package var events: [EventID]
    /// The keys of the only destinations that get anything.
    package var destinations: [String]
    /// Of the deliveries that are sent again. Never queued or in flight: these are on their way.
    package var states: Set<DeliveryState>

    package init(
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
package struct Replay: Sendable, Identifiable {
    package enum State: String, Sendable, CaseIterable {
        /// Others are before it.
        case waiting
        case running
        case finished
        case cancelled
    }

    package let id: ReplayID
    package let selection: ReplaySelection
    /// How many a second, a minute or an hour.
    package let rate: RateLimit
    package var state: State
    package let createdAt: Timestamp
    package var startedAt: Timestamp?
    package var finishedAt: Timestamp?
    /// How many were there when it was made.
    package var selected: Int
    /// Events that have run, deliveries that are queued again.
    package var done: Int
    /// Whether all that is selected has had its turn. Events may still run.
    package var isTaken: Bool
    /// Those that were on their way already, or that retention has deleted meanwhile.
    package var skipped: Int
    /// Events that are on their way through the pipelines now.
    package var running: Int
    /// Deliveries of an open replay that wait or are under way.
    package var queued: Int
    /// Deliveries that it has queued.
    package var deliveries: Int
    /// Stages that failed: dead letters of `pipeline/NAME`.
    package var failures: Int

    package init(
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
    package var remaining: Int { state == .finished ? 0 : max(0, selected - done - skipped) }

    package var isOver: Bool { state == .finished || state == .cancelled }
}

/// What a selection comes to at a moment.
package struct ReplayEstimate: Sendable {
    /// Deliveries of a destination in one state.
    package struct Share: Sendable, Hashable {
        package var destination: String
        package var state: DeliveryState
        package var count: Int

        package init(destination: String, state: DeliveryState, count: Int) {
            self.destination = destination
            self.state = state
            self.count = count
        }
    }

    package var at: Timestamp
    /// The number of the last that is selected; 0: none is.
    package var last: Int64
    /// Events that are selected, by source; empty for deliveries.
    package var sources: [String: Int]
    /// Deliveries that are selected, by destination; empty for events.
    package var shares: [Share]
    /// When the oldest event that the journal still has was accepted.
    package var oldestEvent: Timestamp?

    package init(
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
    package var count: Int { sources.values.reduce(0, +) + shares.reduce(0) { $0 + $1.count } }
}
