public import RelayJSON

/// What a tap shows: something that happened to an event in its pipelines, or an attempt.
public struct Sighting: Sendable {
    public enum Point: String, Sendable, CaseIterable {
        /// The pipelines take the event on, as its format made it.
        case accepted
        /// A stage is about to run.
        case before
        /// A stage is done.
        case after
        /// A stage ended the pipeline for the event.
        case dropped
        /// A stage failed; what becomes of the event is its `on_error`.
        case failed
        /// A delivery was sent once.
        case attempt
    }

    public enum Subject: Sendable {
        /// The event as it was then, and what deliveries carry in its place, once `transform` has said so.
        case event(Event, body: JSONObject?)
        case attempt(Sent)
    }

    /// An attempt, and of what. Neither the body nor what the receiver answered is in it.
    public struct Sent: Sendable {
        public var delivery: DeliveryID
        /// The `deliveryId` that body and headers carry.
        public var name: String
        public var destination: String
        public var session: String
        public var type: EventType
        public var attempt: Attempt
        public var next: Settlement.Next

        public init(_ delivery: ClaimedDelivery, _ attempt: Attempt, next: Settlement.Next) {
            self.delivery = delivery.id
            name = delivery.name
            destination = delivery.destination
            session = delivery.session
            type = delivery.type
            self.attempt = attempt
            self.attempt.result.response = nil
            self.next = next
        }
    }

    public var point: Point
    public var at: Timestamp
    /// Nil for what belongs to no pipeline.
    public var pipeline: String?
    /// The stage's id.
    public var stage: String?
    /// What the stage took, without what it waited.
    public var duration: Duration?
    /// How long the event waited inside the stage; nil: it did not.
    public var waited: Duration?
    /// Why it was dropped, or failed.
    public var reason: String?
    public var subject: Subject

    public init(
        _ point: Point,
        at moment: Timestamp,
        pipeline: String? = nil,
        stage: String? = nil,
        duration: Duration? = nil,
        waited: Duration? = nil,
        reason: String? = nil,
        _ subject: Subject
    ) {
        self.point = point
        at = moment
        self.pipeline = pipeline
        self.stage = stage
        self.duration = duration
        self.waited = waited
        self.reason = reason
        self.subject = subject
    }

    public var session: String {
        switch subject {
        case .event(let event, _): event.session
        case .attempt(let sent): sent.session
        }
    }

    public var type: EventType {
        switch subject {
        case .event(let event, _): event.type
        case .attempt(let sent): sent.type
        }
    }

    /// The destination's key; nil for what is no attempt.
    public var destination: String? {
        if case .attempt(let sent) = subject { sent.destination } else { nil }
    }

    /// About how many bytes it keeps in memory.
    var weight: Int {
        guard case .event(let event, let body) = subject else { return 500 }
        return 500 + JSON.object(event.payload).weight + (body.map { JSON.object($0).weight } ?? 0)
    }
}

extension JSON {
    fileprivate var weight: Int {
        switch self {
        case .null, .bool, .int: 16
        case .number(let text), .string(let text): 16 + text.utf8.count
        case .array(let elements): elements.reduce(16) { $0 + $1.weight }
        case .object(let members): members.reduce(16) { $0 + 16 + $1.key.utf8.count + $1.value.weight }
        }
    }
}
