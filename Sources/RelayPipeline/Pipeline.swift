package import RelayConfig
package import RelayCore
internal import RelayJQ
internal import RelayJSON

/// A pipeline: its steps in their order, run on one event at a time. Pure.
package struct Pipeline: Sendable {
    /// How a run ended.
    package enum End: Sendable, Equatable {
        /// Every step was run; of several events that took one's place, at least for one.
        case completed
        case dropped(by: String, reason: String)
        /// A step failed, and its `on_error` is `dead_letter`.
        case failed(at: String, message: String)
    }

    /// How far a run has come.
    package enum Run: Sendable {
        case ended(EventDraft, End)
        /// A step waits for something; ``Pipeline/resume(_:with:in:)`` goes on when it is there.
        case waiting(Suspension)
    }

    /// A run that waits.
    package struct Suspension: Sendable {
        package let work: StageWork
        /// How long the step may take; nil: as long as the work does.
        package let timeout: Duration?
        /// The course as the step left it, and the draft as it was before the step.
        fileprivate let course: RunState
        fileprivate let before: EventDraft
    }

    package let definition: PipelineDefinition
    /// Of the configuration that it stands in.
    package let generation: GenerationIdentifier
    private let sources: Set<String>

    package init(_ definition: PipelineDefinition, generation: GenerationIdentifier = GenerationIdentifier()) {
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

    package func run(_ event: Event, in context: StageContext) -> Run {
        var journey = TraceRecorder(at: context.clock.now)
        return run(event, in: context, &journey)
    }

    /// Goes on with a run whose work is done, or whose step took too long.
    package func resume(
        _ suspension: Suspension,
        with change: Result<StageWork.Change, StageError>,
        in context: StageContext
    ) -> Run {
        var journey = TraceRecorder(at: context.clock.now)
        return resume(suspension, with: change, in: context, &journey)
    }

    /// - Parameter journey: is told what happens.
    func run(_ event: Event, in context: StageContext, _ journey: inout TraceRecorder) -> Run {
        var course = RunState(EventDraft(event: event, pipeline: name))
        journey.begin(name)
        return run(&course, in: context, &journey)
    }

    func resume(
        _ suspension: Suspension,
        with change: Result<StageWork.Change, StageError>,
        in context: StageContext,
        _ journey: inout TraceRecorder
    ) -> Run {
        var course = suspension.course
        journey.resume(at: context.clock.now)
        guard case .run(let step, let recovery) = definition.program.instructions[course.place] else {
            return run(&course, in: context, &journey)
        }
        let result = take(step, recovery, from: suspension.before, &course, in: context, &journey) {
            draft throws(StageError) in
            try change.get()(&draft, context)
        }
        return result ?? run(&course, in: context, &journey)
    }

    private func run(_ course: inout RunState, in context: StageContext, _ journey: inout TraceRecorder) -> Run {
        let program = definition.program
        while true {
            guard program.instructions.indices.contains(course.place) else {
                if let run = end(.completed, &course, &journey) { return run }
                continue
            }
            let result: Run?
            switch program.instructions[course.place] {
            case .run(let step, let recovery):
                journey.enter(step, course.draft, at: context.clock)
                result = take(step, recovery, from: course.draft, &course, in: context, &journey) {
                    draft throws(StageError) in
                    try step.stage.run(&draft, in: context)
                }
            case .test(let condition, let step, let otherwise, let recovery):
                result = test(condition, of: step, otherwise, recovery, &course, in: context, &journey)
            case .took(let label, let step):
                journey.note(step.id, .took(label))
                course.place += 1
                result = nil
            case .jump(let label):
                course.place = program.place(of: label)
                result = nil
            case .recovered:
                journey.note(course.draft.failures.removeLast().stage, .recovered)
                course.place += 1
                result = nil
            }
            if let result { return result }
        }
    }

    private func test(
        _ condition: PipelineProgram.BranchCondition,
        of step: PipelineStep,
        _ otherwise: PipelineProgram.Label,
        _ recovery: PipelineProgram.Label,
        _ course: inout RunState,
        in context: StageContext,
        _ journey: inout TraceRecorder
    ) -> Run? {
        do {
            let isTrue = try condition.expression.isTrue(course.draft.view)
            if !isTrue, condition.option == "when" { journey.note(step.id, .skipped) }
            course.place = isTrue ? course.place + 1 : definition.program.place(of: otherwise)
            return nil
        } catch {
            let failure = StageError("The `\(condition.option)` expression failed: \(error)")
            return recover(step, recovery, from: failure, &course, in: context, &journey)
        }
    }

    /// Runs a stage, or what is left of it, and moves on. Nil unless the run ends or waits now.
    private func take(
        _ step: PipelineStep,
        _ recovery: PipelineProgram.Label,
        from before: EventDraft,
        _ course: inout RunState,
        in context: StageContext,
        _ journey: inout TraceRecorder,
        _ body: (inout EventDraft) throws(StageError) -> StageOutcome
    ) -> Run? {
        do {
            let outcome = try body(&course.draft)
            journey.leave(step, before, course.draft, outcome, at: context.clock)
            switch outcome {
            case .next: course.place += 1
            case .drop(let reason): return end(.dropped(by: step.id, reason: reason), &course, &journey)
            case .split(let events):
                guard course.split(into: events) else {
                    return end(.dropped(by: step.id, reason: "it made no event"), &course, &journey)
                }
            case .wait(let work):
                return .waiting(Suspension(work: work, timeout: step.timeout, course: course, before: before))
            }
            return nil
        } catch {
            course.draft = before
            return recover(step, recovery, from: error, &course, in: context, &journey)
        }
    }

    /// Does what a step's `on_error` says.
    private func recover(
        _ step: PipelineStep,
        _ recovery: PipelineProgram.Label,
        from error: StageError,
        _ course: inout RunState,
        in context: StageContext,
        _ journey: inout TraceRecorder
    ) -> Run? {
        journey.fail(step, course.draft, error, at: context.clock)
        switch step.onError {
        case .continue: break
        case .rawMedia: course.draft.event.payload["raw_media"]?["error"] = error.json
        case .stages: course.draft.failures.append(EventDraft.Failure(of: step.id, error))
        case .drop: return end(.dropped(by: step.id, reason: error.message), &course, &journey)
        case .deadLetter: return .ended(course.draft, .failed(at: step.id, message: error.message))
        }
        course.place = definition.program.place(of: recovery)
        return nil
    }

    /// Ends the way of the event at hand. Nil when another one that took an event's place is next.
    private func end(_ end: End, _ course: inout RunState, _ journey: inout TraceRecorder) -> Run? {
        let run = course.end(end)
        if run == nil { journey.nextPart() }
        return run
    }
}

extension StageError {
    /// As receivers see it beside the reference that they get instead of the file.
    fileprivate var json: JSON {
        ["reason": .string(reason ?? "failed"), "message": .string(message)]
    }
}
