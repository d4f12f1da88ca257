internal import RelayCore

extension StoreConformanceContext {
    private func trace(_ stage: String) -> EventTrace {
        var writer = EventTraceEncoder(ConfigurationGenerationID(number: 1, hash: "h"), at: now)
        writer.begin("default")
        writer.step(stage, .dropped(reason: "não \u{0} x"))
        return writer.trace
    }

    /// A trace is part of the commit: it is stored with it, once, and deleted with its event.
    func keepsTraces() async throws {
        let (first, second, bare) = (try await event(), try await event(), try await event())
        try expect(try await store.trace(of: first.id) == nil, "a trace before there is one")
        let failure = StageDeadLetter(stage: "media", message: "404", delivery: plan(first, to: "pipeline/default"))
        let failed = EventProcessingResult(event: first.id, failures: [failure], trace: trace("media"))
        try await store.commit([failed, failed], at: now)
        try await store.commit([EventProcessingResult(event: second.id, trace: trace("filter"))], at: now)
        try await store.commit([EventProcessingResult(event: bare.id)], at: now)
        try equal(try await store.trace(of: first.id), trace("media"), "once, as it was written")
        try equal(try await store.trace(of: second.id), trace("filter"))
        try expect(try await store.trace(of: bare.id) == nil, "a trace that nobody wrote")

        _ = try await store.replayDeadLetters(DeliveryFilter(destination: "pipeline/default"), at: now)
        clock.advance(by: .seconds(1))
        try await store.commit([EventProcessingResult(event: first.id, trace: trace("sign"))], at: now)
        let stages = try await store.trace(of: first.id)?.runs.map { $0.pipelines.first?.steps.first?.stage }
        try equal(stages ?? [], ["media", "sign"], "a run for each time")

        let run = try await reopened()
        try equal(try await run.store.trace(of: second.id)?.runs.count, 1)
        clock.advance(by: .seconds(100_000))
        while try await run.store.sweep(RetentionPeriods(), at: now, limit: 100) > 0 {}
        try expect(try await run.store.event(second.id) == nil, "the event is past its time")
        try expect(try await run.store.trace(of: second.id) == nil, "its trace goes with it")
        try await conformance.discard(run.store)
    }
}
