internal import Logging
internal import RelayCore

/// The events that ``PipelineService`` runs before its next commit, and what they run with.
struct PipelineBatch {
    let pipelines: [Pipeline]
    let context: StageContext
    let directory: DirectoryCache
    let logger: Logger
    private let marker: EventRunMarkerFile?
    /// What an earlier process left. Empty as a rule.
    private let earlier: EventRunMarker
    private var underWay: [EventID] = []

    private(set) var results: [EventProcessingResult] = []

    init(
        pipelines: [Pipeline], context: StageContext, directory: DirectoryCache, logger: Logger,
        marker: EventRunMarkerFile?
    ) {
        self.pipelines = pipelines
        self.context = context
        self.directory = directory
        self.logger = logger
        self.marker = marker
        earlier = marker?.marker ?? EventRunMarker()
    }

    /// The events are about to run.
    mutating func begin(_ events: some Collection<EventID>) {
        guard let marker, !events.isEmpty else { return }
        underWay += events
        let underWay = underWay
        marker.change { $0.begin(underWay) }
    }

    /// Runs an event from the first stage. Returns the run when a stage waits.
    mutating func run(_ event: Event, taps: TapRegistry) -> EventRun? {
        var run = EventRun(event, pipelines: pipelines, taps: taps, at: context.clock.now)
        if let stage = earlier.crashed[event.id] {
            run.setAside(stage: stage, logger)
            results.append(run.result)
            return nil
        }
        return finish(&run) { run, batch in run.run(in: batch.context, directory: batch.directory, logger: batch.logger)
        }
    }

    /// Continues a run that waited. Returns the run when a stage waits again.
    mutating func resume(_ run: EventRun, with change: Result<DeferredStageWork.Change, StageError>) -> EventRun? {
        var run = run
        return finish(&run) { run, batch in
            run.resume(with: change, in: batch.context, directory: batch.directory, logger: batch.logger)
        }
    }

    private mutating func finish(_ run: inout EventRun, _ body: (inout EventRun, PipelineBatch) -> Void) -> EventRun? {
        if let marker, earlier.suspects.contains(run.event.id) {
            // A process died with this event, and perhaps of it.
            let event = run.event.id
            marker.change { $0.beginAlone(event) }
            run.onStep = { stage in marker.change { $0.enter(stage) } }
            body(&run, self)
            run.onStep = nil
            let isDone = run.suspension == nil
            let underWay = underWay
            marker.change {
                $0.endAlone(isDone: isDone)
                $0.begin(underWay)
            }
        } else {
            body(&run, self)
        }
        guard run.suspension == nil else { return run }
        results.append(run.result)
        return nil
    }

    /// The results are stored.
    /// - Parameter isPending: whether an event is still to be run.
    func end(isPending: (EventID) -> Bool) {
        guard let marker, !underWay.isEmpty || earlier.isSuspicious else { return }
        marker.change { marker in
            marker.end(results.lazy.map(\.event))
            if marker.isSuspicious { marker.forget(unless: isPending) }
        }
    }
}
