internal import RelayCore
internal import RelayJSON

/// Checks standalone YAML blocks, as in documentation. Each block is checked according to its kind, with the
/// definitions of the blocks before it. Variables need not be set.
final class YAMLSnippetChecker {
    private let shown: String
    private let path: String
    private let registry: ConfigurationKindRegistry
    private let externalCheck: ConfigurationChecker.ExternalCheck
    private let loader: ConfigurationLoader

    /// The definitions of the blocks checked so far.
    private var sources: [RelayConfiguration.Source] = []
    private var destinations: [RelayConfiguration.Destination] = []
    private var policies: Set<String> = []
    private var egress: RelayConfiguration.Egress?
    private var fragments = StageFragmentLibrary(mayLack: true)
    private var pipelines: [PipelineDefinition] = []
    /// The sections that a block titled `config.yaml` contained. A name that is missing from such a section is
    /// undefined.
    private var complete: Set<String> = []
    private var origins: [ConfigSourceDocument] = []
    /// The diagnostics that ``externalCheck`` returned.
    private var externalDiagnostics: [Diagnostic] = []

    init(
        shown: String, registry: ConfigurationKindRegistry, externalCheck: @escaping ConfigurationChecker.ExternalCheck
    ) {
        self.shown = shown
        path = BoundedFileReader.absolute(shown, from: BoundedFileReader.currentDirectory)
        self.registry = registry
        self.externalCheck = externalCheck
        loader = ConfigurationLoader(path: shown, environment: [:], registry: registry, assumes: true)
    }

    var diagnostics: [Diagnostic] {
        (origins.flatMap(\.diagnostics) + externalDiagnostics).sorted { ($0.line, $0.column) < ($1.line, $1.column) }
    }

    func check(_ block: FencedYAMLBlock) {
        let interpolation = VariableInterpolation(environment: [:], directory: loader.directory, assumes: true)
        let origin = ConfigSourceDocument(path: shown, lines: block.lines, interpolation: interpolation)
        origins.append(origin)
        guard let node = YAMLReader.read(origin) else { return }
        guard let kind = YAMLSnippetKind(node, title: block.title, registry: registry) else {
            let location = ConfigNodeLocation(line: max(1, node.location.line), column: node.location.column)
            node.issues(
                "the block is no part of a configuration that is known",
                help: "begin it with # config.yaml or # pipelines/NAME.yaml, or write ```yaml ignore above it",
                at: location, code: .unknownBlock
            ).report()
            return
        }
        switch kind {
        case .nothing: break
        case .configuration: configuration(node, isWhole: block.title != nil)
        case .pipeline(let name): pipeline(node, name: name, block)
        case .fragment(let name):
            fragments.nodes[name] = .some(node)
            stages(of: node) { builder in
                try self.fragments.stages(of: name, at: node).map { try builder.steps($0) } ?? []
            }
        case .stages: stages(of: node) { try $0.steps(node) }
        case .stage: stages(of: node) { [try $0.step(node)] }
        case .destination:
            let entry = ConfigNode.Entry(key: "destination", value: node, keyLocation: node.location)
            _ = ValueIssuesError.attempt(at: node) { try destinationBuilder(for: [node]).destination(entry) }
        case .tests(let name): tests(node, of: name, block)
        case .testList: break
        }
    }

    // MARK: config.yaml

    private func configuration(_ node: ConfigNode, isWhole: Bool) {
        let defaults = DeliveryEnvironmentDefaults([:], origin: ConfigSourceDocument(path: "environment"))
        var reader = MainConfigFileReader(
            root: node, directory: loader.directory, registry: registry, defaults: defaults)
        reader.policiesElsewhere = policies
        if node["retry_policies"] == nil {
            reader.policiesElsewhere.formUnion(retryNames(reader.entries("destinations")))
        }
        let read = reader.read()
        policies.formUnion(reader.names("retry_policies"))
        sources += read?.sources ?? []
        destinations += read?.destinations ?? []
        if node["egress"] != nil { egress = read?.egress }
        guard isWhole else { return }
        complete.formUnion(((try? node.entries) ?? []).map(\.key))
    }

    private func retryNames(_ entries: [ConfigNode.Entry]) -> [String] {
        entries.compactMap { entry in
            guard let node = entry.value["retry"], !node.isMap else { return nil }
            return try? node.text
        }
    }

    private func destinationBuilder(for nodes: [ConfigNode]) -> DestinationSectionReader {
        let entries = nodes.map { ConfigNode.Entry(key: "", value: $0, keyLocation: $0.location) }
        let names = policies.union(retryNames(entries)).union(["default"])
        let policies = names.reduce(into: [:]) { $0[$1] = RetryPolicy() }
        return DestinationSectionReader(registry: registry, policies: policies, timeout: .seconds(10))
    }

    // MARK: pipelines

    private func pipeline(_ node: ConfigNode, name: String, _ block: FencedYAMLBlock) {
        let names = names(for: node)
        guard let read = loader.pipeline(node, name: name, shown: shown, names) else { return }
        let (sources, destinations) = standIns(names)
        loader.follow([read], sources: sources, destinations: destinations)
        pipelines.removeAll { $0.name == name }
        pipelines.append(
            PipelineDefinition(name: name, file: "", from: read.definition.from, steps: read.definition.outerSteps))
        guard node["tests"] != nil else { return }
        checkTests(block, pipelines: [read.definition], sources, destinations)
    }

    private func stages(of node: ConfigNode, _ read: (PipelineStepReader) throws -> [PipelineStep]) {
        let builder = PipelineStepReader(
            name: "default",
            registry: registry,
            destinations: names(for: node).destinations,
            fragments: fragments
        )
        _ = ValueIssuesError.attempt(at: node) { try read(builder) }
    }

    /// The names that a block may refer to: the defined names, and, for sections that are not complete, every name that
    /// the block uses.
    private func names(for node: ConfigNode) -> PipelineNameScope {
        var sources = sources.map(\.name)
        var destinations = destinations.map(\.name)
        if !complete.contains("sources") { sources += texts(in: node, under: ["from", "source"]) }
        if !complete.contains("destinations") {
            destinations += texts(in: node, under: Set(["to", "destinations"] + registry.deliveringOptions))
        }
        return PipelineNameScope(sources: sources, destinations: destinations, fragments: fragments)
    }

    /// The strings under options with these names, at any depth, and the keys of maps there.
    private func texts(in node: ConfigNode, under names: Set<String>, isInside: Bool = false) -> [String] {
        switch node.content {
        case .null: []
        case .scalar: isInside ? [try? node.text].compactMap(\.self) : []
        case .list(let nodes): nodes.flatMap { texts(in: $0, under: names, isInside: isInside) }
        case .map(let entries):
            entries.flatMap { entry in
                (isInside ? [entry.key] : [])
                    + texts(in: entry.value, under: names, isInside: isInside || names.contains(entry.key))
            }
        }
    }

    // MARK: tests

    private func tests(_ node: ConfigNode, of title: String?, _ block: FencedYAMLBlock) {
        let named = try? node["pipeline"]?.text
        // A test cannot be checked without its pipeline.
        guard let name = named ?? title, let pipeline = pipelines.last(where: { $0.name == name }) else { return }
        let (sources, destinations) = standIns(names(for: node))
        checkTests(block, pipelines: [pipeline], sources, destinations)
    }

    private func checkTests(
        _ block: FencedYAMLBlock,
        pipelines: [PipelineDefinition],
        _ sources: [RelayConfiguration.Source],
        _ destinations: [RelayConfiguration.Destination]
    ) {
        let defaults = DeliveryEnvironmentDefaults([:], origin: ConfigSourceDocument(path: "environment"))
        let empty = ConfigNode(
            label: "", content: .null, location: ConfigNodeLocation(), origin: ConfigSourceDocument(path: shown))
        let reader = MainConfigFileReader(
            root: empty, directory: loader.directory, registry: registry, defaults: defaults)
        guard let read = reader.read() else { return }
        let name = pipelines.first?.name ?? ""
        let configuration = RelayConfiguration(
            file: shown,
            directory: loader.directory,
            server: read.server,
            store: read.store,
            media: read.media,
            sources: sources,
            destinations: destinations,
            retryPolicies: read.retryPolicies,
            egress: egress ?? read.egress,
            logging: read.logging,
            delivery: read.delivery,
            expressions: read.expressions,
            pipelines: pipelines,
            files: .text(block.lines.joined(separator: "\n"), path: path, title: "pipelines/\(name)_test.yaml"),
            assumes: true,
            maxResponseBody: defaults.maxResponseBody,
            webhookTimeout: defaults.timeout,
            scrubbed: .null
        )
        externalDiagnostics += externalCheck(configuration, [shown]).diagnostics
    }

    /// The defined sources and destinations, and a placeholder for every name that is only referred to.
    private func standIns(
        _ names: PipelineNameScope
    ) -> (sources: [RelayConfiguration.Source], destinations: [RelayConfiguration.Destination]) {
        var sources = sources
        for name in names.sources where !sources.contains(where: { $0.name == name }) {
            let format = (registry.format(name) ?? registry.formats.first)?.name ?? ""
            let transport = (registry.transports.first { $0.takesPosts } ?? registry.transports.first)?.kind ?? ""
            let node = standIn("{ transport: \(transport), format: \(format) }")
            let entry = ConfigNode.Entry(key: name, value: node, keyLocation: ConfigNodeLocation())
            let source = try? SourceSectionReader(registry: registry).source(entry).source
            if let source { sources.append(source) }
        }
        var destinations = destinations
        if let kind = registry.destinations.first {
            for name in names.destinations.sorted() where !destinations.contains(where: { $0.name == name }) {
                let node = standIn("type: \(kind.kind)\n\(kind.example)")
                let entry = ConfigNode.Entry(key: name, value: node, keyLocation: ConfigNodeLocation())
                let builder = destinationBuilder(for: [])
                if let made = try? builder.destination(entry).destination { destinations.append(made) }
            }
        }
        return (sources, destinations)
    }

    private func standIn(_ yaml: String) -> ConfigNode {
        let origin = ConfigSourceDocument(text: yaml, path: shown, environment: [:], urlCheck: nil)
        return YAMLReader.read(origin)
            ?? ConfigNode(label: "", content: .null, location: ConfigNodeLocation(), origin: origin)
    }
}
