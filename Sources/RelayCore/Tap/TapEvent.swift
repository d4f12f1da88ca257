package import RelayJSON

/// What a tap shows: something that happened to an event in its pipelines, or an attempt.
package struct TapEvent: Sendable {
    package enum Point: String, Sendable, CaseIterable {
        /// The pipelines begin with the event, as its format made it.
        case accepted
        /// A stage is about to run.
        case before
        /// A stage is done.
        case after
        /// A stage ended the pipeline for the event.
        case dropped
        /// A stage failed; its `on_error` decides what happens to the event.
        case failed
        /// A delivery was sent once.
        case attempt
    }

    package enum Subject: Sendable {
        /// The event as it was then, and the body that `transform` has set for deliveries.
        case event(Event, body: JSONObject?)
        case attempt(Sent)
    }

    /// An attempt and its delivery, without the body and the receiver's answer.
    package struct Sent: Sendable {
        package var delivery: DeliveryID
        /// The `deliveryId` that body and headers carry.
        package var name: String
        package var destination: DestinationKey
        package var session: String
        package var type: EventType
        package var attempt: DeliveryAttempt
        package var next: AttemptSettlement.Next

        package init(_ delivery: ClaimedDelivery, _ attempt: DeliveryAttempt, next: AttemptSettlement.Next) {
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

    package var point: Point
    package var at: Timestamp
    /// Nil for what belongs to no pipeline.
    package var pipeline: String?
    /// The stage's id.
    package var stage: String?
    /// The stage's running time, without the time that it waited.
    package var duration: Duration?
    /// How long the event waited inside the stage; nil: it did not.
    package var waited: Duration?
    /// Why it was dropped, or failed.
    package var reason: String?
    package var subject: Subject

    package init(
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

    package var session: String {
        switch subject {
        case .event(let event, _): event.session
        case .attempt(let sent): sent.session
        }
    }

    package var type: EventType {
        switch subject {
        case .event(let event, _): event.type
        case .attempt(let sent): sent.type
        }
    }

    /// Nil for what is no attempt.
    package var destination: DestinationKey? {
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
