public import RelayConfig
public import RelayCore
internal import RelayJQ
internal import RelayJSON

/// A pipeline: its steps in their order, run on one event at a time. Pure.
public struct Pipeline: Sendable {
    /// How a run ended.
    public enum End: Sendable, Equatable {
        /// Every step was run.
        case completed
        case dropped(by: String, reason: String)
        /// A step failed, and its `on_error` is `dead_letter`.
        case failed(at: String, message: String)
    }

    /// How far a run has come.
    public enum Run: Sendable {
        case ended(Draft, End)
        /// A step waits for something; ``Pipeline/resume(_:with:in:)`` goes on when it is there.
        case waiting(Suspension)
    }

    /// A run that waits.
    public struct Suspension: Sendable {
        public let work: StageWork
        /// How long the step may take; nil: as long as the work does.
        public let timeout: Duration?
        fileprivate let step: Int
        /// The draft as the step left it, and as it was before the step.
        fileprivate let draft: Draft
        fileprivate let before: Draft
    }

    public let definition: PipelineDefinition
    private let sources: Set<String>

    public init(_ definition: PipelineDefinition) {
        self.definition = definition
        sources = Set(definition.from)
    }

    public var name: String { definition.name }

    /// What the steps look up.
    public var needs: StageNeeds {
        definition.steps.reduce(into: []) { $0.formUnion($1.stage.needs) }
    }

    /// Whether it takes events of a source; a pipeline without `from` takes all.
    public func takes(from source: String) -> Bool {
        sources.isEmpty || sources.contains(source)
    }

    public func run(_ event: Event, in context: StageContext) -> Run {
        run(Draft(event: event, pipeline: name), from: 0, in: context)
    }

    /// Goes on with a run whose work is done, or whose step took too long.
    public func resume(
        _ suspension: Suspension,
        with change: Result<StageWork.Change, StageError>,
        in context: StageContext
    ) -> Run {
        finish(suspension.step, suspension.draft, before: suspension.before, in: context) {
            draft throws(StageError) in
            try change.get()(&draft, context)
        }
    }

    private func run(_ draft: Draft, from first: Int, in context: StageContext) -> Run {
        guard definition.steps.indices.contains(first) else { return .ended(draft, .completed) }
        let step = definition.steps[first]
        return finish(first, draft, before: draft, in: context) { draft throws(StageError) in
            try step.run(&draft, in: context)
        }
    }

    /// Runs what is left of a step, and the steps after it.
    private func finish(
        _ index: Int,
        _ draft: Draft,
        before: Draft,
        in context: StageContext,
        _ body: (inout Draft) throws(StageError) -> StageOutcome
    ) -> Run {
        let step = definition.steps[index]
        var draft = draft
        do {
            switch try body(&draft) {
            case .next: break
            case .drop(let reason): return .ended(draft, .dropped(by: step.id, reason: reason))
            case .wait(let work):
                let timeout = step.timeout
                return .waiting(
                    Suspension(work: work, timeout: timeout, step: index, draft: draft, before: before))
            }
        } catch {
            draft = before
            switch step.onError {
            case .continue: break
            case .rawMedia: draft.event.payload["raw_media"]?["error"] = error.json
            case .drop: return .ended(draft, .dropped(by: step.id, reason: error.message))
            case .deadLetter: return .ended(draft, .failed(at: step.id, message: error.message))
            }
        }
        return run(draft, from: index + 1, in: context)
    }
}

extension Step {
    fileprivate func run(_ draft: inout Draft, in context: StageContext) throws(StageError) -> StageOutcome {
        if let when {
            do {
                guard try when.isTrue(draft.view) else { return .next }
            } catch {
                throw StageError("The `when` expression failed: \(error)")
            }
        }
        return try stage.run(&draft, in: context)
    }
}

extension StageError {
    /// As receivers see it beside the reference that they get instead of the file.
    fileprivate var json: JSON {
        ["reason": .string(reason ?? "failed"), "message": .string(message)]
    }
}
