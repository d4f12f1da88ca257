internal import RelayCore

/// A delivery that could not be made, or an event whose stage failed.
struct ObservedDeadLetter: CustomStringConvertible {
    let to: String
    private let event: EventType
    private let reason: DeadLetterReason?
    private let requests: [ReceivedRequest]
    private let stage: String?
    private let error: String?

    init(_ delivery: PipelineTestRecord.Delivery) {
        to = delivery.to
        event = delivery.event
        reason = delivery.deadReason
        requests = delivery.requests
        stage = nil
        error = delivery.lastError
    }

    init(_ failure: PipelineTestRecord.Failure) {
        to = ExpectationReader.pipeline
        event = failure.event
        reason = .stageFailed
        requests = []
        stage = failure.stage
        error = failure.message
    }

    var description: String {
        let place =
            stage.map { "failed at \($0)" } ?? "\(reason?.rawValue ?? "dead") after \(requests.count.of("attempt"))"
        return "\(event), \(place)" + (error.map { ": \($0)" } ?? "")
    }

    func differences(from wanted: DeadLetterExpectation, _ path: String) -> [ExpectationDifference] {
        var found = ExpectationDifference.ofEvent(wanted.event, event, path)
        if let reason = wanted.reason, reason != self.reason {
            found.append(
                ExpectationDifference(
                    path: "\(path).reason", expected: reason.rawValue, got: self.reason?.rawValue ?? "none"))
        }
        if let by = wanted.by, by != stage {
            found.append(ExpectationDifference(path: "\(path).by", expected: by, got: stage ?? "no stage"))
        }
        return found + ExpectationDifference.ofAttempts((wanted.attempts, wanted.at), requests, path)
    }
}
