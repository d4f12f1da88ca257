internal import RelayCore
internal import RelayJQ
internal import RelayJSON
internal import Synchronization

/// Reads the stages of one pipeline.
final class PipelineBuilder: Sendable {
    private static let when = Field.expression("when", "Events that it is not true of pass by.").optional
    private static let id = Field.string("id", "The stage's name, unique in its pipeline; default its kind.").optional
    private static let onError = Field<ConfigNode>.node(
        "on_error",
        "What becomes of an event whose stage fails; default dead_letter, for media raw_media.",
        "dead_letter, continue, drop or (for media) raw_media",
        shape: .words(Step.OnError.allCases.map(\.rawValue))
    ).optional
    private static let timeout = Field.duration("timeout", "How long the stage may take.").optional
    /// What stands beside a stage's key.
    static let modifiers = [AnyField(id), AnyField(when), AnyField(onError), AnyField(timeout)]
    private static let modifierNames = modifiers.map(\.name)

    /// What the stages read so far do.
    struct Trace {
        var ids: Set<String> = []
        /// What `deliver` names.
        var targets: Set<String> = []
        var delivers = 0
        var persists = false
        /// The first `deliver` that no `persist` comes before.
        var unkept: ConfigNode?
    }

    let name: String
    private let registry: ConfigurationRegistry
    private let destinations: Set<String>
    private let state = Mutex(Trace())

    init(name: String, registry: ConfigurationRegistry, destinations: Set<String>) {
        self.name = name
        self.registry = registry
        self.destinations = destinations
    }

    var trace: Trace { state.withLock { $0 } }

    /// - Throws: everything that is wrong in the list.
    func steps(_ node: ConfigNode) throws -> [Step] {
        guard node.isList || node.isEmpty else { throw node.mismatch("a list of stages") }
        guard !node.elements.isEmpty else {
            throw node.issues("\"\(node.label)\" has no stage", help: "begin with - persist")
        }
        return try Issues.collect(node.elements, step)
    }

    func step(_ node: ConfigNode) throws -> Step {
        let (kind, stage, body) = try head(of: node)
        let words = node.isMap ? try node.entries.filter { $0.key != kind } : []
        var issues = IssueCollector(node)
        let modifiers = modifierNode(node, words)
        let step = issues.attempt { try build(kind, stage, body, modifiers) }
        for entry in words where !Self.modifierNames.contains(entry.key) {
            issues.add(misplaced(entry, kind: kind, stage: stage, node: node))
        }
        return try issues.finish(step)
    }

    /// What kind of stage it is, and its options.
    private func head(of node: ConfigNode) throws -> (String, any ConfiguredStage.Type, ConfigNode) {
        let kinds = registry.stages.map { $0.kind }
        if !node.isMap {
            if node.isEmpty { throw node.issues("an empty stage", help: "write a stage after the -, or remove it") }
            if node.isList {
                throw node.issues("a stage is a word or one key, not a list", help: "write - deliver: crm")
            }
            let kind = try node.choose(among: kinds, what: "stage")
            guard let stage = registry.stage(kind) else { throw node.issues("there is no stage \"\(kind)\"") }
            return (kind, stage, node.emptied())
        }
        let entries = try node.entries.filter { !Self.modifierNames.contains($0.key) }
        if let entry = entries.first(where: { registry.stage($0.key) != nil }), let stage = registry.stage(entry.key) {
            return (entry.key, stage, entry.value)
        }
        guard let entry = entries.first else {
            throw node.issues("a stage without its kind", help: "write one of \(kinds.joined(separator: ", "))")
        }
        let help = Suggestion.help(for: entry.key, among: kinds)
        throw node.issues("there is no stage \"\(entry.key)\"", help: help, at: entry.keyPlace)
    }

    private func modifierNode(_ node: ConfigNode, _ words: [ConfigNode.Entry]) -> ConfigNode {
        let own = words.filter { Self.modifierNames.contains($0.key) }
        return ConfigNode(label: node.label, content: .map(own), place: node.place, origin: node.origin)
    }

    private func build(
        _ kind: String,
        _ type: any ConfiguredStage.Type,
        _ body: ConfigNode,
        _ modifiers: ConfigNode
    ) throws -> Step {
        var issues = IssueCollector(modifiers)
        let options = issues.attempt {
            try Options.read(body, as: kind, fields: type.fields, mainField: type.mainField)
        }
        if let options { note(kind, options, mainField: type.mainField, at: body) }
        let context = BuildContext(pipeline: name, destinations: destinations) { try self.steps($0) }
        let stage = issues.attempt { try options.map { try type.init($0, in: context) as any Stage } } ?? nil
        let extra = issues.attempt { try Options.read(modifiers, as: "a stage", fields: Self.modifiers) }
        let onError = issues.attempt {
            try modifiers["on_error"].map { try self.onError($0, kind: kind) } ?? type.defaultOnError
        }
        let id = issues.attempt { try self.id(for: kind, at: modifiers["id"]) }
        guard issues.list.isEmpty, let stage, let extra, let onError, let id else { throw Issues(list: issues.list) }
        if try extra(Self.timeout) != nil, !stage.waits {
            modifiers["timeout"]?.warn(
                "\(kind) waits for nothing here, so it needs no timeout",
                help: "leave it out; a jq expression is stopped after half a second by itself"
            )
        }
        return Step(
            kind: kind,
            id: id,
            when: try extra(Self.when),
            onError: onError,
            timeout: try extra(Self.timeout),
            stage: stage,
            options: body.shownJSON
        )
    }

    private func id(for kind: String, at node: ConfigNode?) throws -> String {
        if let node {
            let given = try node.text(expected: "a name")
            if let problem = Names.problem(given) { throw node.issues("\"id\" \(problem)") }
            guard state.withLock({ $0.ids.insert(given).inserted }) else {
                throw node.issues("two stages have the id \(node.shown)", help: "give each its own")
            }
            return given
        }
        return state.withLock { state in
            var id = kind
            var number = 1
            while !state.ids.insert(id).inserted {
                number += 1
                id = "\(kind)-\(number)"
            }
            return id
        }
    }

    private func onError(_ node: ConfigNode, kind: String) throws -> Step.OnError {
        let allowed = Step.OnError.allCases.filter { $0 != .rawMedia || kind == "media" }.map(\.rawValue)
        let name = Quantity.choice(allowed)
        if node.isMap { throw node.issues("\"on_error\" does not take stages yet", help: "write \(name)") }
        let text = try node.text(expected: name)
        guard allowed.contains(text), let value = Step.OnError(rawValue: text) else {
            if text == Step.OnError.rawMedia.rawValue {
                throw node.issues("\"on_error: raw_media\" is for media only", help: "write \(name)")
            }
            let nearest = Suggestion.nearest(to: text, among: allowed)
            throw node.mismatch(name, help: nearest.map { "did you mean \"\($0)\"?" })
        }
        return value
    }

    /// Keeps what the warnings need: `deliver` is the stage that delivers, `persist` the one that keeps history.
    private func note(_ kind: String, _ options: Options, mainField: String?, at node: ConfigNode) {
        if kind == "persist" { state.withLock { $0.persists = true } }
        guard kind == "deliver" else { return }
        let names = mainField.flatMap { options.node($0) }?.elements.compactMap { try? $0.text } ?? []
        state.withLock { state in
            state.targets.formUnion(names)
            state.delivers += 1
            if !state.persists, state.unkept == nil { state.unkept = node }
        }
    }

    /// A second key beside the stage's own.
    private func misplaced(
        _ entry: ConfigNode.Entry,
        kind: String,
        stage: any ConfiguredStage.Type,
        node: ConfigNode
    ) -> Issues {
        let message: String
        let help: String
        if stage.fields.contains(where: { $0.name == entry.key }) {
            message = "\"\(entry.key)\" is an option of \(kind)"
            help = "indent it under \"\(kind):\""
        } else if registry.stage(entry.key) != nil {
            message = "\"\(entry.key)\" is a stage of its own"
            help = "put - before it"
        } else {
            message = "a stage has no option \"\(entry.key)\" beside \"\(kind)\""
            help = Suggestion.help(for: entry.key, among: Self.modifierNames, intro: "there are") ?? ""
        }
        return node.issues(message, help: help, at: entry.keyPlace)
    }
}

/// The names of things that people configure.
enum Names {
    /// What names are, as a regular expression.
    static let pattern = "^[a-z][a-z0-9_-]{0,63}$"
    static let destinationPattern = "^(?!wh_|session$|pipeline$)[a-z][a-z0-9_-]{0,63}$"

    /// What is wrong with a name, to stand after it; nil when nothing is.
    static func problem(_ name: String) -> String? {
        let bytes = Array(name.utf8)
        let isName =
            (1...64).contains(bytes.count) && (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(bytes[0])
            && bytes.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"),
                    UInt8(ascii: "-"):
                    true
                default: false
                }
            }
        return isName ? nil : "must be small letters, digits, - and _, begin with a letter, and have at most 64"
    }

    /// The same for destinations, whose names are also keys of deliveries.
    static func destinationProblem(_ name: String) -> String? {
        if name == "session" || name == "pipeline" { return "is a name that the relay uses itself" }
        if name.hasPrefix("wh_") { return "begins with wh_, as the webhooks do that are managed over REST" }
        return problem(name)
    }
}
