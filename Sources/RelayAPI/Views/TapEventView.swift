internal import RelayCore
internal import RelayJSON

/// The JSON of a tap's entries. Members without a value are left out.
enum TapEventView {
    static func json(_ tapEvent: TapEvent) -> JSON {
        var object: JSONObject = [
            "at": .orNull(tapEvent.at),
            "point": .string(tapEvent.point.rawValue),
        ]
        if let pipeline = tapEvent.pipeline { object.append("pipeline", .string(pipeline)) }
        if let stage = tapEvent.stage { object.append("stage", .string(stage)) }
        object.append("session", .string(tapEvent.session))
        object.append("event_type", .string(tapEvent.type.name))
        if let duration = tapEvent.duration { object.append("duration_us", .int(duration.microseconds)) }
        if let waited = tapEvent.waited { object.append("waited_ms", .int(waited.milliseconds)) }
        if let reason = tapEvent.reason { object.append("reason", .string(reason)) }
        switch tapEvent.subject {
        case .event(let event, let body):
            object.append("event_id", .string(event.id.description))
            object.append("source", .string(event.source))
            object.append("event", event.view)
            if let body { object.append("body", .object(body)) }
        case .attempt(let sent):
            append(sent, to: &object)
        }
        return .object(object)
    }

    private static func append(_ sent: TapEvent.Sent, to object: inout JSONObject) {
        let result = sent.attempt.result
        object.append("delivery", .string(sent.delivery.suffix))
        object.append("delivery_id", .string(sent.name))
        object.append("destination", .string(sent.destination.text))
        object.append("attempt", .orNull(sent.attempt.number))
        object.append("started_at", .orNull(sent.attempt.startedAt))
        object.append("duration_us", .int(result.duration.microseconds))
        object.append("outcome", .string(AttemptOutcomeName.outcome(result)))
        if let status = result.status { object.append("status", .orNull(status)) }
        if let error = result.error { object.append("error", .string(error)) }
        let next: JSON =
            switch sent.next {
            case .delivered: ["state": "delivered"]
            case .retry(let moment): ["state": "retry", "at": .orNull(moment)]
            case .unsent(let moment): ["state": "unsent", "at": .orNull(moment)]
            case .dead(let reason): ["state": "dead", "reason": .string(reason.rawValue)]
            }
        object.append("next", next)
    }
}

enum AttemptOutcomeName {
    /// `delivered`, `refused`, or the kind of failure.
    static func outcome(_ result: AttemptResult) -> String {
        switch result.outcome {
        case .delivered: "delivered"
        case .refused: "refused"
        case .failed(let kind): kind.rawValue
        }
    }
}
