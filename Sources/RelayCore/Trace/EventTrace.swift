/// What happened to an event in its pipelines, written down while it happened: one run, and one more for each time
/// that a replay ran it again.
public struct EventTrace: Sendable, Hashable {
    /// As the store keeps it: the runs one behind the other.
    public private(set) var bytes: [UInt8]

    /// Of an event that is replayed again and again, only the last runs are kept.
    static let maximumBytes = 32 << 10

    /// - Parameter bytes: as ``TraceWriter`` made them.
    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The runs, oldest first. What cannot be read is left out.
    public var runs: [Run] { TraceReader.runs(in: bytes) }

    /// Adds later runs.
    public mutating func append(_ later: EventTrace) {
        bytes = bytes.count + later.bytes.count > Self.maximumBytes ? later.bytes : bytes + later.bytes
    }

    /// One run through all pipelines that took the event.
    public struct Run: Sendable, Hashable {
        public var generation: GenerationMark
        public var beganAt: Timestamp
        public var pipelines: [Course] = []
    }

    /// An event's way through one pipeline.
    public struct Course: Sendable, Hashable {
        public var pipeline: String
        public var steps: [Step] = []
        /// Steps that were too many to write down.
        public var omitted = 0
    }

    public struct Step: Sendable, Hashable {
        /// The stage's id as it was then.
        public var stage: String
        public var outcome: Outcome
        /// What it took, without what it waited; in whole microseconds.
        public var duration: Duration
        /// How long the event waited inside it, for a file or an answer; nil: it did not.
        public var waited: Duration?
        /// Deliveries that it planned.
        public var deliveries: Int
    }

    public enum Outcome: Sendable, Hashable {
        /// The event went on.
        case next
        /// `when` was not true of the event.
        case skipped
        /// The case of a `switch` whose stages run; nil: no case was true.
        case took(String?)
        case dropped(reason: String)
        /// - Parameter then: what `on_error` said: `continue`, `stages`, `dead_letter` …
        case failed(message: String, reason: String?, then: String)
        /// So many events took its place; the steps that follow are the first one's.
        case split(Int)
        /// The steps that follow are this one's of the events that took one's place, counted from 1.
        case part(Int)
        /// The stages of its `on_error` are over.
        case recovered
    }
}

/// Which configuration it was.
public struct GenerationMark: Sendable, Hashable {
    /// Counts from 1 since its process started; 0: of no running relay.
    public var number: Int
    /// Tells configurations apart over restarts: the `hash` that `GET /api/v1/config` shows; empty when there is none.
    public var hash: String

    public init(number: Int = 0, hash: String = "") {
        self.number = number
        self.hash = hash
    }
}
