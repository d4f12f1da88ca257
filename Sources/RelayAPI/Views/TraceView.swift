internal import RelayCore
internal import RelayJSON

/// The JSON of an event's trace in the API.
struct TraceView {
    let event: Event
    let isPending: Bool
    let runs: [EventTrace.Run]
    typealias Delivery = (record: DeliveryDetails, wait: DeliveryWait?, attempts: [DeliveryAttempt])

    /// The deliveries in order, each with what it waits for, and its attempts.
    let deliveries: [Delivery]
    /// The total number of deliveries, including those that are not returned.
    let total: Int

    var json: JSON {
        [
            "id": .string(event.id.description),
            "event_type": .string(event.type.name),
            "session": .string(event.session),
            "chat": .orNull(event.chat),
            "source": .string(event.source),
            "occurred_at": .orNull(event.occurredAt),
            "received_at": .orNull(event.receivedAt),
            "state": isPending ? "pending" : "processed",
            "total_ms": totalTime,
            "runs": .array(runs.map(json)),
            "deliveries": .array(deliveries.map(json)),
            "delivery_count": .orNull(total),
        ]
    }

    /// The time from acceptance to the end of the last delivery; null while any is unfinished.
    private var totalTime: JSON {
        guard !deliveries.isEmpty, !isPending else { return .null }
        let ends = deliveries.compactMap(\.record.finishedAt)
        guard ends.count == deliveries.count, let last = ends.max() else { return .null }
        return since(event.receivedAt, last)
    }

    private func since(_ start: Timestamp, _ end: Timestamp) -> JSON { .int(max(0, (end - start).milliseconds)) }

    private func json(_ run: EventTrace.Run) -> JSON {
        [
            "began_at": .orNull(run.beganAt),
            "waited_ms": since(event.receivedAt, run.beganAt),
            "generation": .orNull(run.generation.number),
            "configuration": .string(run.generation.hash),
            "pipelines": .array(
                run.pipelines.map { pipelineRun in
                    [
                        "pipeline": .string(pipelineRun.pipeline),
                        "steps": .array(pipelineRun.steps.map(Self.json)),
                        "omitted": .orNull(pipelineRun.omitted),
                    ]
                }
            ),
        ]
    }

    private static func json(_ step: EventTrace.Step) -> JSON {
        var object: JSONObject = ["stage": .string(step.stage), "outcome": .string(step.outcome.name)]
        switch step.outcome {
        case .next, .skipped, .recovered: break
        case .took(let label): object["case"] = .orNull(label)
        case .dropped(let reason): object["reason"] = .string(reason)
        case .failed(let message, let reason, let then):
            object["message"] = .string(message)
            object["reason"] = .orNull(reason)
            object["on_error"] = .string(then)
        case .split(let count): object["count"] = .orNull(count)
        case .part(let number): object["number"] = .orNull(number)
        }
        object["duration_us"] = .int(step.duration.microseconds)
        if let waited = step.waited { object["waited_ms"] = .int(waited.milliseconds) }
        if step.deliveries > 0 { object["deliveries"] = .orNull(step.deliveries) }
        if step.rejectionCount > 0 {
            object["left_out"] = .array(
                step.rejections.map { ["destination": .string($0.destination), "reason": .string($0.reason)] })
            object["left_out_count"] = .orNull(step.rejectionCount)
        }
        return .object(object)
    }

    private func json(_ delivery: Delivery) -> JSON {
        let (record, wait, attempts) = delivery
        return [
            "id": .string(record.name),
            "pipeline": .string(record.pipeline),
            "destination": .string(record.destination.text),
            "state": .string(record.state.name),
            "reason": .orNull(record.deadReason?.rawValue),
            // A failed stage has no attempts that could contain the error.
            "error": attempts.isEmpty ? .orNull(record.lastError) : .null,
            "created_at": .orNull(record.createdAt),
            "due_at": .orNull(record.dueAt),
            "waits_for": wait.map(DeliveryView.json) ?? .null,
            "finished_at": .orNull(record.finishedAt),
            "total_ms": record.finishedAt.map { since(event.receivedAt, $0) } ?? .null,
            "attempts": .array(
                attempts.indices.map { index in
                    json(attempts[index], then: index + 1 < attempts.count ? attempts[index + 1] : nil, of: delivery)
                }
            ),
        ]
    }

    private func json(_ attempt: DeliveryAttempt, then next: DeliveryAttempt?, of delivery: Delivery) -> JSON {
        [
            "number": .orNull(attempt.number),
            "started_at": .orNull(attempt.startedAt),
            "after_ms": since(event.receivedAt, attempt.startedAt),
            "duration_us": .int(attempt.result.duration.microseconds),
            "outcome": .string(AttemptOutcomeName.outcome(attempt.result)),
            "status": .orNull(attempt.result.status),
            "error": .orNull(attempt.result.error),
            "retry_after_ms": attempt.result.retryAfter.map { .int($0.milliseconds) } ?? .null,
            "next": Self.next(attempt, then: next, of: delivery),
        ]
    }

    private static func next(_ attempt: DeliveryAttempt, then next: DeliveryAttempt?, of delivery: Delivery) -> JSON {
        let record = delivery.record
        if let next { return ["state": "retry", "at": .orNull(next.startedAt)] }
        switch record.state {
        case .delivered: return ["state": "delivered"]
        case .dead: return ["state": "dead", "reason": .orNull(record.deadReason?.rawValue)]
        case .cancelled: return ["state": "cancelled"]
        case .inFlight: return ["state": "in_flight"]
        // What it waits for has a moment, or none that is known.
        case .queued:
            let due = delivery.wait == nil ? record.dueAt : nil
            return ["state": "retry", "at": .orNull(delivery.wait?.until ?? due)]
        }
    }
}

extension EventTrace.StepOutcome {
    fileprivate var name: String {
        switch self {
        case .next: "next"
        case .skipped: "skipped"
        case .took: "case"
        case .dropped: "dropped"
        case .failed: "failed"
        case .split: "split"
        case .part: "part"
        case .recovered: "recovered"
        }
    }
}
