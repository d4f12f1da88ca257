internal import Logging
internal import RelayCore

/// The run of an event through all pipelines that take it, one after the other.
struct EventRun: Sendable {
    let event: Event
    private let pipelines: [Pipeline]
    private var index = 0
    private(set) var result: EventProcessingResult
    /// What it waits for; nil: it can continue, or is done.
    private(set) var suspension: Pipeline.Suspension?
    private var recorder: EventTraceRecorder

    /// Called with `PIPELINE/STAGE` before each stage; nil: not called.
    var onStep: (@Sendable (String) -> Void)? {
        get { recorder.onStep }
        set { recorder.onStep = newValue }
    }

    /// - Parameter moment: now.
    init(_ event: Event, pipelines: [Pipeline], taps: TapRegistry, at moment: Timestamp) {
        self.event = event
        recorder = EventTraceRecorder(
            pipelines.first?.generation ?? ConfigurationGenerationID(), taps: taps, at: moment)
        recorder.accept(event, at: moment)
        self.pipelines = pipelines.filter { pipeline in
            pipeline.takes(from: event.source) && (event.rerun?.pipeline ?? pipeline.name) == pipeline.name
        }
        result = EventProcessingResult(event: event.id, run: event.rerun?.number ?? 0)
        if let change = SessionChange(of: event) { result.records.append(.session(change)) }
    }

    /// Runs until it is done or waits. When it waits, ``suspension`` says for what.
    mutating func run(in context: StageContext, directory: DirectoryCache, logger: Logger) {
        while index < pipelines.count {
            take(pipelines[index].run(event, in: context, &recorder), directory, logger)
            if suspension != nil { return }
        }
        result.trace = recorder.trace
    }

    /// Continues when what it waits for is there.
    mutating func resume(
        with change: Result<DeferredStageWork.Change, StageError>,
        in context: StageContext,
        directory: DirectoryCache,
        logger: Logger
    ) {
        guard let suspension else { return }
        self.suspension = nil
        take(pipelines[index].resume(suspension, with: change, in: context, &recorder), directory, logger)
        if self.suspension == nil { run(in: context, directory: directory, logger: logger) }
    }

    private mutating func take(_ run: Pipeline.RunResult, _ directory: DirectoryCache, _ logger: Logger) {
        switch run {
        case .waiting(let suspension):
            self.suspension = suspension
        case .ended(let draft, let end):
            let records = event.rerun == nil ? draft.records : directory.additions(in: draft.records)
            result.records += directory.learn(records)
            if let wanted = event.rerun?.destinations, !wanted.isEmpty {
                result.deliveries += draft.deliveries.filter { wanted.contains($0.destination) }
            } else {
                result.deliveries += draft.deliveries
            }
            result.lateMedia = result.lateMedia ?? draft.lateMedia
            switch end {
            case .completed: break
            case .dropped(let stage, let reason):
                result.drops.append(PipelineTermination(pipeline: pipelines[index].name, stage: stage, reason: reason))
            case .failed(let stage, let message): keep(stage, message, logger)
            }
            index += 1
        }
    }

    /// Makes the event a dead letter of each of its pipelines without running it: two processes in succession died
    /// while it ran alone.
    /// - Parameter stage: where it was then, as `PIPELINE/STAGE`; empty when it is not known.
    mutating func setAside(stage: String, _ logger: Logger) {
        let place = stage.isEmpty ? "this event" : "this event, at \(stage),"
        let message = "The relay's process ended twice in succession while \(place) was all that ran."
        for pipeline in pipelines {
            recorder.begin(pipeline.name)
            recorder.note("", .failed(message: message, reason: DeadLetterReason.crashed.rawValue, then: "dead_letter"))
            logger.error(
                "The process ended twice in succession while an event ran alone; the event is a dead letter",
                metadata: ["pipeline": "\(pipeline.name)", "stage": "\(stage)", "event": "\(event.id)"]
            )
            let letter = PlannedDelivery(
                of: event, to: .pipeline(pipeline.name), lane: nil, pipeline: pipeline.name, signing: nil)
            result.failures.append(StageDeadLetter(stage: "", message: message, reason: .crashed, delivery: letter))
        }
        result.trace = recorder.trace
    }

    /// Makes the failed event a dead letter of its pipeline.
    private mutating func keep(_ stage: String, _ message: String, _ logger: Logger) {
        let pipeline = pipelines[index].name
        logger.warning(
            "A stage failed; the event is a dead letter",
            metadata: ["pipeline": "\(pipeline)", "stage": "\(stage)", "event": "\(event.id)", "error": "\(message)"]
        )
        let letter = PlannedDelivery(of: event, to: .pipeline(pipeline), lane: nil, pipeline: pipeline, signing: nil)
        result.failures.append(StageDeadLetter(stage: stage, message: message, delivery: letter))
    }
}
