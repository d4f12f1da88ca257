import RelayCore
import RelayTesting

extension Timestamp {
    /// A fixed date plus a number of milliseconds.
    static func at(_ milliseconds: Int64) -> Timestamp {
        Timestamp(milliseconds: 1_763_000_000_000 + milliseconds)
    }
}

func claimed(
    _ id: Int64 = 1,
    destination: DestinationKey = "crm",
    attempt: Int = 1,
    inSeries: Int? = nil,
    interruptions: Int = 0,
    chat: String = "5511999999001@s.whatsapp.net",
    startedAt: Timestamp = .at(0)
) -> ClaimedDelivery {
    ClaimedDelivery(
        id: DeliveryID(id),
        destination: destination,
        session: "main",
        type: .messageReceived,
        chat: chat,
        attempt: attempt,
        attemptInSeries: inSeries ?? attempt,
        interruptionsInSeries: interruptions,
        seriesStartedAt: startedAt,
        receivedAt: startedAt,
        signing: nil,
        body: Array("{}".utf8)
    )
}

func answer(_ status: Int, retryAfter: Duration? = nil) -> AttemptResult {
    AttemptResult(
        outcome: (200..<300).contains(status) ? .delivered : .refused,
        status: status,
        retryAfter: retryAfter,
        target: "http://127.0.0.1/",
        duration: .milliseconds(1)
    )
}

func failure(_ kind: RequestFailureReason) -> AttemptResult {
    AttemptResult(outcome: .failed(kind), target: "http://127.0.0.1/", duration: .milliseconds(1))
}
