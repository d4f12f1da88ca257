internal import RelayConfig
internal import RelayCore

/// A first configuration for the chosen sources, stages and destinations.
package struct StarterConfiguration: Sendable {
    /// An invalid recipe, with what to write instead.
    package struct InvalidChoiceError: Error, Sendable, Hashable, CustomStringConvertible {
        package let description: String
    }

    /// `config.yaml`
    package let config: String
    /// `pipelines/default.yaml`
    package let pipeline: String

    /// - Parameter recipe: formats, stages and destination kinds, each separated by commas:
    ///   `baileys,waha/filter/webhook`. The stages that every pipeline needs are added. Without destinations, events
    ///   are delivered to the sessions' own webhooks, which the name `session` adds to other destinations.
    package init(_ recipe: String, reference: ConfigurationDocumentation) throws(InvalidChoiceError) {
        let registry = reference.registry
        let parts = recipe.split(separator: "/", omittingEmptySubsequences: false).map { part in
            part.split(separator: ",").map { String($0.filter { $0 != " " }) }.filter { !$0.isEmpty }
        }
        guard parts.count <= 3, let formats = parts.first, !formats.isEmpty else {
            throw InvalidChoiceError(
                description: "write SOURCES/STAGES/DESTINATIONS, for example 'baileys/enrich,filter/webhook'")
        }
        let stages = parts.count > 1 ? parts[1] : []
        let kinds = parts.count > 2 ? parts[2] : []
        try Self.check(formats, among: registry.formats.map { $0.name }, what: "format")
        // A fragment is a file of its own: whoever has one knows how to use it.
        let complete = registry.stages.filter { !$0.includesFragment }.map { $0.kind }
        try Self.check(stages, among: complete, what: "stage")
        let session = RelayConfiguration.Destination.sessionWebhooks
        try Self.check(kinds, among: registry.destinations.map { $0.kind } + [session], what: "kind of destination")
        let destinations = Self.named(kinds.filter { $0 != session })
        let targets = (kinds.isEmpty || kinds.contains(session) ? [session] : []) + destinations.map(\.name)
        config = Self.config(Self.named(formats), destinations, reference)
        pipeline = Self.pipeline(stages, targets, reference)
    }

    private static func check(_ words: [String], among known: [String], what: String) throws(InvalidChoiceError) {
        for word in words where !known.contains(word) {
            let help = SpellingSuggestion.help(for: word, among: known, intro: "there are").map { "; \($0)" } ?? ""
            throw InvalidChoiceError(description: "there is no \(what) \"\(word)\"\(help)")
        }
    }

    /// Unique names for items of the same kinds: `webhook`, `webhook-2`.
    private static func named(_ kinds: [String]) -> [(name: String, kind: String)] {
        var counts: [String: Int] = [:]
        return kinds.map { kind in
            counts[kind, default: 0] += 1
            let count = counts[kind] ?? 1
            return (count == 1 ? kind : "\(kind)-\(count)", kind)
        }
    }

    // MARK: config.yaml

    private static func config(
        _ sources: [(name: String, kind: String)],
        _ destinations: [(name: String, kind: String)],
        _ reference: ConfigurationDocumentation
    ) -> String {
        var lines = [
            "# ZapHub Relay: what is outside. What happens to an event is in pipelines/.",
            "# `zaphub check` finds mistakes; `zaphub explain WORD` says what anything here is.",
            "# Values may come from outside: ${VAR}, ${VAR:-default}, ${VAR:?message}, ${file:/run/secrets/name}.",
            "version: 1",
        ]
        for name in ["server", "store"] { lines += section(name, reference) }
        lines += [
            "", "# Where events come in. Each name is a route: POST /in/\(sources.first?.name ?? "NAME")", "sources:",
        ]
        let registry = reference.registry
        let takesDocuments = destinations.contains { destination in
            registry.destination(destination.kind)?.takesDocuments == true
        }
        let transport = registry.transports.first { $0.takesPosts }?.kind ?? ""
        for source in sources {
            lines += ["  \(source.name):", "    transport: \(transport)", "    format: \(source.kind)"]
            let format = registry.format(source.kind)
            if takesDocuments, format?.keepsRaw == true { lines.append("    keep_raw: true") }
            lines.append("    # Without it whoever reaches the port may post events (docs/sources/\(source.kind).md).")
            if let auth = format?.authExample {
                lines.append("    auth: \(auth)")
            } else {
                let auth = format?.secretField == nil ? "type: bearer" : "type: body"
                lines.append("    # auth: { \(auth), token: \"${\(variable(source.name))_TOKEN}\" }")
            }
        }
        guard !destinations.isEmpty else { return lines.joined(separator: "\n") + "\n" }
        lines += ["", "# Where deliveries go.", "destinations:"]
        for destination in destinations { lines += self.destination(destination.name, destination.kind, reference) }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The lines of a section, whose options are comments with their default values.
    private static func section(_ name: String, _ reference: ConfigurationDocumentation) -> [String] {
        guard let entry = reference.entries(.section).first(where: { $0.name == name }) else { return [] }
        return ["", "# \(entry.summary)", "\(name):"] + options(entry.fields, indent: 2)
    }

    private static func destination(_ name: String, _ kind: String, _ reference: ConfigurationDocumentation) -> [String]
    {
        let registry = reference.registry
        guard let type = registry.destination(kind) else { return [] }
        let written = type.example.split(separator: "\n").map { "    " + $0 }
        let names = Set(type.example.split(separator: "\n").map { String($0.prefix { $0 != ":" }) } + ["type"])
        var lines = ["  # \(type.summary)", "  \(name):", "    type: \(kind)"] + written
        let known = Set(type.fields.map(\.name))
        let fields = (type.fields + registry.destinationFields.filter { !known.contains($0.name) })
            .filter { !names.contains($0.name) && !$0.isRequired }
        for field in fields where field.isSecret && field.typeName == "a secret" {
            let setting = TerminalTextLayout.pad(
                "\(field.name): \"${\(variable(name))_\(variable(field.name))}\"", 34)
            lines.append("    # \(setting) # \(field.summary)")
        }
        return lines + options(fields, indent: 4)
    }

    /// Comment lines with the options that have a default, and the names of the others.
    private static func options(_ fields: [AnyOptionField], indent: Int) -> [String] {
        let margin = String(repeating: " ", count: indent)
        var lines: [String] = []
        var others: [String] = []
        for field in fields where !field.isSecret {
            if OptionDocumentation(path: field.name, field: field).value != nil, let json = field.defaultJSON {
                let setting = TerminalTextLayout.pad("\(field.name): \(YAMLFormatting.flow(json))", 34)
                lines.append("\(margin)# \(setting) # \(field.summary)")
            } else {
                others.append(field.name)
            }
        }
        if !others.isEmpty { lines.append("\(margin)# There are also: \(others.joined(separator: ", ")).") }
        return lines
    }

    /// The environment variable for a name: `CRM_EU` for `crm-eu`.
    private static func variable(_ name: String) -> String {
        name.uppercased().reduce(into: "") { $0.append($1 == "-" ? "_" : $1) }
    }

    // MARK: pipelines/default.yaml

    private static func pipeline(_ wanted: [String], _ targets: [String], _ reference: ConfigurationDocumentation)
        -> String
    {
        var lines = [
            "# What happens to every event, from top to bottom. The file's name is the pipeline's name.",
            "# Without `from: [NAME, …]` it takes the events of every source.", "stages:",
        ]
        for (index, stage) in stages(wanted, reference.registry).enumerated() {
            if index > 0 { lines.append("") }
            if index == 1 { lines += starters(reference.registry) }
            lines.append("  # \(stage.summary)")
            if !stage.fields.isEmpty {
                lines.append("  # Options: \(stage.fields.map(\.name).joined(separator: ", ")).")
            }
            let example = stage.delivers ? "\(stage.kind): [\(targets.joined(separator: ", "))]" : stage.example
            lines.append("  - " + example.split(separator: "\n").joined(separator: "\n    "))
            // Without a condition the stages after it would get no event.
            if stage.effects.contains(.drops) { lines.append("    when: .event == \"presence.updated\"") }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What pairing and reconnecting bring is in the history, and not for receivers.
    private static func starters(_ registry: ConfigurationKindRegistry) -> [String] {
        let elements = registry.stages.compactMap { $0.starter }
        guard !elements.isEmpty else { return [] }
        return ["  # Pairing and reconnecting flood receivers with old messages."] + elements.map { "  - \($0)" } + [""]
    }

    /// The stages that are wanted, between those that every pipeline begins and ends with.
    private static func stages(_ wanted: [String], _ registry: ConfigurationKindRegistry)
        -> [any ConfigurableStage.Type]
    {
        let first = registry.stages.filter { $0.effects.contains(.records) }
        let last = registry.stages.filter { $0.effects.contains(.signs) } + registry.stages.filter { $0.delivers }
        let always = Set((first + last).map { $0.kind })
        return first + wanted.filter { !always.contains($0) }.compactMap { registry.stage($0) } + last
    }
}

extension ConfigurableStage {
    fileprivate static var delivers: Bool {
        effects.contains { if case .delivers = $0 { true } else { false } }
    }

    fileprivate static var includesFragment: Bool {
        effects.contains { if case .includes = $0 { true } else { false } }
    }
}
