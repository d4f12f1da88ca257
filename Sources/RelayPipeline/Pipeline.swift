public import RelayConfig
public import RelayCore
internal import RelayJQ

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

    public func run(_ event: Event, in context: StageContext) -> (draft: Draft, end: End) {
        var draft = Draft(event: event, pipeline: name)
        for step in definition.steps {
            let before = draft
            do {
                switch try step.run(&draft, in: context) {
                case .next: continue
                case .drop(let reason): return (draft, .dropped(by: step.id, reason: reason))
                }
            } catch {
                draft = before
                switch step.onError {
                case .continue, .rawMedia: continue
                case .drop: return (draft, .dropped(by: step.id, reason: error.message))
                case .deadLetter: return (draft, .failed(at: step.id, message: error.message))
                }
            }
        }
        return (draft, .completed)
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
