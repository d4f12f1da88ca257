package import RelayCore

/// A stage that pipelines can name.
package protocol ConfiguredStage: Stage {
    /// The word in YAML: `filter`.
    static var kind: String { get }
    /// What the stage does: one sentence.
    static var summary: String { get }
    /// Every option that the initializer reads.
    static var fields: [AnyField] { get }
    /// The option that a scalar or a list sets, as in `deliver: [crm]`. Default none.
    static var mainField: String? { get }
    /// What becomes of an event when the stage fails on it and `on_error` does not say. Default a dead letter.
    static var defaultOnError: PipelineStep.OnError { get }
    /// An element of `stages:` that shows its use, in YAML: `filter: { drop: .payload.isGroup }`. It is taken where
    /// `session` is the only destination. Default the word alone.
    static var example: String { get }
    /// What it does to the flow of events. Default ``StageEffect/amends``; a stage with ``branches`` has the effects of
    /// the stages inside it.
    static var effects: [StageEffect] { get }

    /// The destinations that it delivers to, `session` included. Default none.
    var destinations: [String] { get }
    /// The stages inside it, of which some run in its place. Default none.
    var branches: [PipelineStep.Branch] { get }

    /// - Throws: `options.fail(…)` for what is wrong.
    init(_ options: OptionReader, in context: StageBuildContext) throws
}

extension ConfiguredStage {
    package static var mainField: String? { nil }
    package static var defaultOnError: PipelineStep.OnError { .deadLetter }
    package static var example: String { kind }
    package static var effects: [StageEffect] { [.amends] }

    package var destinations: [String] { [] }
    package var branches: [PipelineStep.Branch] { [] }
}

/// What a stage may know of the configuration around it.
package struct StageBuildContext: Sendable {
    /// The name of the pipeline.
    package let pipeline: String
    /// The names of configured destinations. `session` is none of them, and always valid in `deliver`.
    package let destinations: Set<String>
    private let buildSteps: @Sendable (ConfigNode) throws -> [PipelineStep]
    private let buildFragment: @Sendable (ConfigNode) throws -> [PipelineStep]

    package init(pipeline: String, destinations: Set<String>) {
        self.init(pipeline: pipeline, destinations: destinations) { _ in
            []
        } fragment: { _ in
            []
        }
    }

    init(
        pipeline: String,
        destinations: Set<String>,
        steps: @escaping @Sendable (ConfigNode) throws -> [PipelineStep],
        fragment: @escaping @Sendable (ConfigNode) throws -> [PipelineStep]
    ) {
        self.pipeline = pipeline
        self.destinations = destinations
        buildSteps = steps
        buildFragment = fragment
    }

    /// The known word that somebody may have meant; nil when none is near.
    package func suggestion(for word: String, among known: some Collection<String>) -> String? {
        SpellingSuggestion.nearest(to: word, among: known)
    }

    /// Reads a list of stages inside a stage's options, as `switch` has them.
    /// - Throws: everything that is wrong in it.
    package func steps(_ node: ConfigNode) throws -> [PipelineStep] {
        try buildSteps(node)
    }

    /// Reads the stages of the fragment that a node names.
    /// - Throws: everything that is wrong in it, by its places in the fragment's file.
    func fragment(_ node: ConfigNode) throws -> [PipelineStep] {
        try buildFragment(node)
    }
}

/// How a kind of destination is configured. Building it is the composition's job.
package protocol DestinationOptions: Sendable {
    /// The word in `type:`: `webhook`.
    static var kind: String { get }
    /// Where it delivers to: one sentence.
    static var summary: String { get }
    /// Every option that the initializer reads, without those that all destinations have.
    static var fields: [AnyField] { get }
    /// The options that a first configuration has beside `type`, one a line of YAML: `url: https://crm.example.com`.
    static var example: String { get }

    /// What no other destination may have as well, such as the path of a file. Default nothing.
    var exclusiveUse: String? { get }
    /// Another destination that it works with. Default none.
    var reference: DestinationReference? { get }
    /// Whether one request can carry several deliveries. Default no.
    static var takesBatches: Bool { get }
    /// Whether it takes gateways' documents and not events (``DestinationSettings/takesDocuments``). Default no.
    static var takesDocuments: Bool { get }
    /// Whether it writes to the process's standard output, which then carries nothing else. Default no.
    static var usesStandardOutput: Bool { get }
    /// What in these options does not go with `batch`, as `"body"`; nil: nothing.
    var batchObstacle: String? { get }

    /// - Throws: `options.fail(…)` for what is wrong.
    init(_ options: OptionReader) throws
}

/// A destination that another one names.
package struct DestinationReference: Sendable {
    /// The option that names it.
    package let option: String
    package let name: String
    /// The `type` that it must have.
    package let kind: String

    package init(option: String, name: String, kind: String) {
        self.option = option
        self.name = name
        self.kind = kind
    }
}

extension DestinationOptions {
    package static var takesBatches: Bool { false }
    package static var takesDocuments: Bool { false }
    package static var usesStandardOutput: Bool { false }

    package static var example: String { "" }

    package var exclusiveUse: String? { nil }
    package var reference: DestinationReference? { nil }
    package var batchObstacle: String? { nil }
}
