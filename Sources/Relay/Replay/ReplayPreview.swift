internal import RelayAPI
internal import RelayCore
internal import RelayJSON
internal import RelayPipeline

/// Runs stored events through pipelines to determine the result of a replay. Nothing is stored, downloaded or looked
/// up.
struct ReplayPreview {
    let selection: ReplaySelection
    let pipelines: [Pipeline]
    let routes: any DeliveryTargetResolver
    /// Names as the store has them; of the trial's own, so that what it learns stays in it.
    let directory: DirectoryCache
    let clock: any RelayClock
    let maxExamples: Int
    private(set) var result = ReplayPreviewResult()

    init(
        _ selection: ReplaySelection,
        pipelines: [Pipeline],
        routes: any DeliveryTargetResolver,
        directory: DirectoryCache,
        clock: any RelayClock,
        maxExamples: Int
    ) {
        self.selection = selection
        self.pipelines = pipelines.filter { (selection.pipeline ?? $0.name) == $0.name }
        self.routes = routes
        self.directory = directory
        self.clock = clock
        self.maxExamples = maxExamples
    }

    mutating func run(_ event: Event) {
        result.events += 1
        let taking = pipelines.filter { $0.takes(from: event.source) }
        if taking.isEmpty { result.untaken += 1 }
        let event = directory.identified(event)
        let context = StageContext(directory: directory, routes: routes, clock: clock)
        for pipeline in taking {
            switch pipeline.run(event, in: context) {
            case .ended(let draft, let end): note(draft, end, of: event, by: pipeline.name)
            case .waiting: note(&result.failures, pipeline.name, "?", "It waits for what a dry run does not have.")
            }
        }
    }

    private mutating func note(_ draft: PipelineEvent, _ end: Pipeline.End, of event: Event, by pipeline: String) {
        switch end {
        case .completed: break
        case .dropped(let stage, let reason): note(&result.drops, pipeline, stage, reason)
        case .failed(let stage, let message): note(&result.failures, pipeline, stage, message)
        }
        let wanted = selection.destinations
        for planned in draft.deliveries where wanted.isEmpty || wanted.contains(planned.destination) {
            result.deliveries[planned.destination, default: 0] += 1
            guard result.examples.count < maxExamples else { continue }
            // The store assigns the id.
            let body = planned.body(for: DeliveryID(0))
            result.examples.append(
                .init(
                    event: event.id,
                    pipeline: pipeline,
                    destination: planned.destination,
                    body: (try? JSON(parsing: body)) ?? .string(String(decoding: body, as: UTF8.self))
                )
            )
        }
    }

    private func note(
        _ counts: inout [PipelineTermination: Int],
        _ pipeline: String,
        _ stage: String,
        _ reason: String
    ) {
        // A message may contain a part of the event, so its length is limited.
        let known = counts.count < 100 ? String(reason.prefix(300)) : "other reasons"
        counts[.init(pipeline: pipeline, stage: stage, reason: known), default: 0] += 1
    }
}
