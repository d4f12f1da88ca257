import Logging
import RelayCore
import RelayDestinations
import RelayHTTPClient
import RelayTesting

let moment = Timestamp(seconds: 1_763_029_800)

func claimed(
    _ number: Int64 = 42,
    session: String = "main",
    attempt: Int = 1,
    signing: WebhookSigningScheme? = .standardWebhooks,
    body: String = #"{"event":"message.received"}"#
) -> ClaimedDelivery {
    ClaimedDelivery(
        id: DeliveryID(number),
        destination: "crm",
        session: session,
        type: .messageReceived,
        chat: "5511999999001@s.whatsapp.net",
        attempt: attempt,
        attemptInSeries: attempt,
        seriesStartedAt: moment,
        receivedAt: moment,
        signing: signing,
        body: Array(body.utf8)
    )
}

func secret(_ value: String, expiresAt: Timestamp? = nil) -> WebhookSigningSecret {
    WebhookSigningSecret(value: value, createdAt: moment, expiresAt: expiresAt)
}

/// Creates a receiver, and an engine that may connect to it, for the duration of the closure.
func withReceiver<Result>(
    _ answer: ScriptedReceiver.Answer = .status(200),
    _ body: (ScriptedReceiver, CurlEngine) async throws -> Result
) async throws -> Result {
    let receiver = try ScriptedReceiver(default: answer)
    let engine = try CurlEngine(guard: EgressGuard(allow: ["127.0.0.1"]), logger: Logger(label: "test"))
    defer {
        receiver.stop()
        engine.shutdown()
    }
    return try await body(receiver, engine)
}
