import RelayCore
import RelayDestinations
import RelayHTTPClient
import RelayTesting
import Testing

@Suite(.limitedConcurrency)
struct WebhookDestinationTests {
    private func send(
        _ delivery: ClaimedDelivery = claimed(),
        to receiver: ScriptedReceiver,
        by engine: CurlEngine,
        headers: [(name: String, value: String)] = [],
        secrets: [WebhookSigningSecret] = [secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")],
        timeout: Duration = .waitLimit
    ) async -> AttemptResult {
        let destination = WebhookDestination(
            url: receiver.url + "/hook?team=1",
            content: WebhookRequestTemplate(headers: headers.map { ($0.name, .text($0.value)) }),
            secrets: secrets,
            timeout: timeout,
            settings: DestinationDispatchSettings(),
            engine: engine
        )
        return await destination.send(delivery, at: moment)
    }

    /// A pause for what the receiver answered ends when the receiver is another one.
    @Test func queryAndHeadersTellReceiversApartWithoutBeingShown() async throws {
        try await withReceiver { _, engine in
            func receiver(_ url: String, token: String) -> String {
                WebhookDestination(
                    url: url, content: WebhookRequestTemplate(headers: [("Authorization", .text("Bearer " + token))]),
                    settings: DestinationDispatchSettings(), engine: engine
                ).receiver
            }
            let one = receiver("https://crm.example.com/in?key=k3y", token: "t0k3n")
            #expect(one == receiver("https://crm.example.com/in?key=k3y", token: "t0k3n"))
            #expect(one != receiver("https://crm.example.com/in?key=other", token: "t0k3n"))
            #expect(one != receiver("https://crm.example.com/in?key=k3y", token: "other"))
            #expect(!one.contains("t0k3n") && !one.contains("k3y"))
        }
    }

    @Test func theRequestIsStage07sAndNothingElse() async throws {
        try await withReceiver { receiver, engine in
            let result = await send(
                to: receiver, by: engine, headers: [("X-Team", "sales"), ("Authorization", "Bearer x")])
            #expect(result.isDelivered)
            #expect(result.status == 200)
            let request = try #require(receiver.requests.first)
            #expect(request.method == "POST")
            #expect(request.path == "/hook?team=1")
            #expect(request.text == #"{"event":"message.received"}"#)
            let headers = Dictionary(grouping: request.headers, by: \.0).mapValues { $0.map(\.1) }
            #expect(
                headers == [
                    "host": ["127.0.0.1:\(receiver.port)"],
                    "accept": ["*/*"],
                    "content-length": ["28"],
                    "content-type": ["application/json"],
                    "user-agent": ["ZapHub-Webhook/1.0"],
                    "x-zaphub-event": ["message.received"],
                    "x-zaphub-session": ["main"],
                    "x-zaphub-delivery": ["webhook-main-message.received-1763029800-000000000001a"],
                    "x-team": ["sales"],
                    "authorization": ["Bearer x"],
                    "webhook-id": ["msg_000000000001a"],
                    "webhook-timestamp": ["1763029800"],
                    "webhook-signature": [headers["webhook-signature"]?.first ?? ""],
                ]
            )
            let verifier = try #require(StandardWebhooksVerifier(secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
            #expect(verifier.verify(body: request.body, at: moment) { request.header($0) } == .valid)
        }
    }

    @Test func withoutASchemeOrAKeyNothingIsSigned() async throws {
        try await withReceiver { receiver, engine in
            _ = await send(claimed(signing: nil), to: receiver, by: engine)
            _ = await send(to: receiver, by: engine, secrets: [])
            let names = receiver.requests.flatMap { $0.headers.map(\.0) }
            #expect(receiver.requests.count == 2)
            #expect(!names.contains { $0.hasPrefix("webhook-") })
        }
    }

    @Test func aPlainHMACGoesIntoItsHeader() async throws {
        try await withReceiver { receiver, engine in
            let scheme = WebhookSigningScheme.hmac(
                HMACSignatureFormat(algorithm: .sha1, header: "X-Hub-Signature", prefix: "sha1="))
            let delivery = claimed(signing: scheme, body: #"{"test": 2432232314}"#)
            _ = await send(delivery, to: receiver, by: engine, secrets: [secret(PlainHMACTests.key)])
            let signature = receiver.requests.first?.header("x-hub-signature")
            #expect(signature == "sha1=1aa99dd10eb272ccc0b10d7d055b6eae89a646ba")
        }
    }

    // MARK: Answers

    @Test(arguments: [200, 201, 202, 204, 299])
    func every2xxIsADelivery(status: Int) async throws {
        try await withReceiver(.status(status)) { receiver, engine in
            let result = await send(to: receiver, by: engine)
            #expect(result.outcome == .delivered)
            #expect(result.status == status)
            #expect(result.error == nil)
        }
    }

    @Test(arguments: [
        (301, "redirects are not followed"), (302, "https://elsewhere.example/"), (304, "status 304"),
        (400, "status 400"), (401, "credentials"), (403, "credentials"), (404, "status 404"), (410, "410 Gone"),
        (429, "status 429"), (500, "status 500"), (503, "status 503"),
    ])
    func everyOtherStatusIsARefusalInWords(status: Int, words: String) async throws {
        let place = [("Location", "https://elsewhere.example/")]
        try await withReceiver(.status(status, headers: place, body: "why")) { receiver, engine in
            let result = await send(to: receiver, by: engine)
            #expect(result.outcome == .refused)
            #expect(result.status == status)
            #expect(result.error?.contains(words) == true, "\(result.error ?? "no error")")
            #expect(result.response == (status == 304 ? nil : "why"))
            #expect(receiver.requests.count == 1, "sent once, and no redirect followed")
        }
    }

    @Test(
        arguments: [
            ("30", 30), ("Thu, 13 Nov 2025 10:31:00 GMT", 60),
            ("Thursday, 13-Nov-25 10:31:00 GMT", 60), ("Thu Nov 13 10:31:00 2025", 60), ("soon", nil),
        ] as [(String, Int?)])
    func retryAfterIsHandedOn(text: String, seconds: Int?) async throws {
        try await withReceiver(.status(429, headers: [("Retry-After", text)])) { receiver, engine in
            let result = await send(to: receiver, by: engine)
            #expect(result.retryAfter == seconds.map { .seconds($0) })
        }
    }

    @Test(arguments: [
        (ScriptedReceiver.Answer.hang, RequestFailureReason.timeout),
        (.dripHeader(interval: .milliseconds(20)), .timeout),
        (.reset, .reset), (.closeSilently, .reset), (.garbage, .protocolError), (.status(600), .protocolError),
        (.status(999), .protocolError),
    ])
    func whatIsNoAnswerIsAFailureOfItsKind(answer: ScriptedReceiver.Answer, kind: RequestFailureReason) async throws {
        try await withReceiver(answer) { receiver, engine in
            let isSlow = kind == .timeout
            let result = await send(to: receiver, by: engine, timeout: isSlow ? .milliseconds(300) : .waitLimit)
            #expect(result.outcome == .failed(kind))
            #expect(result.status == nil)
            #expect(result.error?.isEmpty == false)
        }
    }

    /// Many receivers answer, then work, then end the body. Whoever repeats the request makes them work again.
    @Test(
        arguments: [
            (ScriptedReceiver.Answer.slow(201, body: Array("done".utf8), pause: .milliseconds(1200)), "done"),
            (.resetMidResponse, nil), (.closeEarly, nil), (.badChunks, nil), (.infiniteChunked, nil),
            (.status(200, body: "done"), "done"),
        ] as [(ScriptedReceiver.Answer, String?)])
    func a2xxIsADeliveryWhateverBecomesOfTheBody(answer: ScriptedReceiver.Answer, body: String?) async throws {
        try await withReceiver(answer) { receiver, engine in
            let result = await send(to: receiver, by: engine)
            #expect(result.outcome == .delivered)
            #expect(result.error == nil)
            if let body { #expect(result.response == body) }
            #expect(receiver.requests.count == 1)
        }
    }

    @Test func aRefusedConnectionIsAFailureToConnect() async throws {
        try await withReceiver { receiver, engine in
            receiver.stop()
            let result = await send(to: receiver, by: engine)
            #expect(result.outcome == .failed(.connect))
            #expect(result.error?.contains("127.0.0.1") == true, "\(result.error ?? "no error")")
        }
    }

    @Test func aReceiverThatEchoesShowsNoCredentials() async throws {
        try await withReceiver(.status(500, body: "got Bearer abcdefgh and abcdefgh, team sales")) { receiver, engine in
            let headers = [("Authorization", "Bearer abcdefgh"), ("X-Team", "sales")]
            let result = await send(to: receiver, by: engine, headers: headers)
            #expect(result.response == "got *** and ***, team sales")
        }
    }

    // MARK: Injection

    @Test(arguments: ["a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\rX-Evil: 1", "a\u{0}b", "a\r\n\r\nPOST /evil HTTP/1.1"])
    func aLineBreakInAHeaderSendsNothing(value: String) async throws {
        try await withReceiver { receiver, engine in
            let results = [
                await send(to: receiver, by: engine, headers: [("X-Team", value)]),
                await send(to: receiver, by: engine, headers: [("X-" + value, "x")]),
                await send(claimed(session: value), to: receiver, by: engine),
                await send(
                    claimed(signing: .hmac(HMACSignatureFormat(header: "X-Signature", prefix: value))), to: receiver,
                    by: engine
                ),
            ]
            for result in results {
                #expect(result.outcome == .failed(.invalidRequest))
                #expect(result.error?.utf8.contains { $0 < 0x20 } == false, "\(result.error ?? "no error")")
            }
            #expect(receiver.connectionCount == 0)
        }
    }
}
