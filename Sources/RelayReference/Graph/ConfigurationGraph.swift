package import RelayConfig
internal import RelayCore
internal import RelayJQ
internal import RelayJSON

/// The paths of events through a configuration: from sources, through the stages of pipelines, to destinations. It
/// contains no URLs and no secrets.
package struct ConfigurationGraph: Sendable {
    /// The output format.
    package enum Format: String, Sendable, CaseIterable {
        case text, mermaid, dot, svg
    }

    struct Source: Sendable {
        var name: String
        var detail: String
    }

    struct Pipeline: Sendable {
        var name: String
        var file: String
        /// The names of the sources whose events the pipeline receives.
        var from: [String]
        /// Whether it receives the events of every source, including those posted over REST.
        var takesAll: Bool
        var stages: [Stage]
    }

    struct Stage: Sendable {
        /// Unique in the graph.
        var id: String
        var kind: String
        /// The stage's name; nil when it is the kind's name.
        var name: String?
        /// Its options, one on each line.
        var details: [String]
        /// The condition for an event to run through the stage.
        var when: String?
        /// The action for an event on which the stage fails; nil when that is a dead letter.
        var onError: String?
        var destinations: [String]
        /// Whether no event goes on behind it.
        var isEnd: Bool
        var branches: [Branch]
    }

    struct Branch: Sendable {
        var label: String
        var stages: [Stage]
    }

    struct Destination: Sendable {
        var name: String
        var detail: String
        /// The event types that it accepts; nil: all.
        var events: String?
    }

    let sources: [Source]
    let pipelines: [Pipeline]
    let destinations: [Destination]

    package init(_ configuration: RelayConfiguration) {
        sources = configuration.sources.map { Source(name: $0.name, detail: "\($0.transport.kind), \($0.format.name)") }
        let names = sources.map(\.name)
        pipelines = configuration.pipelines.map { pipeline in
            Pipeline(
                name: pipeline.name,
                file: pipeline.file.split(separator: "/").suffix(2).joined(separator: "/"),
                from: pipeline.from.isEmpty ? names : pipeline.from,
                takesAll: pipeline.from.isEmpty,
                stages: pipeline.outerSteps.map { Stage($0, in: pipeline.name) }
            )
        }
        var destinations = configuration.destinations.map { destination in
            let patterns = destination.settings.events.patterns
            return Destination(
                name: destination.name,
                detail: destination.kind,
                events: Self.events(patterns, destination.settings.keep)
            )
        }
        if pipelines.contains(where: { $0.allStages.contains { $0.destinations.contains(Self.session) } }) {
            destinations.insert(Destination(name: Self.session, detail: "the session's own webhooks"), at: 0)
        }
        self.destinations = destinations
    }

    /// What a destination accepts; nil: everything.
    private static func events(_ patterns: [String], _ keep: EventCriteria?) -> String? {
        let types = patterns.isEmpty || patterns.contains("*") ? nil : patterns.joined(separator: ", ")
        let parts = [types, keep.map { "keep \($0.summary)" }].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    private static let session = RelayConfiguration.Destination.sessionWebhooks

    /// The graph in a format, without a line break at its end.
    package func written(as format: Format) -> String {
        switch format {
        case .text: text
        case .mermaid: mermaid
        case .dot: dot
        case .svg: svg
        }
    }
}

extension ConfigurationGraph.Pipeline {
    /// All stages, including those in branches.
    var allStages: [ConfigurationGraph.Stage] { stages.flatMap(\.withInner) }
}

extension ConfigurationGraph.Stage {
    init(_ step: PipelineStep, in pipeline: String) {
        let stage = step.stage as? any ConfigurableStage
        id = "\(pipeline).\(step.id)"
        kind = step.kind
        let isNumbered = step.id.hasPrefix(step.kind + "-") && Int(step.id.dropFirst(step.kind.count + 1)) != nil
        name = step.id == step.kind || isNumbered ? nil : step.id
        destinations = stage?.destinations ?? []
        branches = step.branches.map { branch in
            ConfigurationGraph.Branch(
                label: Self.oneLine(branch.label),
                stages: branch.steps.map { ConfigurationGraph.Stage($0, in: pipeline) })
        }
        details = branches.isEmpty && destinations.isEmpty ? Self.details(step.options) : []
        when = step.when.map { Self.oneLine($0.source) }
        isEnd = step.effects.contains(.drops) && step.when == nil
        let usual = stage.map { type(of: $0).defaultOnError } ?? .deadLetter
        onError = step.onError == usual ? nil : step.onError.rawValue
    }

    /// The stage and all stages nested in it.
    var withInner: [ConfigurationGraph.Stage] { [self] + branches.flatMap { $0.stages.flatMap(\.withInner) } }

    /// The stage's name with its destinations.
    var title: String {
        let base = name.map { "\(kind) (\($0))" } ?? kind
        return destinations.isEmpty ? base : base + " → " + destinations.joined(separator: ", ")
    }

    /// The lines below the title.
    var lines: [String] {
        details + [when.map { "when: \($0)" }, onError.map { "on_error: \($0)" }].compactMap { $0 }
    }

    private static func details(_ options: JSON) -> [String] {
        guard let object = options.object else {
            return options.isNull ? [] : [short(options)]
        }
        return object.map { "\($0.key): \(short($0.value))" }
    }

    private static func short(_ value: JSON) -> String {
        switch value {
        case .object(let members) where members.allSatisfy { $0.value.object == nil } && members.count <= 5:
            "{ " + members.map { "\($0.key): \(list($0.value))" }.joined(separator: ", ") + " }"
        case .object: "{…}"
        case .array(let values): values.map(short).joined(separator: ", ")
        case .string(let text): oneLine(text)
        default: value.text
        }
    }

    private static func list(_ value: JSON) -> String {
        if case .array = value { return "[\(short(value))]" }
        return short(value)
    }

    /// A multi-line expression on one line.
    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}

extension ConfigurationGraph.Destination {
    init(name: String, detail: String) {
        self.init(name: name, detail: detail, events: nil)
    }
}
