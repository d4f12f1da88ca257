internal import RelayCore
internal import RelayJSON

/// Reads one source: the options that all sources have, and those of its transport.
struct SourceSectionReader {
    let registry: ConfigurationKindRegistry
    private let common: CommonSourceOptions

    init(registry: ConfigurationKindRegistry) {
        self.registry = registry
        common = CommonSourceOptions(registry)
    }

    /// - Throws: all mistakes in the source.
    func source(_ entry: ConfigNode.Entry) throws -> (source: RelayConfiguration.Source, shown: JSON) {
        let node = entry.value
        let title = "source \"\(entry.key)\""
        var issues = ValueIssueCollector(node)
        let options = issues.attempt {
            try OptionReader.read(
                node, as: title, fields: common.fields, otherFields: registry.transports.flatMap { $0.fields },
                at: entry.keyLocation)
        }
        let theirs = transportOptions(in: node)
        // Without a known transport and format, whose absence is reported above, their options cannot be checked.
        guard let transport = named(common.transport, in: node).flatMap(registry.transport),
            let format = named(common.format, in: node).flatMap(registry.format)
        else { throw ValueIssuesError(list: issues.list) }
        let own = Set(transport.fields.map(\.name))
        for (name, value) in theirs where !own.contains(name) {
            let able = registry.transports.filter { $0.fields.contains { $0.name == name } }.map { $0.kind }
            let message = "\"\(name)\" is for transport: \(QuantitySyntax.choice(able)) only"
            issues.add(value.issues(message, help: "remove it"))
        }
        var ownOptions: OptionReader?
        let made = issues.attempt { () -> any SourceTransportOptions in
            // All other options are checked above.
            let others = try node.entries.map(\.key).filter { !own.contains($0) }
            let read = try OptionReader.read(
                node, as: title, fields: transport.fields,
                otherFields: others.map { AnyOptionField(OptionField.node($0, "")) }, at: entry.keyLocation)
            ownOptions = read
            return try transport.init(read, format: format)
        }
        if let options { issues.attempt { try check(options, format) } }
        guard issues.list.isEmpty, let options, let made, let ownOptions else {
            throw ValueIssuesError(list: issues.list)
        }
        let source = RelayConfiguration.Source(
            name: entry.key,
            transport: made,
            format: format,
            session: try options(CommonSourceOptions.session),
            media: try options(CommonSourceOptions.media),
            keepsRaw: try options(CommonSourceOptions.keepRaw),
            mark: RelayConfiguration.SourceLocation(entry.keyLocation, node.origin)
        )
        var shown = try options.shown
        for (key, value) in try ownOptions.shown { shown[key] = value }
        return (source, .object(shown))
    }

    private func check(_ options: OptionReader, _ format: any SourceFormat.Type) throws {
        if try options(CommonSourceOptions.keepRaw), !format.keepsRaw {
            let able = registry.formats.filter { $0.keepsRaw }.map { $0.name }.sorted().joined(separator: ", ")
            throw options.fail(
                CommonSourceOptions.keepRaw, "documents of the format \(format.name) cannot be kept with their events",
                help: "remove it; it is for \(able)")
        }
    }

    /// The value of an option; nil when it cannot be parsed, which is reported elsewhere.
    private func named(_ field: OptionField<String>, in node: ConfigNode) -> String? {
        guard node.isMap, let value = node[field.name] else { return nil }
        return try? field.type.parse(value)
    }

    /// The options of any transport. They are parsed here regardless of the source's own transport, because only
    /// secrets that were parsed are masked in messages.
    private func transportOptions(in node: ConfigNode) -> [(name: String, value: ConfigNode)] {
        let fields = Dictionary(
            registry.transports.flatMap { $0.fields }.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let entries = (try? node.entries) ?? []
        return entries.compactMap { entry in
            guard let field = fields[entry.key] else { return nil }
            _ = try? field.parse(entry.value)
            return (entry.key, entry.value)
        }
    }
}
