/// The number of a replay, shown as `rpl_` and 13 letters.
package struct ReplayID: Sendable, Hashable, Comparable, CustomStringConvertible {
    package var rawValue: Int64

    package init(_ rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// Reads the text form, with or without `rpl_`; nil when it is not one.
    package init?(_ text: some StringProtocol) {
        guard let value = SortableIDCodec.decode(text.hasPrefix("rpl_") ? text.dropFirst(4) : text[...]) else {
            return nil
        }
        self.rawValue = value
    }

    package var description: String { "rpl_" + SortableIDCodec.encode(rawValue) }

    package static func < (lhs: ReplayID, rhs: ReplayID) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// What is replayed, and from which step on; nil and empty match all.
package struct ReplaySelection: Sendable, Hashable {
    package enum StartPoint: String, Sendable, CaseIterable {
        /// Events run through the pipelines in force again, and new deliveries are planned.
        case start
        /// Deliveries are sent again, under their old ids, with their old bodies.
        case deliver
    }

    package var from: StartPoint
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
    /// The only destinations that get deliveries.
    package var destinations: [DestinationKey]
    /// Of the deliveries that are sent again. Never queued or in flight: those are being sent already.
    package var states: Set<DeliveryState>

    package init(
        from: StartPoint,
        since: Timestamp? = nil,
        until: Timestamp? = nil,
        session: String? = nil,
        chat: String? = nil,
        type: EventType? = nil,
        source: String? = nil,
        pipeline: String? = nil,
        events: [EventID] = [],
        destinations: [DestinationKey] = [],
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

/// A replay: its selection and its progress. It counts events when it starts from the start, deliveries otherwise.
package struct Replay: Sendable, Identifiable {
    package enum State: String, Sendable, CaseIterable {
        /// Other replays run first.
        case waiting
        case running
        case finished
        case cancelled
    }

    package let id: ReplayID
    package let selection: ReplaySelection
    /// How many per second, minute or hour.
    package let rate: RateLimit
    package var state: State
    package let createdAt: Timestamp
    package var startedAt: Timestamp?
    package var finishedAt: Timestamp?
    /// How many matched when it was created.
    package var selected: Int
    /// Events that have run, deliveries that are queued again.
    package var done: Int
    /// Whether everything that is selected was handled. Events may still run.
    package var isTaken: Bool
    /// Those that were queued or running already, that retention has deleted in the meantime, or whose webhook was
    /// deleted.
    package var skipped: Int
    /// Events that run through the pipelines now.
    package var running: Int
    /// Deliveries of an open replay that are queued or in flight.
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

/// What a selection matches at a moment.
package struct ReplayEstimate: Sendable {
    /// Deliveries of a destination in one state.
    package struct DestinationStateCount: Sendable, Hashable {
        package var destination: DestinationKey
        package var state: DeliveryState
        package var count: Int

        package init(destination: DestinationKey, state: DeliveryState, count: Int) {
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
    package var shares: [DestinationStateCount]
    /// Deliveries that are selected and are skipped, because their webhook was deleted.
    package var deletedWebhooks: [DestinationKey: Int]
    /// When the oldest event that the journal still has was accepted.
    package var oldestEvent: Timestamp?

    package init(
        at moment: Timestamp,
        last: Int64,
        sources: [String: Int] = [:],
        shares: [DestinationStateCount] = [],
        deletedWebhooks: [DestinationKey: Int] = [:],
        oldestEvent: Timestamp?
    ) {
        at = moment
        self.last = last
        self.sources = sources
        self.shares = shares
        self.deletedWebhooks = deletedWebhooks
        self.oldestEvent = oldestEvent
    }

    /// How many are selected, those that are skipped included.
    package var count: Int {
        sources.values.reduce(0, +) + shares.reduce(0) { $0 + $1.count } + skipped
    }

    /// How many of them are skipped.
    package var skipped: Int { deletedWebhooks.values.reduce(0, +) }
}
