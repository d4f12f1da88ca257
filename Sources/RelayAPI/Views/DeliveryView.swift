internal import RelayCore
internal import RelayJSON

/// The JSON of deliveries and attempts in the API.
enum DeliveryView {
    /// - Parameter wait: why it is not under way; nil unless it is queued.
    static func object(_ delivery: DeliveryDetails, wait: DeliveryWait?) -> JSONObject {
        [
            "id": .string(delivery.name),
            "webhook_id": .string(delivery.id.webhookID),
            // A delivery that was not planned by a pipeline has no event.
            "event": delivery.event.rawValue == 0 ? .null : .string(delivery.event.description),
            "event_type": .string(delivery.type.name),
            "session": .string(delivery.session),
            "chat": .orNull(delivery.chat),
            "pipeline": .string(delivery.pipeline),
            "destination": .string(delivery.destination.text),
            "state": .string(delivery.state.name),
            "attempt_count": .orNull(delivery.attemptCount),
            "due_at": .orNull(delivery.dueAt),
            "waits_for": wait.map(json) ?? .null,
            "reason": .orNull(delivery.deadReason?.rawValue),
            "last_status": .orNull(delivery.lastStatus),
            "last_error": .orNull(delivery.lastError),
            "last_target": .orNull(delivery.lastTarget),
            "received_at": .orNull(delivery.receivedAt),
            "created_at": .orNull(delivery.createdAt),
            "finished_at": .orNull(delivery.finishedAt),
        ]
    }

    static func json(_ delivery: DeliveryDetails, wait: DeliveryWait?) -> JSON {
        .object(object(delivery, wait: wait))
    }

    static func json(_ wait: DeliveryWait) -> JSON {
        [
            "reason": .string(wait.reason.rawValue),
            "message": .string(wait.message),
            "since": .orNull(wait.since),
            "until": .orNull(wait.until),
            "delivery_id": .orNull(wait.behind),
        ]
    }

    /// The delivery with all its attempts and its body.
    static func full(
        _ delivery: DeliveryDetails, wait: DeliveryWait?, attempts: [DeliveryAttempt], body: [UInt8]?
    ) -> JSON {
        var object = object(delivery, wait: wait)
        object.append("attempts", .array(attempts.map(json)))
        object.append("body", body.map(document) ?? .null)
        return .object(object)
    }

    static func json(_ attempt: DeliveryAttempt) -> JSON {
        let result = attempt.result
        let (outcome, failure): (String, String?) =
            switch result.outcome {
            case .delivered: ("delivered", nil)
            case .refused: ("refused", nil)
            case .failed(let kind): ("failed", kind.rawValue)
            }
        return [
            "number": .orNull(attempt.number),
            "started_at": .orNull(attempt.startedAt),
            "outcome": .string(outcome),
            "failure": .orNull(failure),
            "status": .orNull(result.status),
            "error": .orNull(result.error),
            "response": .orNull(result.response),
            "target": .string(result.target),
            "duration_ms": .int(result.duration.milliseconds),
            "retry_after_ms": result.retryAfter.map { .int($0.milliseconds) } ?? .null,
        ]
    }

    /// A body as JSON; as a string when a template made other text of it.
    private static func document(_ bytes: [UInt8]) -> JSON {
        (try? JSON(parsing: bytes)) ?? .string(String(decoding: bytes, as: UTF8.self))
    }
}
