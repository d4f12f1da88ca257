import Foundation
import RelayHTTPClient
import RelayJSON
import RelayTesting
import Testing

/// A tap on a relay process: its output, and that it does not affect deliveries.
@Suite(.limitedConcurrency)
struct TapFlowTests {
    private static let pipeline = """
        stages:
          - persist
          - filter: { drop: '.payload.content.text == "drop me"' }
          - sign: standard_webhooks
          - deliver: [session]
        """

    private func run(_ body: (RelayProcess, ScriptedReceiver, _ secret: String) async throws -> Void) async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let relay = try RelayProcess(pipeline: Self.pipeline)
        defer { relay.remove() }
        try await relay.start()
        let webhook = try await relay.addSession(
            "main", webhook: ["url": .string(receiver.url), "headers": ["X-Api-Token": "canary-token"]])
        try await body(relay, receiver, webhook.secret)
    }

    @Test func anEventIsSeenAtEveryPointOfThePipeline() async throws {
        try await run { relay, receiver, secret in
            receiver.script([.status(503)])
            var tap = try await relay.tap("point=accepted&point=before,after&point=dropped&point=attempt")
            #expect(try await tap.next()?.name == "open")
            _ = try await relay.call("POST", "/in/baileys", baileysText("M1"))
            let seen = try await tap.until { $0.data["next"]?["state"] == "delivered" }
            #expect(
                seen.map { "\($0.point) \($0.stage)" } == [
                    "accepted -", "before persist", "after persist", "before filter", "after filter", "before sign",
                    "after sign", "before deliver", "after deliver", "attempt -", "attempt -",
                ])
            #expect(seen[2].data["pipeline"] == "default")
            #expect(seen[2].data["event"]?["payload"]?["content"]?["text"] == "oi")
            #expect(seen[2].data["duration_us"]?.int != nil)
            let attempt = seen[9].data
            #expect(attempt["attempt"] == 1)
            #expect(attempt["status"] == 503)
            #expect(attempt["outcome"] == "refused")
            #expect(attempt["next"]?["state"] == "retry")
            #expect(seen[10].data["attempt"] == 2)
            _ = try await relay.call("POST", "/in/baileys", baileysText("M2", text: "drop me"))
            let dropped = try #require(try await tap.until { $0.point == "dropped" }.last)
            #expect(dropped.stage == "filter")
            #expect(dropped.data["reason"]?.string?.isEmpty == false)
            for hidden in [secret, "canary-token", RelayProcess.key] { #expect(!tap.text.contains(hidden)) }
            #expect(!relay.log.contains("oi\""), "what a tap shows is not logged")
        }
    }

    @Test func aTapShowsWhatItWasAskedForAndEnds() async throws {
        try await run { relay, _, _ in
            let filter = ".event.payload.content.text%20%3D%3D%20%22yes%22"
            var tap = try await relay.tap("pipeline=default&stage=sign&point=after&limit=2&filter=\(filter)")
            #expect(try await tap.next()?.name == "open")
            for (number, text) in ["yes", "no", "yes", "yes"].enumerated() {
                _ = try await relay.call("POST", "/in/baileys", baileysText("M\(number)", text: text))
            }
            let seen = try await tap.until { $0.name == "end" }
            #expect(seen.map(\.name) == ["message", "message", "end"])
            #expect(seen.prefix(2).allSatisfy { $0.stage == "sign" && $0.data["event"]?["payload"] != nil })
            #expect(seen.last?.data == ["reason": "limit", "shown": 2])
            #expect(try await tap.next() == nil, "and the answer is over")

            var short = try await relay.tap("duration=1ms")
            #expect(try await short.until { $0.name == "end" }.last?.data["reason"] == "duration")
        }
    }

    @Test func aFilterThatFailsOnSomeIsReportedOnceAndShowsTheOthers() async throws {
        try await run { relay, _, _ in
            var tap = try await relay.tap(
                "pipeline=default&stage=sign&point=after&filter=.event.payload.content.text%7Ctest(%22x%22)")
            #expect(try await tap.next()?.name == "open")
            let plain: JSON = [
                "event": "message.received", "sessionId": "main", "payload": ["chatId": "a@s.whatsapp.net"],
            ]
            for _ in 0..<2 { #expect(try await relay.call("POST", "/in/native", plain).status == 200) }
            _ = try await relay.call("POST", "/in/baileys", baileysText("M1", text: "xyz"))
            let seen = try await tap.until { $0.name == "message" }
            #expect(seen.map(\.name) == ["note", "message"])
        }
    }

    @Test func aReaderThatDoesNotReadLosesItemsAndHoldsUpNobody() async throws {
        try await run { relay, receiver, _ in
            let points = "point=accepted&point=before&point=after"
            var tap = try await relay.tap(points)
            #expect(try await tap.next()?.name == "open")
            // Far more than the sockets and the relay itself can buffer.
            let text = String(repeating: "x", count: 256 << 10)
            for number in 0..<60 {
                let answer = try await relay.call("POST", "/in/baileys", baileysText("M\(number)", text: text))
                #expect(answer.status == 200)
            }
            try await relay.eventually("all are delivered while nobody reads") { receiver.requests.count == 60 }
            let lost = try await tap.until { $0.name == "lost" }.last
            #expect((lost?.data["count"]?.int ?? 0) > 0, "\(lost?.name ?? "nothing")")
        }
    }

    @Test func theNumberOfOpenTapsIsLimitedAndAReaderThatLeavesFreesOne() async throws {
        try await run { relay, _, _ in
            var taps: [TapStream] = []
            for _ in 0..<16 { taps.append(try await relay.tap("")) }
            let refused = try await relay.call("GET", "/api/v1/tap")
            #expect(refused.status == 503)
            #expect(refused.document["error"]?["code"] == "too_many_taps")
            #expect(refused.header("retry-after") != nil)
            taps.removeLast().stream.cancel()
            for _ in 0..<3 {
                try await relay.eventually("there is room again, which HEAD does not take") {
                    try await relay.call("HEAD", "/api/v1/tap?limit=1").status == 200
                }
            }
            try await relay.eventually("one more is let in") {
                taps.append(try await relay.tap(""))
                return taps.last?.status == 200
            }
            for tap in taps { tap.stream.cancel() }
        }
    }

    @Test func aShutdownEndsATapAndIsNotHeldUpByIt() async throws {
        try await run { relay, _, _ in
            var tap = try await relay.tap("")
            #expect(try await tap.next()?.name == "open")
            async let status = relay.end(SIGTERM)
            #expect(try await tap.until { $0.name == "end" }.last?.data["reason"] == "shutdown")
            #expect(try await status == 0)
        }
    }

    @Test(arguments: [
        ("filter=.payload.%20%7C", 400, "invalid_filter", "column"),
        ("pipeline=defualt", 422, "validation_failed", "did you mean default?"),
        ("pipeline=default&stage=sing", 422, "validation_failed", "did you mean sign?"),
        ("point=befor", 422, "validation_failed", "did you mean before?"),
        ("sample=often", 422, "validation_failed", "10/s"),
        ("duration=soon", 422, "validation_failed", "30s"),
        ("pipeline=default&destination=crm", 422, "validation_failed", "attempts"),
        ("fliter=.", 422, "validation_failed", "did you mean filter?"),
    ])
    func aMistakeIsReported(query: String, status: Int, code: String, hint: String) async throws {
        try await run { relay, _, _ in
            let answer = try await relay.call("GET", "/api/v1/tap?\(query)")
            #expect(answer.status == status)
            #expect(answer.document["error"]?["code"]?.string == code)
            #expect(answer.document["error"]?["message"]?.string?.contains(hint) == true, "\(answer.document.text)")
            #expect(try await relay.call("GET", "/api/v1/tap", headers: [("Authorization", "Bearer no")]).status == 401)
        }
    }
}
