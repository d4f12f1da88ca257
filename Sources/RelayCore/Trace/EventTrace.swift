/// What happened to an event in its pipelines: its first run, and one more run for each replay.
package struct EventTrace: Sendable, Hashable {
    /// As the store keeps it: the runs one behind the other.
    package private(set) var bytes: [UInt8]

    /// Of an event that is replayed again and again, only the last runs are kept.
    static let maximumBytes = 32 << 10

    /// - Parameter bytes: as ``EventTraceEncoder`` made them.
    package init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The runs, oldest first. What cannot be read is left out.
    package var runs: [Run] { EventTraceDecoder.runs(in: bytes) }

    /// Adds later runs.
    package mutating func append(_ later: EventTrace) {
        bytes = bytes.count + later.bytes.count > Self.maximumBytes ? later.bytes : bytes + later.bytes
    }

    /// One run through all pipelines that took the event.
    package struct Run: Sendable, Hashable {
        package var generation: ConfigurationGenerationID
        package var beganAt: Timestamp
        package var pipelines: [PipelineRun] = []
    }

    /// The run of an event through one pipeline.
    package struct PipelineRun: Sendable, Hashable {
        package var pipeline: String
        package var steps: [Step] = []
        /// How many steps were left out because there were too many.
        package var omitted = 0

        package init(pipeline: String, steps: [Step] = []) {
            self.pipeline = pipeline
            self.steps = steps
        }
    }

    package struct Step: Sendable, Hashable {
        /// The stage's id as it was then.
        package var stage: String
        package var outcome: StepOutcome
        /// Its running time without the time that it waited, in whole microseconds.
        package var duration: Duration
        /// How long the event waited inside it, for a file or an answer; nil: it did not.
        package var waited: Duration?
        /// Deliveries that it planned.
        package var deliveries: Int
        /// The first of the destinations that it named and that do not get the event.
        package var rejections: [Rejection] = []
        /// How many there are.
        package var rejectionCount = 0

        package init(
            stage: String, outcome: StepOutcome, duration: Duration, waited: Duration? = nil, deliveries: Int = 0
        ) {
            self.stage = stage
            self.outcome = outcome
            self.duration = duration
            self.waited = waited
            self.deliveries = deliveries
        }
    }

    /// A destination that does not get an event.
    package struct Rejection: Sendable, Hashable {
        package var destination: String
        /// The option that leaves the event out, and what the event is instead.
        package var reason: String

        package init(destination: String, reason: String) {
            self.destination = destination
            self.reason = reason
        }
    }

    package enum StepOutcome: Sendable, Hashable {
        /// The event continued.
        case next
        /// `when` was not true of the event.
        case skipped
        /// The case of a `switch` whose stages run; nil: no case was true.
        case took(String?)
        case dropped(reason: String)
        /// - Parameter then: what `on_error` said: `continue`, `stages`, `dead_letter` …
        case failed(message: String, reason: String?, then: String)
        /// The event was split into that many; the steps that follow are of the first.
        case split(Int)
        /// The steps that follow are of this event of the split, counted from 1.
        case part(Int)
        /// The stages of its `on_error` are over.
        case recovered
    }
}

/// The generation of the configuration.
package struct ConfigurationGenerationID: Sendable, Hashable {
    /// Counts from 1 since its process started; 0: of no running relay.
    package var number: Int
    /// Tells configurations apart over restarts: the `hash` that `GET /api/v1/config` shows; empty when there is none.
    package var hash: String

    package init(number: Int = 0, hash: String = "") {
        self.number = number
        self.hash = hash
    }
}
