import RelayCore
import Testing

struct EventTraceTests {
    private static let mark = ConfigurationGenerationID(number: 3, hash: "9f3a21c04b77de10")
    private static let moment = Timestamp(milliseconds: 1_795_478_876_123)

    @Test func everyOutcomeIsReadAsItWasWritten() throws {
        let outcomes: [EventTrace.StepOutcome] = [
            .next, .skipped, .took(".payload.isGroup"), .took("default"), .took(nil), .dropped(reason: "não"),
            .failed(message: "404", reason: "not_found", then: "raw_media"),
            .failed(message: "no luck", reason: nil, then: "stages"), .split(3), .part(2), .recovered,
        ]
        var writer = EventTraceEncoder(Self.mark, at: Self.moment)
        writer.begin("default")
        for outcome in outcomes { writer.step("stage", outcome, nanoseconds: 1_234_567) }
        writer.begin("audit")
        writer.step("media", .next, nanoseconds: 900, waited: .milliseconds(86_400_000), deliveries: 300)

        let run = try #require(writer.trace.runs.first)
        #expect(run.generation == Self.mark)
        #expect(run.beganAt == Self.moment)
        #expect(run.pipelines.map(\.pipeline) == ["default", "audit"])
        #expect(run.pipelines[0].steps.map(\.outcome) == outcomes)
        #expect(run.pipelines[0].steps[0].duration == .microseconds(1234))
        let step = try #require(run.pipelines[1].steps.first)
        #expect(step.stage == "media")
        #expect(step.duration == .zero)
        #expect(step.waited == .seconds(86_400))
        #expect(step.deliveries == 300)
    }

    @Test func destinationsThatDoNotGetTheEventAreTold() throws {
        let all = (0..<20).map { EventTrace.Rejection(destination: "wh_\($0)", reason: "events: the event is a.b") }
        var writer = EventTraceEncoder(Self.mark, at: Self.moment)
        writer.begin("default")
        writer.step("persist", .next)
        writer.step("deliver", .next, deliveries: 1, rejections: all[..<2])
        writer.step("deliver-2", .next, rejections: all[...])
        writer.step("drop", .dropped(reason: "no"))
        let steps = try #require(writer.trace.runs.first?.pipelines.first?.steps)
        #expect(steps.map(\.rejectionCount) == [0, 2, 20, 0])
        #expect(steps.map(\.rejections) == [[], Array(all[..<2]), Array(all[..<8]), []])
        #expect(steps[1].deliveries == 1)
        #expect(steps[3].outcome == .dropped(reason: "no"))
    }

    /// Recorded before there were rejections.
    @Test func oldTracesAreRead() throws {
        let bytes: [UInt8] = [
            1, 3, 2, 0x61, 0x62, 5, 2, 7, 0x64, 0x65, 0x66, 0x61, 0x75, 0x6C, 0x74, 0xA0, 7, 0x64, 0x65, 0x6C, 0x69,
            0x76, 0x65, 0x72, 9, 2,
        ]
        let run = try #require(EventTrace(bytes: bytes).runs.first)
        #expect(run.generation == ConfigurationGenerationID(number: 3, hash: "ab"))
        let step = EventTrace.Step(
            stage: "deliver", outcome: .next, duration: .microseconds(9), waited: nil, deliveries: 2)
        #expect(run.pipelines == [EventTrace.PipelineRun(pipeline: "default", steps: [step])])
    }

    @Test func aRunOfTenStagesIsSmall() {
        var writer = EventTraceEncoder(Self.mark, at: Self.moment)
        writer.begin("default")
        for _ in 0..<10 { writer.step("persist", .next, nanoseconds: 12_000) }
        #expect(writer.trace.bytes.count < 160)
    }

    @Test func laterRunsFollowEarlierOnesUntilItIsTooMuch() {
        var writer = EventTraceEncoder(Self.mark, at: Self.moment)
        writer.begin("default")
        for _ in 0..<100 { writer.step("a stage with a name", .next) }
        var trace = writer.trace
        trace.append(writer.trace)
        #expect(trace.runs.count == 2)
        for _ in 0..<100 { trace.append(writer.trace) }
        #expect(trace.bytes.count <= 32 << 10)
        #expect(trace.runs.last?.pipelines.first?.steps.count == 100)
    }

    @Test func whatIsTooMuchIsCountedAndFailuresGoOnBeingTold() throws {
        var writer = EventTraceEncoder(Self.mark, at: Self.moment)
        writer.begin("default")
        for _ in 0..<10_000 { writer.step("filter", .next) }
        writer.step("media", .failed(message: String(repeating: "ã", count: 5000), reason: nil, then: "continue"))
        let pipelineRun = try #require(writer.trace.runs.first?.pipelines.first)
        #expect(pipelineRun.steps.count + pipelineRun.omitted == 10_001)
        #expect(writer.trace.bytes.count < 20 << 10)
        guard case .failed(let message, nil, "continue") = try #require(pipelineRun.steps.last).outcome else {
            Issue.record("the failure is not there")
            return
        }
        #expect(message.utf8.count < 500)
        #expect(message.allSatisfy { $0 == "ã" }, "it is cut between characters")
    }

    @Test func damagedBytesNeverStopAReader() {
        var writer = EventTraceEncoder(Self.mark, at: Self.moment)
        writer.begin("default")
        writer.step(
            "persist", .dropped(reason: "no"), nanoseconds: 5000, waited: .seconds(1), deliveries: 2,
            rejections: [EventTrace.Rejection(destination: "crm", reason: "events")])
        let bytes = writer.trace.bytes
        for end in bytes.indices { #expect(EventTrace(bytes: Array(bytes[..<end])).runs.count <= 1) }
        for place in bytes.indices {
            for value in [UInt8(0), 0x7F, 0x80, 0xFF] {
                var damaged = bytes
                damaged[place] = value
                #expect(EventTrace(bytes: damaged).runs.count <= 2)
            }
        }
        #expect(EventTrace(bytes: bytes + [0x1F, 1, 2]).runs.first?.pipelines.first?.steps.count == 1)
    }
}
