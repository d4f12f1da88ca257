package import RelayCore
package import RelayJQ
package import RelayJSON

/// A stage of a pipeline with the options that apply to every stage.
package struct PipelineStep: Sendable {
    /// The action for an event whose stage fails.
    package enum OnError: String, Sendable, CaseIterable {
        /// The event becomes a dead letter of the pipeline.
        case deadLetter = "dead_letter"
        /// The pipeline continues with the event as it was before the stage.
        case `continue`
        /// The pipeline ends for the event, without a dead letter.
        case drop
        /// The event continues with its media reference unchanged; for `media` only.
        case rawMedia = "raw_media"
        /// The stages of ``PipelineStep/recovery`` run on the event as it was before the stage, and then the pipeline
        /// continues.
        case stages
    }

    /// A list of nested steps, and the condition on which they run.
    package struct Branch: Sendable {
        /// The condition; nil when the steps always run.
        package var condition: JQProgram?
        package var steps: [PipelineStep]
        /// A description of the matching events for display: the condition, or a word such as `default`; empty for all
        /// events.
        package var label: String
        /// The position of the condition in the file; nil when there is no condition.
        var conditionNode: ConfigNode?

        /// - Parameter label: defaults to the text of the condition.
        package init(when condition: JQProgram? = nil, steps: [PipelineStep], label: String? = nil) {
            self.condition = condition
            self.steps = steps
            self.label = label ?? condition?.source ?? ""
        }
    }

    package let kind: String
    /// The id, unique in the pipeline. By default the kind, then `kind-2` …; in a fragment, prefixed by the id of the
    /// `use` stage and a dot.
    package let id: String
    /// The condition of the stage: events for which it is not true skip the stage.
    package let when: JQProgram?
    /// The action on failure. Default ``OnError/deadLetter``, or the `on_error` of an enclosing step.
    package private(set) var onError: OnError
    /// The stages that run when the stage fails and ``onError`` is ``OnError/stages``.
    package private(set) var recovery: [PipelineStep]
    package let timeout: Duration?
    package let stage: any Stage
    /// The branches of the step. When there are any, the first branch whose condition is true runs instead of the
    /// stage.
    package private(set) var branches: [Branch]
    /// The value of the stage's key as written, with literal secrets masked; null when there is none.
    package let options: JSON

    /// The position of the step in the configuration; nil for a step that was not read from one.
    private(set) var source: Source?

    /// The YAML nodes of a step and its parts.
    struct Source: Sendable {
        /// The element of the list of stages, without its options.
        var element: ConfigNode
        /// The value of the stage's key, or the scalar of a stage without options.
        var node: ConfigNode
        var when: ConfigNode?
        /// The nodes of the options, by option name.
        var options: [String: ConfigNode]
    }

    /// Whether the step has no `on_error` of its own, so that it inherits the one of an enclosing step.
    private var mayInherit = false
    /// Whether ``recovery`` was inherited from an enclosing step.
    private var hasInherited = false

    package init(
        kind: String,
        id: String,
        when: JQProgram? = nil,
        onError: OnError = .deadLetter,
        recovery: [PipelineStep] = [],
        timeout: Duration? = nil,
        stage: any Stage,
        branches: [Branch] = [],
        options: JSON = .null
    ) {
        self.kind = kind
        self.id = id
        self.when = when
        self.onError = onError
        self.recovery = recovery
        self.timeout = timeout
        self.stage = stage
        self.branches = branches
        self.options = options
    }

    /// The effects of the stage on the flow of events; empty for a stage that is not configurable.
    package var effects: [StageFlowEffect] { (stage as? any ConfigurableStage).map { type(of: $0).effects } ?? [] }

    /// The step and all nested steps, in the order of the file.
    var all: [PipelineStep] {
        [self] + branches.flatMap { $0.steps.flatMap(\.all) } + (hasInherited ? [] : recovery.flatMap(\.all))
    }

    /// A copy of the step with the position where it is written.
    func written(at source: Source) -> PipelineStep {
        var step = self
        step.source = source
        return step
    }

    /// A copy of the step without an `on_error` of its own.
    func withoutOwnOnError() -> PipelineStep {
        var step = self
        step.mayInherit = true
        return step
    }

    /// A copy of the step whose `on_error` applies to all nested steps that have none of their own.
    func handingDownOnError() -> PipelineStep {
        var step = self
        step.branches = branches.map { $0.inheriting(from: self) }
        return step
    }

    fileprivate func inheriting(from outer: PipelineStep) -> PipelineStep {
        var step = self
        if !hasInherited { step.recovery = recovery.map { $0.inheriting(from: outer) } }
        if mayInherit {
            step.mayInherit = false
            step.onError = outer.onError
            step.recovery = outer.recovery
            step.hasInherited = true
        }
        step.branches = branches.map { $0.inheriting(from: outer) }
        return step
    }
}

extension PipelineStep.Branch {
    /// A copy of the branch in which steps without an `on_error` of their own inherit the one of the enclosing step.
    fileprivate func inheriting(from outer: PipelineStep) -> PipelineStep.Branch {
        var branch = self
        branch.steps = steps.map { $0.inheriting(from: outer) }
        return branch
    }
}
