package import RelayConfig
package import RelayCore
internal import RelayJQ
internal import RelayJSON

/// A pipeline: its steps in their order, run on one event at a time. Pure.
package struct Pipeline: Sendable {
    /// How a run ended.
    package enum End: Sendable, Equatable {
        /// Every step was run. After a split: for at least one of the events.
        case completed
        case dropped(by: String, reason: String)
        /// A step failed, and its `on_error` is `dead_letter`.
        case failed(at: String, message: String)
    }

    /// The state of a run when it returns.
    package enum RunResult: Sendable {
        case ended(PipelineEvent, End)
        /// A step waits for something; ``Pipeline/resume(_:with:in:)`` continues when it is there.
        case waiting(Suspension)
    }

    /// A run that waits.
    package struct Suspension: Sendable {
        package let work: DeferredStageWork
        /// How long the step may take; nil: no limit.
        package let timeout: Duration?
        /// The run as the step left it, and the draft as it was before the step.
        fileprivate let state: EventRunState
        fileprivate let before: PipelineEvent
    }

    package let definition: PipelineDefinition
    /// The generation of the configuration that defines it.
    package let generation: ConfigurationGenerationID
    private let sources: Set<String>

    package init(_ definition: PipelineDefinition, generation: ConfigurationGenerationID = ConfigurationGenerationID())
    {
        self.definition = definition
        self.generation = generation
        sources = Set(definition.from)
    }

    package var name: String { definition.name }

    /// Whether one of its stages, those inside others included, uses the directory.
    package var usesDirectory: Bool { definition.steps.contains { $0.stage.usesDirectory } }

    /// Whether it takes events of a source; a pipeline without `from` takes all.
    package func takes(from source: String) -> Bool {
        sources.isEmpty || sources.contains(source)
    }

    package func run(_ event: Event, in context: StageContext) -> RunResult {
        var recorder = EventTraceRecorder(at: context.clock.now)
        return run(event, in: context, &recorder)
    }

    /// Continues a run whose work is done, or whose step took too long.
    package func resume(
        _ suspension: Suspension,
        with change: Result<DeferredStageWork.Change, StageError>,
        in context: StageContext
    ) -> RunResult {
        var recorder = EventTraceRecorder(at: context.clock.now)
        return resume(suspension, with: change, in: context, &recorder)
    }

    /// - Parameter recorder: records what happens.
    func run(_ event: Event, in context: StageContext, _ recorder: inout EventTraceRecorder) -> RunResult {
        var state = EventRunState(PipelineEvent(event: event, pipeline: name))
        recorder.begin(name)
        return run(&state, in: context, &recorder)
    }

    func resume(
        _ suspension: Suspension,
        with change: Result<DeferredStageWork.Change, StageError>,
        in context: StageContext,
        _ recorder: inout EventTraceRecorder
    ) -> RunResult {
        var state = suspension.state
        recorder.resume(at: context.clock.now)
        guard case .run(let step, let recovery) = definition.program.instructions[state.nextInstruction] else {
            return run(&state, in: context, &recorder)
        }
        recorder.reenter(step)
        let result = take(step, recovery, from: suspension.before, &state, in: context, &recorder) {
            draft throws(StageError) in
            try change.get()(&draft, context)
        }
        return result ?? run(&state, in: context, &recorder)
    }

    private func run(_ state: inout EventRunState, in context: StageContext, _ recorder: inout EventTraceRecorder)
        -> RunResult
    {
        let program = definition.program
        while true {
            guard program.instructions.indices.contains(state.nextInstruction) else {
                if let run = end(.completed, &state, &recorder) { return run }
                continue
            }
            let result: RunResult?
            switch program.instructions[state.nextInstruction] {
            case .run(let step, let recovery):
                recorder.enter(step, state.draft, at: context.clock)
                result = take(step, recovery, from: state.draft, &state, in: context, &recorder) {
                    draft throws(StageError) in
                    try step.stage.run(&draft, in: context)
                }
            case .test(let condition, let step, let otherwise, let recovery):
                result = test(condition, of: step, otherwise, recovery, &state, in: context, &recorder)
            case .took(let label, let step):
                recorder.note(step.id, .took(label))
                state.nextInstruction += 1
                result = nil
            case .jump(let label):
                state.nextInstruction = program.index(of: label)
                result = nil
            case .recovered:
                recorder.note(state.draft.failures.removeLast().stage, .recovered)
                state.nextInstruction += 1
                result = nil
            }
            if let result { return result }
        }
    }

    private func test(
        _ condition: PipelineProgram.BranchCondition,
        of step: PipelineProgram.SharedStep,
        _ otherwise: PipelineProgram.Label,
        _ recovery: PipelineProgram.Label,
        _ state: inout EventRunState,
        in context: StageContext,
        _ recorder: inout EventTraceRecorder
    ) -> RunResult? {
        do {
            let isTrue = try condition.expression.isTrue(state.draft.view, in: context)
            if !isTrue, condition.option == "when" { recorder.note(step.id, .skipped) }
            state.nextInstruction = isTrue ? state.nextInstruction + 1 : definition.program.index(of: otherwise)
            return nil
        } catch {
            let failure = StageError("The `\(condition.option)` expression failed: \(error)")
            return recover(step, recovery, from: failure, &state, in: context, &recorder)
        }
    }

    /// Runs a stage, or the rest of one that waited, and moves to the next instruction. Nil unless the run ends or
    /// waits.
    private func take(
        _ step: PipelineProgram.SharedStep,
        _ recovery: PipelineProgram.Label,
        from before: PipelineEvent,
        _ state: inout EventRunState,
        in context: StageContext,
        _ recorder: inout EventTraceRecorder,
        _ body: (inout PipelineEvent) throws(StageError) -> StageOutcome
    ) -> RunResult? {
        do {
            let outcome = try body(&state.draft)
            recorder.leave(step, before, state.draft, outcome, at: context.clock)
            switch outcome {
            case .next: state.nextInstruction += 1
            case .drop(let reason): return end(.dropped(by: step.id, reason: reason), &state, &recorder)
            case .split(let events):
                guard state.split(into: events) else {
                    return end(.dropped(by: step.id, reason: "it made no event"), &state, &recorder)
                }
            case .wait(let work):
                return .waiting(Suspension(work: work, timeout: step.timeout, state: state, before: before))
            }
            return nil
        } catch {
            state.draft = before
            return recover(step, recovery, from: error, &state, in: context, &recorder)
        }
    }

    /// Does what a step's `on_error` says.
    private func recover(
        _ step: PipelineProgram.SharedStep,
        _ recovery: PipelineProgram.Label,
        from error: StageError,
        _ state: inout EventRunState,
        in context: StageContext,
        _ recorder: inout EventTraceRecorder
    ) -> RunResult? {
        recorder.fail(step, state.draft, error, at: context.clock)
        switch step.onError {
        case .continue: break
        case .rawMedia: state.draft.event.payload["raw_media"]?["error"] = error.json
        case .stages: state.draft.failures.append(PipelineEvent.StageFailure(of: step.id, error))
        case .drop: return end(.dropped(by: step.id, reason: error.message), &state, &recorder)
        case .deadLetter: return .ended(state.draft, .failed(at: step.id, message: error.message))
        }
        state.nextInstruction = definition.program.index(of: recovery)
        return nil
    }

    /// Ends the current event. Nil when another event of a split is next.
    private func end(_ end: End, _ state: inout EventRunState, _ recorder: inout EventTraceRecorder) -> RunResult? {
        let run = state.end(end)
        if run == nil { recorder.nextPart() }
        return run
    }
}

extension StageError {
    /// The `error` member beside the reference that receivers get instead of the file.
    fileprivate var json: JSON {
        ["reason": .string(reason ?? "failed"), "message": .string(message)]
    }
}
