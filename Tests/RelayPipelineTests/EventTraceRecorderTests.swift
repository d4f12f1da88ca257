import RelayConfig
import RelayCore
import RelayJSON
import RelayPipeline
import RelayTesting
import Testing

/// The recorded traces of events, and the part of them that taps receive.
struct EventTraceRecorderTests {
    /// `STAGE OUTCOME` of each step of the only pipeline in the last run.
    private func steps(_ fixture: PipelineFixture, _ event: EventID, run: Int = 0) async throws -> [String] {
        try await fixture.settle("the event is done") {
            (try await fixture.store.trace(of: event)?.runs.count ?? 0) > run
        }
        let runs = try #require(try await fixture.store.trace(of: event)).runs
        return runs[run].pipelines.flatMap { $0.steps.map(\.words) }
    }

    private func fixture(_ yaml: String, taps: TapRegistry = TapRegistry()) async throws -> PipelineFixture {
        let steps = try YAMLPipeline.steps(yaml)
        return try await PipelineFixture([], taps: taps) { steps + $0 }
    }

    @Test func aTraceTellsEachStagesOutcome() async throws {
        let fixture = try await fixture(
            """
            - mark: a
            - mark: b
              id: never
              when: .payload.text == "x"
            - switch:
                - case: .payload.text == "group"
                  stages: [mark: c]
                - default: [mark: d]
            - switch:
                - case: .payload.text == "x"
                  stages: [mark: e]
            """
        )
        try await fixture.run {
            let events = try await fixture.accept([event("hello"), event("group")])
            let shared = ["mark next", "never skipped"]
            #expect(
                try await steps(fixture, events[0])
                    == shared + ["switch took default", "mark-3 next", "switch-2 took nothing", "deliver next +1"])
            #expect(
                try await steps(fixture, events[1])
                    == shared + [
                        "switch took .payload.text == \"group\"", "mark-2 next", "switch-2 took nothing",
                        "deliver next +1",
                    ])
        }
    }

    @Test func aTraceTellsWhyAndWhatTheRecoveryWas() async throws {
        let fixture = try await fixture(
            """
            - fail:
              on_error: { stages: [mark: sorry] }
            - fail:
              id: ignored
              on_error: continue
            - filter: { drop: .payload.text == "drop me" }
            """
        )
        try await fixture.run {
            let events = try await fixture.accept([event("hello"), event("drop me", chat: "b@s.whatsapp.net")])
            let failures = [
                "fail failed: no luck (luck), stages", "mark next", "fail recovered",
                "ignored failed: no luck (luck), continue",
            ]
            #expect(try await steps(fixture, events[0]) == failures + ["filter next", "deliver next +1"])
            let dropped = try await steps(fixture, events[1])
            #expect(dropped.dropLast() == failures[...])
            #expect(dropped.last?.hasPrefix("filter dropped: ") == true)
        }
    }

    @Test func aTraceTellsHowManyEventsASplitMade() async throws {
        let fixture = try await fixture(
            """
            - transform: { events: '{ payload }, { payload }' }
            - mark: a
            """
        )
        try await fixture.run {
            let id = try await fixture.accept([event("twice")])[0]
            let way = try await steps(fixture, id)
            #expect(
                way == [
                    "transform split 2", "mark next", "deliver next +1", "transform part 2", "mark next",
                    "deliver next +1",
                ], "\(way)")
        }
    }

    @Test func aTraceTellsHowLongAnEventWaited() async throws {
        let latches = NamedLatches()
        let fixture = try await PipelineFixture([WaitingStage(latches: latches)])
        try await fixture.run {
            let id = try await fixture.accept([event("one", latch: "file")])[0]
            try await fixture.settle("it waits") { latches.waiting == ["file"] }
            #expect(try await fixture.store.trace(of: id) == nil, "nothing is told before it is committed")
            fixture.clock.advance(by: .seconds(42))
            latches.open("file")
            #expect(try await steps(fixture, id) == ["test-0 next", "deliver next +1"])
            let run = try #require(try await fixture.store.trace(of: id)?.runs.first)
            #expect(run.pipelines[0].steps[0].waited == .seconds(42))
            #expect(run.pipelines[0].steps[1].waited == nil)
            #expect(run.generation == ConfigurationGenerationID(number: 7, hash: "abc"))
        }
    }

    @Test func aReplayAddsARun() async throws {
        let latches = NamedLatches()
        latches.open("failing")
        let fixture = try await PipelineFixture([WaitingStage(latches: latches)])
        try await fixture.run {
            let id = try await fixture.accept([event("one", latch: "failing")])[0]
            #expect(try await steps(fixture, id) == ["test-0 failed: no luck, dead_letter"])
            let filter = DeliveryFilter(states: [.dead])
            #expect(try await fixture.store.replayDeadLetters(filter, at: fixture.clock.now) == 1)
            fixture.service.rescan()
            #expect(try await steps(fixture, id, run: 1) == ["test-0 failed: no luck, dead_letter"])
            #expect(try await steps(fixture, id, run: 0) == ["test-0 failed: no luck, dead_letter"])
        }
    }

    @Test func aTapSeesTheEventBeforeAndAfterAStage() async throws {
        let taps = TapRegistry()
        let fixture = try await fixture("- mark: a\n- filter: { drop: .payload.text == \"drop me\" }", taps: taps)
        try await fixture.run {
            let tap = try taps.open(TapFilter(points: Set(TapEvent.Point.allCases)))
            try await fixture.accept([event("drop me")])
            var seen: [TapEvent] = []
            while seen.last?.point != .dropped { seen += await tap.next().tapEvents }
            let told = seen.map { "\($0.point) \($0.stage ?? "-") \($0.marks)" }
            #expect(told == ["accepted - -", "before mark -", "after mark a", "before filter a", "dropped filter a"])
            #expect(seen.last?.reason?.isEmpty == false)
            #expect(seen[2].duration != nil)
        }
    }
}

extension TapEvent {
    fileprivate var marks: String {
        guard case .event(let event, _) = subject else { return "?" }
        return event.payload["marks"]?.string ?? "-"
    }
}

extension EventTrace.Step {
    fileprivate var words: String {
        let told =
            switch outcome {
            case .next: "next"
            case .skipped: "skipped"
            case .took(let label): "took \(label ?? "nothing")"
            case .dropped(let reason): "dropped: \(reason)"
            case .failed(let message, let reason, let then):
                "failed: \(message)\(reason.map { " (\($0))" } ?? ""), \(then)"
            case .split(let count): "split \(count)"
            case .part(let number): "part \(number)"
            case .recovered: "recovered"
            }
        return "\(stage) \(told)" + (deliveries > 0 ? " +\(deliveries)" : "")
    }
}
