package import RelayCore

/// A stage that pipelines can name.
package protocol ConfigurableStage: Stage {
    /// The key of the stage in YAML: `filter`.
    static var kind: String { get }
    /// A description of the stage: one sentence.
    static var summary: String { get }
    /// All options that the initializer reads.
    static var fields: [AnyOptionField] { get }
    /// The option that a scalar or a list sets, as in `deliver: [crm]`. Default none.
    static var mainField: String? { get }
    /// The action for an event whose stage fails when `on_error` is not set. Default a dead letter.
    static var defaultOnError: PipelineStep.OnError { get }
    /// An example of its use as an element of `stages:`, in YAML: `filter: { drop: .payload.isGroup }`. It must be
    /// valid in a configuration whose only destination is `session`. Default the kind alone.
    static var example: String { get }
    /// An element that every starter configuration has; nil, as by default: none.
    static var starter: String? { get }
    /// The effects of the stage on the flow of events. Default ``StageFlowEffect/amends``; a stage with ``branches`` has
    /// the effects of its nested stages.
    static var effects: [StageFlowEffect] { get }

    /// The destinations that the stage delivers to, `session` included. Default none.
    var destinations: [String] { get }
    /// The nested stages, some of which run instead of the stage. Default none.
    var branches: [PipelineStep.Branch] { get }

    /// - Throws: `options.fail(…)` for invalid options.
    init(_ options: OptionReader, in context: StageBuildContext) throws
}

extension ConfigurableStage {
    package static var mainField: String? { nil }
    package static var defaultOnError: PipelineStep.OnError { .deadLetter }
    package static var example: String { kind }
    package static var starter: String? { nil }
    package static var effects: [StageFlowEffect] { [.amends] }

    package var destinations: [String] { [] }
    package var branches: [PipelineStep.Branch] { [] }
}

/// The parts of the configuration that a stage may use when it is built.
package struct StageBuildContext: Sendable {
    /// The name of the pipeline.
    package let pipeline: String
    /// The names of the configured destinations, without `session`, which is always valid in `deliver`.
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

    /// The known word most similar to a misspelled word; nil when none is similar.
    package func suggestion(for word: String, among known: some Collection<String>) -> String? {
        SpellingSuggestion.nearest(to: word, among: known)
    }

    /// Reads a list of stages nested in a stage's options, as in `switch`.
    /// - Throws: all mistakes in the list.
    package func steps(_ node: ConfigNode) throws -> [PipelineStep] {
        try buildSteps(node)
    }

    /// Reads the stages of the fragment that a node names.
    /// - Throws: all mistakes in the fragment, with their positions in the fragment's file.
    func fragment(_ node: ConfigNode) throws -> [PipelineStep] {
        try buildFragment(node)
    }
}

/// The options of a kind of destination. The destination itself is built from them in another module.
package protocol DestinationOptions: Sendable {
    /// The value of `type:`: `webhook`.
    static var kind: String { get }
    /// A description of the receiver: one sentence.
    static var summary: String { get }
    /// All options that the initializer reads, without those that all destinations have.
    static var fields: [AnyOptionField] { get }
    /// The options of an initial configuration besides `type`, one per line of YAML: `url: https://crm.example.com`.
    static var example: String { get }

    /// The file to which it appends, and which no other destination may write. Default nil.
    var outputFile: OutputFile? { get }
    /// The other destination that it refers to. Default none.
    var reference: DestinationDependency? { get }
    /// Whether one request can carry several deliveries. Default false.
    static var takesBatches: Bool { get }
    /// Whether it takes the documents of gateways about single events. Default false.
    static var takesDocuments: Bool { get }
    /// What a destination with these options gets. Default events, or documents when ``takesDocuments``. Some of the
    /// options may be invalid.
    static func content(of options: OptionReader) -> DestinationDispatchSettings.Content
    /// The names of the gateways' header fields that it sends along, for one that takes originals. Default none.
    var originalHeaders: [String] { get }
    /// Whether it writes to the standard output of the process, which then carries nothing else. Default false.
    static var usesStandardOutput: Bool { get }
    /// The option that cannot be combined with `batch` and why, such as `"body" makes a text of a single event`; nil when
    /// there is none. Some of the options may be invalid.
    static func batchObstacle(of options: OptionReader) -> String?
    /// The mistakes that involve several options, found among those that are valid. They are reported together with the
    /// mistakes in single options. Default none.
    static func conflicts(of options: OptionReader) -> [any Error]
    /// The names of options that webhooks managed over REST do not have. Default none.
    static var configurationOnlyOptions: [String] { get }

    /// The initializer runs when ``conflicts(of:)`` finds nothing.
    /// - Throws: `options.fail(…)` for invalid options.
    init(_ options: OptionReader) throws
}

/// A reference from one destination to another.
package struct DestinationDependency: Sendable {
    /// The option that contains the reference.
    package let option: String
    package let name: String
    /// The `type` that the referenced destination must have.
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
    package static func content(of options: OptionReader) -> DestinationDispatchSettings.Content {
        takesDocuments ? .documents : .events
    }
    package var originalHeaders: [String] { [] }

    package static var example: String { "" }

    package var outputFile: OutputFile? { nil }
    package var reference: DestinationDependency? { nil }
    package static func batchObstacle(of options: OptionReader) -> String? { nil }
    package static func conflicts(of options: OptionReader) -> [any Error] { [] }
    package static var configurationOnlyOptions: [String] { [] }
}
