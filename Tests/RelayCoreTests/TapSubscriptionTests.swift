import RelayCore
import RelayJSON
import RelayTesting
import Testing

struct TapSubscriptionTests {
    private static let start = Timestamp(seconds: 1_763_000_000)

    private func tapEvent(
        _ point: TapEvent.Point = .after,
        pipeline: String? = "default",
        stage: String? = "media",
        type: EventType = .messageReceived,
        session: String = "main",
        payload: JSONObject = [:],
        at moment: Timestamp = Self.start
    ) -> TapEvent {
        let event = Event(
            id: EventID(1), source: "baileys", type: type, session: session, chat: nil, occurredAt: nil,
            receivedAt: Self.start, payload: payload
        )
        return TapEvent(point, at: moment, pipeline: pipeline, stage: stage, .event(event, body: nil))
    }

    private func attempt(to destination: DestinationKey) -> TapEvent {
        let claimed = ClaimedDelivery(
            id: DeliveryID(1), destination: destination, session: "main", type: .messageReceived, chat: nil,
            attempt: 1, attemptInSeries: 1, seriesStartedAt: Self.start, receivedAt: Self.start, signing: nil, body: []
        )
        let result = AttemptResult(
            outcome: .delivered, status: 200, response: "secret", target: "http://crm", duration: .zero)
        let made = DeliveryAttempt(number: 1, startedAt: Self.start, result: result)
        return TapEvent(.attempt, at: Self.start, .attempt(.init(claimed, made, next: .delivered)))
    }

    @Test func nobodyLooksUntilATapIsOpenedNorAfterItIsLetGoOf() throws {
        let taps = TapRegistry()
        #expect(!taps.isOpen)
        do {
            let tap = try taps.open(TapFilter())
            #expect(taps.isOpen)
            withExtendedLifetime(tap) {}
        }
        #expect(!taps.isOpen)
    }

    @Test func aTapShowsWhatItsSelectionTakesInOrder() async throws {
        let taps = TapRegistry()
        let selection = TapFilter(
            pipeline: "default", stages: ["media", "sign"], session: "main", types: EventTypeFilter(["message.*"]))
        let tap = try taps.open(selection)
        taps.show(tapEvent(.before))
        taps.show(tapEvent(stage: "filter"))
        taps.show(tapEvent(pipeline: "audit"))
        taps.show(tapEvent(session: "other"))
        taps.show(tapEvent(type: .sessionConnected))
        taps.show(tapEvent(.accepted, pipeline: nil, stage: nil))
        taps.show(tapEvent(stage: "sign"))
        let batch = await tap.next()
        #expect(batch.tapEvents.map(\.stage) == ["media", "sign"])
        #expect(batch.tapEvents.map(\.point) == [.before, .after])
        #expect(batch.lost == 0)
    }

    @Test func aDestinationMeansItsAttemptsAndTheReceiversAnswerStaysOut() async throws {
        let taps = TapRegistry()
        let tap = try taps.open(TapFilter(destination: "crm"))
        taps.show(attempt(to: "erp"))
        taps.show(tapEvent(.dropped))
        taps.show(attempt(to: "crm"))
        let seen = await tap.next().tapEvents
        #expect(seen.map(\.destination) == ["crm"])
        guard case .attempt(let sent) = try #require(seen.first).subject else {
            Issue.record("no attempt")
            return
        }
        #expect(sent.attempt.result.response == nil)
    }

    @Test func aSlowReaderLosesTheRestAndIsReportedHowMany() async throws {
        let taps = TapRegistry()
        let tap = try taps.open(TapFilter(points: [.after]))
        for _ in 0..<10_000 { taps.show(tapEvent()) }
        let first = await tap.next()
        #expect(first.tapEvents.count + first.lost == 10_000)
        #expect(first.tapEvents.count <= 512)
        taps.show(tapEvent(stage: "later"))
        let second = await tap.next()
        #expect(second.tapEvents.map(\.stage) == ["later"])
        #expect(second.lost == 0)
    }

    @Test func largeEventsAreBoundedByTheirBytes() async throws {
        let taps = TapRegistry()
        let tap = try taps.open(TapFilter(points: [.after]))
        let payload: JSONObject = ["text": .string(String(repeating: "x", count: 3 << 20))]
        for _ in 0..<5 { taps.show(tapEvent(payload: payload)) }
        let batch = await tap.next()
        #expect(batch.tapEvents.count == 1)
        #expect(batch.lost == 4)
    }

    @Test func samplesAreOneInSoManyOrSoManyInATime() async throws {
        let taps = TapRegistry()
        let each = try taps.open(TapFilter(points: [.after]), sampler: TapSampler(.oneIn(3)))
        let rate = try taps.open(
            TapFilter(points: [.after]), sampler: TapSampler(.rate(RateLimit(count: 2, per: .seconds(1)))))
        for number in 0..<9 {
            taps.show(tapEvent(at: Self.start + .milliseconds(400 * number)))
        }
        let thirds = await each.next().tapEvents.map { $0.at - Self.start }
        #expect(thirds == [.zero, .milliseconds(1200), .milliseconds(2400)])
        let seconds = await rate.next().tapEvents.map { $0.at - Self.start }
        #expect(seconds == [0, 400, 1200, 1600, 2400, 2800].map { Duration.milliseconds($0) })
    }

    @Test func onlySoManyAreOpenAtOnce() throws {
        let taps = TapRegistry()
        var open: [TapSubscription] = []
        for _ in 0..<TapRegistry.maximum { open.append(try taps.open(TapFilter())) }
        #expect(throws: TapRegistry.OpenError.full) { _ = try taps.open(TapFilter()) }
        open.removeLast()
        open.append(try taps.open(TapFilter()))
        #expect(throws: TapRegistry.OpenError.full) { _ = try taps.open(TapFilter()) }
    }

    @Test func aShutdownEndsWhoWaitsAndWhoComes() async throws {
        let taps = TapRegistry()
        let tap = try taps.open(TapFilter())
        async let waiting = tap.next()
        taps.shutDown()
        #expect(await waiting.end == .shutdown)
        #expect(throws: TapRegistry.OpenError.shuttingDown) { _ = try taps.open(TapFilter()) }
    }

    @Test func whoWaitsIsCancelledWithItsTask() async throws {
        let taps = TapRegistry()
        let tap = try taps.open(TapFilter())
        let task = Task { await tap.next() }
        task.cancel()
        #expect(await task.value.end == .gone)
    }
}
