internal import RelayAPI
internal import RelayConfig
internal import RelayCore
internal import RelayPipeline

/// Checks, previews and starts replays.
struct LiveReplayControl: ReplayControl {
    let store: any RelayStore
    let registry: ActiveDestinationRegistry
    let destinations: any DestinationControl
    let directory: DirectoryCache
    let replays: ReplayService
    let current: CurrentConfiguration
    let clock: any RelayClock

    /// The maximum number of events in a dry run, which run while the caller waits.
    private static let maxTried = 500

    func problems(in selection: ReplaySelection) async throws(APIError) -> [APIError.FieldError] {
        var problems: [APIError.FieldError] = []
        let isFromStart = selection.from == .start
        let pipelines = registry.pipelines.map(\.name)
        if isFromStart, let name = selection.pipeline, !pipelines.contains(name) {
            problems.append(unknown(name, "/pipeline", "pipeline", among: pipelines))
        }
        guard !selection.destinations.isEmpty else { return problems }
        // A removed destination has past deliveries to replay, but no new deliveries can be planned for it.
        let keys = isFromStart ? registry.entries.keys.sorted() : try await destinations.destinations().map(\.key)
        for (index, key) in selection.destinations.enumerated() where !keys.contains(key) {
            problems.append(unknown(key.text, "/destinations/\(index)", "destination", among: keys.map(\.text)))
        }
        return problems
    }

    private func unknown(_ name: String, _ pointer: String, _ kind: String, among known: [String])
        -> APIError.FieldError
    {
        let shown = known.prefix(20).joined(separator: ", ") + (known.count > 20 ? " …" : "")
        let choice = known.isEmpty ? "there is none" : "there are \(shown)"
        return APIError.FieldError(pointer: pointer, "is “\(name.prefix(60))”, which is no \(kind); \(choice)")
    }

    func warnings(of selection: ReplaySelection, estimate: ReplayEstimate) -> [String] {
        var warnings: [String] = []
        if estimate.count == 0 { warnings.append("Nothing is selected.") }
        let kept = current.generation.configuration.store.retention.delivered
        if let since = selection.since, since < estimate.at - kept {
            let oldest = estimate.oldestEvent.map { "The oldest event of the journal is of \($0.iso8601)." }
            warnings.append(
                "What was delivered is kept for \(kept.written) (store.retention.delivered); before "
                    + "\((estimate.at - kept).iso8601) only events with dead letters are there. "
                    + (oldest ?? "The journal has no event.")
            )
        }
        if !estimate.deletedWebhooks.isEmpty {
            let ids = estimate.deletedWebhooks.keys.sorted()
            let shown = ids.prefix(5).map(\.text).joined(separator: ", ") + (ids.count > 5 ? " …" : "")
            warnings.append(
                "\(estimate.deletedWebhooks.values.reduce(0, +)) of the deliveries were for webhooks that have been "
                    + "deleted (\(shown)): they are skipped.")
        }
        let pipelines = registry.pipelines.filter { (selection.pipeline ?? $0.name) == $0.name }
        for (source, count) in estimate.sources.sorted(by: { $0.key < $1.key })
        where !pipelines.contains(where: { $0.takes(from: source) }) {
            let reads = pipelines.map { "\($0.name) reads \($0.definition.from.joined(separator: ", "))" }
            warnings.append(
                "\(count) of the events are of the source \"\(source)\", which no pipeline takes "
                    + "(\(reads.joined(separator: "; "))): nothing comes of them."
            )
        }
        return warnings
    }

    func preview(_ selection: ReplaySelection, examples: Int) async throws(APIError) -> ReplayPreviewResult {
        let directory = DirectoryCache()
        var replayPreview = ReplayPreview(
            selection,
            pipelines: registry.pipelines,
            routes: registry.routes,
            directory: directory,
            clock: clock,
            maxExamples: examples
        )
        do {
            let events = try await store.sampleEvents(selection, limit: Self.maxTried)
            try await directory.load(for: events, from: store)
            for event in events {
                replayPreview.run(event)
                await Task.yield()
            }
        } catch {
            throw APIError(error)
        }
        return replayPreview.result
    }

    func replaysChanged() async {
        // Names that the runs of a cancelled replay added to the cache are not stored.
        directory.forget()
        replays.wake()
    }
}
