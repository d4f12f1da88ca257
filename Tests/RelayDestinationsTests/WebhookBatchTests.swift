import RelayCore
import RelayDestinations
import RelayHTTPClient
import RelayJSON
import RelayTesting
import Testing

/// Several deliveries in one request, as the receiver gets them.
@Suite(.limitedConcurrency)
struct WebhookBatchTests {
    private func destination(_ receiver: ScriptedReceiver, _ engine: CurlEngine) -> WebhookDestination {
        WebhookDestination(
            url: receiver.url,
            secrets: [secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")],
            settings: DestinationDispatchSettings(batch: BatchPolicy()),
            engine: engine
        )
    }

    @Test func aBatchIsAnArrayThatIsSignedAsAWhole() async throws {
        try await withReceiver { receiver, engine in
            let batch = [
                claimed(42, body: #"{"deliveryId":"a"}"#), claimed(43, body: #"{"deliveryId":"b"}"#),
            ]
            let result = await destination(receiver, engine).send(batch, at: moment)
            #expect(result.isDelivered)
            let request = try #require(receiver.requests.first)
            #expect(request.text == #"[{"deliveryId":"a"},{"deliveryId":"b"}]"#)
            #expect(request.header("content-type") == "application/json")
            #expect(request.header("x-zaphub-batch") == "2")
            #expect(request.header("x-zaphub-event") == "message.received")
            #expect(request.header("x-zaphub-session") == "main")
            #expect(request.header("x-zaphub-delivery") == nil, "that would be one of two")
            let verifier = try #require(StandardWebhooksVerifier(secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
            #expect(verifier.verify(body: request.body, at: moment) { request.header($0) } == .valid)
        }
    }

    @Test func whatIsNotCommonToAllStandsInTheBodiesAlone() async throws {
        try await withReceiver { receiver, engine in
            _ = await destination(receiver, engine).send([claimed(1), claimed(2, session: "other")], at: moment)
            let request = try #require(receiver.requests.first)
            #expect(request.header("x-zaphub-session") == nil)
            #expect(request.header("x-zaphub-event") == "message.received")
        }
    }

    @Test func theIDIsTheSameForTheSameDeliveriesAndNoOthers() async throws {
        try await withReceiver { receiver, engine in
            let destination = destination(receiver, engine)
            _ = await destination.send([claimed(1), claimed(2)], at: moment)
            _ = await destination.send([claimed(1, attempt: 2), claimed(2, attempt: 2)], at: moment + .seconds(60))
            _ = await destination.send([claimed(1), claimed(3)], at: moment)
            _ = await destination.send([claimed(1)], at: moment)
            let ids = receiver.requests.compactMap { $0.header("webhook-id") }
            #expect(ids.count == 4)
            #expect(ids[0] == ids[1])
            #expect(Set(ids).count == 3)
            #expect(ids[0].allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } && !ids[0].contains("."))
        }
    }

    /// A destination that takes batches always receives an array.
    @Test func oneByItselfIsABatchOfOne() async throws {
        try await withReceiver { receiver, engine in
            _ = await destination(receiver, engine).send(claimed(42), at: moment)
            let request = try #require(receiver.requests.first)
            #expect(request.text == #"[{"event":"message.received"}]"#)
            #expect(request.header("x-zaphub-batch") == "1")
            #expect(request.header("webhook-id") == "msg_000000000001a")
            #expect(request.header("x-zaphub-delivery") == claimed(42).name)
        }
    }

    @Test func everySchemeOfABatchSignsIt() async throws {
        try await withReceiver { receiver, engine in
            let hmac = WebhookSigningScheme.hmac(HMACSignatureFormat(header: "X-Own"))
            let batch = [
                claimed(1), claimed(2, signing: hmac), claimed(3), claimed(4, signing: nil), claimed(5, signing: hmac),
            ]
            _ = await destination(receiver, engine).send(batch, at: moment)
            let names = try #require(receiver.requests.first).headers.map(\.0)
            #expect(names.count { $0 == "webhook-signature" } == 1)
            #expect(names.count { $0 == "x-own" } == 1)
        }
    }
}
