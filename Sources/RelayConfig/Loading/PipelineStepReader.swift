internal import RelayCore
internal import RelayJQ
internal import RelayJSON
internal import Synchronization

/// Reads the stages of one pipeline.
final class PipelineStepReader: Sendable {
    private static let when = OptionField.conditionExpression(
        "when", "Events for which it is not true skip the stage."
    ).optional
    private static let id = OptionField.string("id", "The stage's name, unique in its pipeline; default its kind.")
        .optional
    private static let onError = OptionField<ConfigNode>.node(
        "on_error",
        "What happens to an event when the stage fails; default dead_letter, for media raw_media.",
        "dead_letter, continue, drop, { stages: […] } or (for media) raw_media",
        shape: .either([
            .words(PipelineStep.OnError.allCases.filter { $0 != .stages }.map(\.rawValue)),
            .options([AnyOptionField(recovery)]),
        ])
    ).optional
    private static let timeout = OptionField.duration("timeout", "How long the stage may take.").optional
    private static let recovery = OptionField.node(
        "stages", "What runs when the stage fails.", "a list of stages", shape: .stages)
    /// The options that every stage accepts next to its own key.
    static let modifiers = [AnyOptionField(id), AnyOptionField(when), AnyOptionField(onError), AnyOptionField(timeout)]
    private static let modifierNames = modifiers.map(\.name)

    static let maximumSteps = 500

    let name: String
    private let registry: ConfigurationKindRegistry
    private let destinations: Set<String>
    private let fragments: StageFragmentLibrary
    private let state = Mutex(StageEffects())

    init(
        name: String,
        registry: ConfigurationKindRegistry,
        destinations: Set<String>,
        fragments: StageFragmentLibrary = StageFragmentLibrary()
    ) {
        self.name = name
        self.registry = registry
        self.destinations = destinations
        self.fragments = fragments
    }

    var trace: StageEffects { state.withLock { $0 } }

    /// - Throws: all mistakes in the list.
    func steps(_ node: ConfigNode, in scope: Scope = Scope()) throws -> [PipelineStep] {
        guard node.isList || node.isEmpty else { throw node.mismatch("a list of stages") }
        guard !node.elements.isEmpty else {
            throw node.issues("\"\(node.label)\" has no stage", help: "begin with - persist", code: .emptyStage)
        }
        guard scope.depth <= Scope.maximumDepth else {
            throw node.issues(
                "stages stand more than \(Scope.maximumDepth) deep inside one another",
                help: "write one switch with several cases, or a pipeline of its own",
                code: .tooManyStages
            )
        }
        return try ValueIssuesError.collect(node.elements) { try step($0, in: scope) }
    }

    func step(_ node: ConfigNode, in scope: Scope = Scope()) throws -> PipelineStep {
        let (kind, stage, body) = try head(of: node)
        let words = node.isMap ? try node.entries.filter { $0.key != kind } : []
        var issues = ValueIssueCollector(node)
        let modifiers = modifierNode(node, words)
        let step = issues.attempt { try build(kind, stage, body, modifiers, scope) }
        for entry in words where !Self.modifierNames.contains(entry.key) {
            issues.add(misplaced(entry, kind: kind, stage: stage, node: node))
        }
        return try issues.finish(step)
    }

    /// Returns the stages of the fragment that a node names.
    private func fragment(_ node: ConfigNode, usedAs id: String, in scope: Scope) throws -> [PipelineStep] {
        let name = try node.text(expected: "a fragment's name")
        if scope.fragments.contains(name) {
            let circle = (scope.fragments.drop { $0 != name } + [name]).joined(separator: " → ")
            throw node.issues(
                "the fragments use each other in a circle: \(circle)", help: "remove one of the uses", code: .circle)
        }
        guard let stages = try fragments.stages(of: name, at: node) else { return [] }
        state.withLock { _ = $0.fragments.insert(name) }
        return try steps(stages, in: scope.inside(fragment: name, usedAs: id))
    }

    /// Returns the kind of a stage, and its options.
    private func head(of node: ConfigNode) throws -> (String, any ConfigurableStage.Type, ConfigNode) {
        let kinds = registry.stages.map { $0.kind }
        if !node.isMap {
            if node.isEmpty {
                throw node.issues("an empty stage", help: "write a stage after the -, or remove it", code: .emptyStage)
            }
            if node.isList {
                throw node.issues("a stage is a word or one key, not a list", help: "write - deliver: crm")
            }
            let kind = try node.choose(among: kinds, what: "stage", code: .unknownStage)
            guard let stage = registry.stage(kind) else {
                throw node.issues("there is no stage \"\(kind)\"", code: .unknownStage)
            }
            return (kind, stage, node.emptied())
        }
        let entries = try node.entries.filter { !Self.modifierNames.contains($0.key) }
        if let entry = entries.first(where: { registry.stage($0.key) != nil }), let stage = registry.stage(entry.key) {
            return (entry.key, stage, entry.value)
        }
        guard let entry = entries.first else {
            let help = "write one of \(kinds.joined(separator: ", "))"
            throw node.issues("a stage without its kind", help: help, code: .emptyStage)
        }
        let help = SpellingSuggestion.help(for: entry.key, among: kinds)
        throw node.issues(
            "there is no stage \"\(entry.key)\"", help: help, at: entry.keyLocation, code: .unknownStage)
    }

    private func modifierNode(_ node: ConfigNode, _ words: [ConfigNode.Entry]) -> ConfigNode {
        let own = words.filter { Self.modifierNames.contains($0.key) }
        return ConfigNode(label: node.label, content: .map(own), location: node.location, origin: node.origin)
    }

    private func build(
        _ kind: String,
        _ type: any ConfigurableStage.Type,
        _ body: ConfigNode,
        _ modifiers: ConfigNode,
        _ scope: Scope
    ) throws -> PipelineStep {
        try count(body)
        var issues = ValueIssueCollector(modifiers)
        let options = issues.attempt {
            try OptionReader.read(body, as: kind, fields: type.fields, mainField: type.mainField)
        }
        if let options { state.withLock { $0.note(type.effects, options, at: body) } }
        let id = issues.attempt { try self.id(for: type, options, at: modifiers["id"], in: scope) }
        let context = StageBuildContext(pipeline: name, destinations: destinations) {
            try self.steps($0, in: scope.inside)
        } fragment: {
            try self.fragment($0, usedAs: id ?? kind, in: scope)
        }
        let stage = issues.attempt { try options.map { try type.init($0, in: context) } } ?? nil
        let extra = issues.attempt { try OptionReader.read(modifiers, as: "a stage", fields: Self.modifiers) }
        let onError = issues.attempt {
            try modifiers["on_error"].map { try self.onError($0, of: type, in: scope) }
                ?? (type.defaultOnError, [])
        }
        guard issues.list.isEmpty, let stage, let extra, let onError, let id else {
            throw ValueIssuesError(list: issues.list)
        }
        if try extra(Self.timeout) != nil, !stage.waits {
            modifiers["timeout"]?.warn(
                "\(kind) waits for nothing here, so it needs no timeout",
                help: "leave it out; a jq expression is stopped after half a second by itself",
                code: .needlessTimeout
            )
        }
        let step = PipelineStep(
            kind: kind,
            id: id,
            when: try extra(Self.when),
            onError: onError.0,
            recovery: onError.1,
            timeout: try extra(Self.timeout),
            stage: stage,
            branches: stage.branches,
            options: body.shownJSON
        )
        .written(
            at: PipelineStep.Source(
                element: modifiers,
                node: body,
                when: modifiers["when"],
                options: options?.nodes ?? [:]
            )
        )
        if modifiers["on_error"] != nil { return step.handingDownOnError() }
        return type.defaultOnError == .deadLetter ? step.withoutOwnOnError() : step
    }

    private func count(_ node: ConfigNode) throws {
        let excess = state.withLock { state in
            state.steps += 1
            if state.steps > Self.maximumSteps, state.excess == nil { state.excess = node }
            return state.excess
        }
        // The limit is reported once.
        if let excess {
            throw excess.issues(
                "the pipeline has more than \(Self.maximumSteps) stages, those of its fragments included",
                help: "split it into several",
                code: .tooManyStages
            )
        }
    }

    /// The configured id, or by default the kind; for a fragment, its name.
    private func id(
        for type: any ConfigurableStage.Type,
        _ options: OptionReader?,
        at node: ConfigNode?,
        in scope: Scope
    ) throws -> String {
        guard let node else {
            let fragment = type.effects.lazy.compactMap { effect -> String? in
                guard case .includes(let option) = effect else { return nil }
                return try? options?.node(option)?.text
            }.first { ConfigurationNameSyntax.problem($0) == nil }
            return state.withLock { $0.id(scope.prefix + (fragment ?? type.kind)) }
        }
        let given = try node.text(expected: "a name")
        if let problem = ConfigurationNameSyntax.problem(given) {
            throw node.issues("\"id\" \(problem)", code: .invalidName)
        }
        guard state.withLock({ $0.ids.insert(scope.prefix + given).inserted }) else {
            throw node.issues(
                "two stages have the id \(node.shown)", help: "give each its own", code: .duplicateName)
        }
        return scope.prefix + given
    }

    /// Reads `on_error`: the action for events whose stage fails, and the stages that it runs.
    private func onError(_ node: ConfigNode, of type: any ConfigurableStage.Type, in scope: Scope) throws -> (
        PipelineStep.OnError, [PipelineStep]
    ) {
        // `raw_media` is valid only for stages that have it as their default.
        let words = PipelineStep.OnError.allCases.filter {
            $0 != .stages && ($0 != .rawMedia || type.defaultOnError == .rawMedia)
        }
        let allowed = words.map(\.rawValue)
        let name = QuantitySyntax.choice(allowed)
        if node.isMap {
            _ = try OptionReader.read(node, as: "on_error", fields: [AnyOptionField(Self.recovery)])
            return (.stages, try node[Self.recovery.name].map { try steps($0, in: scope.inside) } ?? [])
        }
        if node.isList { throw node.mismatch(name, help: "write { stages: […] } around the list") }
        let text = try node.text(expected: name)
        guard allowed.contains(text), let value = PipelineStep.OnError(rawValue: text) else {
            if text == PipelineStep.OnError.rawMedia.rawValue {
                let able = registry.stages.filter { $0.defaultOnError == .rawMedia }.map { $0.kind }
                throw node.issues(
                    "\"on_error: raw_media\" is for \(able.joined(separator: " and ")) only", help: "write \(name)")
            }
            let nearest = SpellingSuggestion.nearest(to: text, among: allowed)
            throw node.mismatch(name, help: nearest.map { "did you mean \"\($0)\"?" })
        }
        return (value, [])
    }

    /// The mistake for an unexpected key next to the stage's own.
    private func misplaced(
        _ entry: ConfigNode.Entry,
        kind: String,
        stage: any ConfigurableStage.Type,
        node: ConfigNode
    ) -> ValueIssuesError {
        let message: String
        let help: String
        var code = DiagnosticCode.misplacedOption
        if stage.fields.contains(where: { $0.name == entry.key }) {
            message = "\"\(entry.key)\" is an option of \(kind)"
            help = "indent it under \"\(kind):\""
        } else if registry.stage(entry.key) != nil {
            message = "\"\(entry.key)\" is a stage of its own"
            help = "put - before it"
        } else {
            message = "a stage has no option \"\(entry.key)\" beside \"\(kind)\""
            help = SpellingSuggestion.help(for: entry.key, among: Self.modifierNames, intro: "there are") ?? ""
            code = .unknownOption
        }
        return node.issues(message, help: help, at: entry.keyLocation, code: code)
    }
}
