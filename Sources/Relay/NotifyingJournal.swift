internal import RelayCore
internal import RelayPipeline

/// A journal that wakes the pipelines after it has accepted events.
struct NotifyingJournal: Journal {
    let base: any Journal
    let pipelines: PipelineService

    func accept(_ events: [ParsedEvent], source: String, at moment: Timestamp) async throws(StoreError)
        -> [EventAcceptanceResult]
    {
        let accepted = try await base.accept(events, source: source, at: moment)
        pipelines.wake()
        return accepted
    }

    func pendingEvents(after id: EventID, limit: Int) async throws(StoreError) -> [Event] {
        try await base.pendingEvents(after: id, limit: limit)
    }

    func event(_ id: EventID) async throws(StoreError) -> Event? {
        try await base.event(id)
    }

    func commit(_ results: [EventProcessingResult], at moment: Timestamp) async throws(StoreError) {
        try await base.commit(results, at: moment)
    }
}
