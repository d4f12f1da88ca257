package import RelayCore
package import RelayJQ
package import RelayJSON

/// A stage in its place.
package struct PipelineStep: Sendable {
    /// What becomes of an event whose stage fails.
    package enum OnError: String, Sendable, CaseIterable {
        /// The event becomes a dead letter of its pipeline.
        case deadLetter = "dead_letter"
        /// The pipeline goes on with the event as it was.
        case `continue`
        /// The pipeline ends for the event.
        case drop
        /// The event goes on with its media's reference; for `media` only.
        case rawMedia = "raw_media"
        /// The stages of ``PipelineStep/recovery`` run on the event as it was, and then the pipeline goes on.
        case stages
    }

    /// Steps inside a step, and when they run.
    package struct Branch: Sendable {
        /// Nil: always.
        package var condition: JQProgram?
        package var steps: [PipelineStep]
        /// Which events, for people: the condition, or a word such as `default`; empty for all.
        package var label: String
        /// Where the condition is written; nil where there is none.
        var conditionNode: ConfigNode?

        /// - Parameter label: default the condition as it is written.
        package init(when condition: JQProgram? = nil, steps: [PipelineStep], label: String? = nil) {
            self.condition = condition
            self.steps = steps
            self.label = label ?? condition?.source ?? ""
        }
    }

    package let kind: String
    /// Unique in the pipeline. Default the kind, then `kind-2` …; inside a fragment after the name of its use and a
    /// dot.
    package let id: String
    /// Events for which it is not true skip the stage.
    package let when: JQProgram?
    /// Default ``OnError/deadLetter``, or what a step around it says.
    package private(set) var onError: OnError
    /// What runs when the stage fails and ``onError`` is ``OnError/stages``.
    package private(set) var recovery: [PipelineStep]
    package let timeout: Duration?
    package let stage: any Stage
    /// The steps inside, of which the first branch whose condition is true runs, in place of the stage.
    package private(set) var branches: [Branch]
    /// What stands behind the kind, as it is written, without the secrets that are written out; null for nothing.
    package let options: JSON

    /// Where it is written; nil for one that was built otherwise.
    private(set) var source: Source?

    /// Where a step and its parts are written.
    struct Source: Sendable {
        /// The element of the list, without its options.
        var element: ConfigNode
        /// What stands behind the kind, or the word itself.
        var node: ConfigNode
        var when: ConfigNode?
        /// By name.
        var options: [String: ConfigNode]
    }

    /// Whether ``onError`` is nobody's word, so that it comes from the step around.
    private var mayInherit = false
    /// Whether ``recovery`` is the one of a step around.
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

    /// What the stage does to the flow of events; empty for a stage that no configuration can name.
    package var effects: [StageEffect] { (stage as? any ConfiguredStage).map { type(of: $0).effects } ?? [] }

    /// The step and those inside it, in the order of the file.
    var all: [PipelineStep] {
        [self] + branches.flatMap { $0.steps.flatMap(\.all) } + (hasInherited ? [] : recovery.flatMap(\.all))
    }

    /// The same step with the place where it is written.
    func written(at source: Source) -> PipelineStep {
        var step = self
        step.source = source
        return step
    }

    /// The same step where nobody said what becomes of failures.
    func withoutOwnOnError() -> PipelineStep {
        var step = self
        step.mayInherit = true
        return step
    }

    /// The same step, whose word on failures holds for the steps inside it that have none.
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
    /// The same branch, whose steps without an `on_error` of their own have the one of a step around them.
    fileprivate func inheriting(from outer: PipelineStep) -> PipelineStep.Branch {
        var branch = self
        branch.steps = steps.map { $0.inheriting(from: outer) }
        return branch
    }
}
