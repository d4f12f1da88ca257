internal import Glibc
internal import RelayConfig
internal import RelayCore

/// Writes down what happens to an event in its pipelines, and shows it to those who tap.
///
/// A step costs one look at the clock and a few bytes; showing it costs nothing while nobody looks.
struct TraceRecorder: Sendable {
    private var writer: TraceWriter
    private let taps: TapRegistry?
    /// Whether somebody looks, as of the beginning or the last wait.
    private var isTapped = false
    private var pipeline = ""
    /// When the step at hand began, or the run went on with it; in nanoseconds.
    private var mark: UInt64 = 0
    /// What the step at hand took before it waited.
    private var spent: UInt64 = 0
    private var waitsSince: Timestamp?
    private var waited: Duration?
    /// Which of the events that took one's place is on its way.
    private var part = 1
    private var lastSplit: String?

    /// - Parameter taps: nil: nobody can look.
    init(_ generation: GenerationIdentifier = GenerationIdentifier(), taps: TapRegistry? = nil, at moment: Timestamp) {
        writer = TraceWriter(generation, at: moment)
        self.taps = taps
    }

    var trace: EventTrace { writer.trace }

    /// The pipelines take the event on.
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

    func enter(_ step: PipelineStep, _ draft: EventDraft, at clock: any RelayClock) {
        if isTapped { show(.before, step, draft, at: clock) }
    }

    /// A stage came to its outcome; of one that waits, later.
    mutating func leave(
        _ step: PipelineStep,
        _ before: EventDraft,
        _ draft: EventDraft,
        _ outcome: StageOutcome,
        at clock: any RelayClock
    ) {
        let traced: EventTrace.Outcome
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
        writer.step(step.id, traced, nanoseconds: took, waited: waited, deliveries: planned)
        if isTapped {
            if case .dropped(let reason) = traced {
                show(.dropped, step, draft, took: took, reason: reason, at: clock)
            } else {
                show(.after, step, draft, took: took, at: clock)
            }
        }
        waited = nil
    }

    mutating func fail(_ step: PipelineStep, _ draft: EventDraft, _ error: StageError, at clock: any RelayClock) {
        let took = lap()
        let outcome = EventTrace.Outcome.failed(
            message: error.message, reason: error.reason, then: step.onError.rawValue)
        writer.step(step.id, outcome, nanoseconds: took, waited: waited)
        if isTapped { show(.failed, step, draft, took: took, reason: error.message, at: clock) }
        waited = nil
    }

    /// Something that is no stage's outcome.
    mutating func note(_ stage: String, _ outcome: EventTrace.Outcome) {
        writer.step(stage, outcome, nanoseconds: lap())
    }

    /// The next of the events that took one's place is on its way.
    mutating func nextPart() {
        part += 1
        note(lastSplit ?? "", .part(part))
    }

    /// Nanoseconds since the last one, but for what was waited.
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
        _ step: PipelineStep,
        _ draft: EventDraft,
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

/// The monotonic clock's; `ContinuousClock` takes twice as long, and is asked for every step.
private func nanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
