internal import Glibc
internal import RelayConfig
internal import RelayCore

/// Records what happens to an event in its pipelines, and sends it to the open taps.
///
/// A step costs one reading of the clock and a few bytes. While no tap is open the rest costs nothing.
struct EventTraceRecorder: Sendable {
    private var writer: EventTraceEncoder
    private let taps: TapRegistry?
    /// Whether a tap was open when the run began or last continued.
    private var isTapped = false
    private var pipeline = ""
    /// When the current step began or continued, in nanoseconds.
    private var mark: UInt64 = 0
    /// What the current step took before it waited, in nanoseconds.
    private var spent: UInt64 = 0
    private var waitsSince: Timestamp?
    private var waited: Duration?
    /// Which of the events of a split runs now; from 1.
    private var part = 1
    private var lastSplit: String?
    /// Called with `PIPELINE/STAGE` before each stage, and before the rest of one that waited.
    var onStep: (@Sendable (String) -> Void)?

    /// - Parameter taps: nil: there are none.
    init(
        _ generation: ConfigurationGenerationID = ConfigurationGenerationID(), taps: TapRegistry? = nil,
        at moment: Timestamp
    ) {
        writer = EventTraceEncoder(generation, at: moment)
        self.taps = taps
    }

    var trace: EventTrace { writer.trace }

    /// The pipelines begin with the event.
    func accept(_ event: Event, at moment: Timestamp) {
        guard let taps, taps.isOpen else { return }
        taps.show(TapEvent(.accepted, at: moment, .event(event, body: nil)))
    }

    mutating func begin(_ pipeline: String) {
        self.pipeline = pipeline
        part = 1
        writer.begin(pipeline)
        goOn()
    }

    mutating func resume(at moment: Timestamp) {
        if let waitsSince { waited = (waited ?? .zero) + max(.zero, moment - waitsSince) }
        waitsSince = nil
        goOn()
    }

    private mutating func goOn() {
        isTapped = taps?.isOpen ?? false
        mark = Self.now
    }

    func enter(_ step: PipelineProgram.SharedStep, _ draft: PipelineEvent, at clock: any RelayClock) {
        onStep?("\(pipeline)/\(step.id)")
        if isTapped { show(.before, step, draft, at: clock) }
    }

    /// The rest of a stage that waited begins.
    func reenter(_ step: PipelineProgram.SharedStep) { onStep?("\(pipeline)/\(step.id)") }

    /// A stage has its outcome. For one that waits this is called again at the end.
    mutating func leave(
        _ step: PipelineProgram.SharedStep,
        _ before: PipelineEvent,
        _ draft: PipelineEvent,
        _ outcome: StageOutcome,
        at clock: any RelayClock
    ) {
        let traced: EventTrace.StepOutcome
        switch outcome {
        case .next: traced = .next
        case .drop(let reason): traced = .dropped(reason: reason)
        case .split(let events) where events.isEmpty: traced = .dropped(reason: "it made no event")
        case .split(let events):
            traced = .split(events.count)
            lastSplit = step.id
        case .wait:
            waitsSince = clock.now
            spent += Self.now &- mark
            return
        }
        let took = lap()
        let planned = draft.deliveries.count - before.deliveries.count
        writer.step(
            step.id, traced, nanoseconds: took, waited: waited, deliveries: planned,
            rejections: draft.rejections.dropFirst(before.rejections.count))
        if isTapped {
            if case .dropped(let reason) = traced {
                show(.dropped, step, draft, took: took, reason: reason, at: clock)
            } else {
                show(.after, step, draft, took: took, at: clock)
            }
        }
        waited = nil
    }

    mutating func fail(
        _ step: PipelineProgram.SharedStep, _ draft: PipelineEvent, _ error: StageError, at clock: any RelayClock
    ) {
        let took = lap()
        let outcome = EventTrace.StepOutcome.failed(
            message: error.message, reason: error.reason, then: step.onError.rawValue)
        writer.step(step.id, outcome, nanoseconds: took, waited: waited)
        if isTapped { show(.failed, step, draft, took: took, reason: error.message, at: clock) }
        waited = nil
    }

    /// Records something that is not the outcome of a stage.
    mutating func note(_ stage: String, _ outcome: EventTrace.StepOutcome) {
        writer.step(stage, outcome, nanoseconds: lap())
    }

    /// The next event of a split runs.
    mutating func nextPart() {
        part += 1
        note(lastSplit ?? "", .part(part))
    }

    /// Nanoseconds since the last call, without the time that was waited.
    private mutating func lap() -> UInt64 {
        let now = Self.now
        defer {
            mark = now
            spent = 0
        }
        return spent + (now &- mark)
    }

    private func show(
        _ point: TapEvent.Point,
        _ step: PipelineProgram.SharedStep,
        _ draft: PipelineEvent,
        took: UInt64? = nil,
        reason: String? = nil,
        at clock: any RelayClock
    ) {
        taps?.show(
            TapEvent(
                point,
                at: clock.now,
                pipeline: pipeline,
                stage: step.id,
                duration: took.map { .nanoseconds(Int64(clamping: $0)) },
                waited: waited,
                reason: reason,
                .event(draft.event, body: draft.body)
            )
        )
    }

    private static var now: UInt64 { nanoseconds() }
}

/// The monotonic clock. `ContinuousClock` takes twice as long, and the clock is read at every step.
private func nanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
