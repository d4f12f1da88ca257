internal import RelayCore
internal import RelayJQ
internal import RelayJSON

/// Loads a configuration once and collects its diagnostics.
final class ConfigurationLoader {
    let path: String
    let directory: String
    let registry: ConfigurationKindRegistry
    private let environment: [String: String]
    private let interpolation: VariableInterpolation
    let files: ConfigurationFileReader
    /// The documents in the order in which their diagnostics are reported.
    private var origins: [ConfigSourceDocument] = []

    /// - Parameter assumes: whether variables that are not set are treated as set to an unknown value.
    init(
        path: String,
        environment: [String: String],
        registry: ConfigurationKindRegistry,
        assumes: Bool = false,
        files: ConfigurationFileReader = .disk
    ) {
        self.files = files
        self.path = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
        let file = BoundedFileReader.absolute(path, from: BoundedFileReader.currentDirectory)
        directory = BoundedFileReader.absolute("..", from: file)
        self.registry = registry
        self.environment = environment
        interpolation = VariableInterpolation(environment: environment, directory: directory, assumes: assumes)
    }

    var diagnostics: [Diagnostic] { origins.flatMap(\.diagnostics) }
    var hasErrors: Bool { origins.contains(where: \.hasErrors) }

    /// A path next to `config.yaml`, relative to the same directory as the path that the caller passed.
    func shownPath(_ name: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return name }
        return path[...slash] + name
    }

    func load() -> RelayConfiguration? {
        let environmentOrigin = ConfigSourceDocument(path: "environment")
        origins.append(environmentOrigin)
        let defaults = DeliveryEnvironmentDefaults(environment, origin: environmentOrigin)
        guard let root = read(BoundedFileReader.absolute(path, from: BoundedFileReader.currentDirectory), shown: path),
            root.isMap || root.isEmpty
        else {
            if let origin = origins.last, !origin.hasErrors {
                let location = ConfigNodeLocation(line: 1, column: 1)
                let message = "the configuration is no map of options"
                origin.report(
                    ValueIssue(
                        code: .noConfiguration, origin: origin, location: location, message: message,
                        help: "begin with version: 1"))
            }
            // The names that pipelines may refer to are unknown, so only their YAML syntax is checked.
            for file in pipelineFiles() { _ = read(file.path, shown: file.shown) }
            return nil
        }
        let main = MainConfigFileReader(root: root, directory: directory, registry: registry, defaults: defaults)
        let read = main.read()
        var context = PipelineFileContext(urlCheck: registry.urlCheck)
        if let read {
            context.urlCheck = registry.pipelineURLCheck?(read.egress, read.server) ?? registry.urlCheck
            context.expressionBudget = read.expressions
        }
        let names = PipelineNameScope(
            sources: main.names("sources"),
            destinations: main.names("destinations"),
            fragments: readFragments(context)
        )
        let pipelines = readPipelines(names, context)
        guard let read, let pipelines = pipelines.complete, !hasErrors else { return nil }
        warn(main, pipelines, read.destinations)
        warnOfUnused(names.fragments, used: pipelines.reduce(into: []) { $0.formUnion($1.fragments) })
        follow(pipelines, sources: read.sources, destinations: read.destinations)
        var shown = read.shown
        shown["pipelines"] = .object(JSONObject(pipelines.map { ($0.definition.name, $0.shown) }))
        if !names.fragments.nodes.isEmpty { shown["fragments"] = names.fragments.shown }
        return RelayConfiguration(
            file: path,
            directory: directory,
            server: read.server,
            store: read.store,
            media: read.media,
            sources: read.sources,
            destinations: read.destinations,
            retryPolicies: read.retryPolicies,
            egress: read.egress,
            logging: read.logging,
            delivery: read.delivery,
            expressions: read.expressions,
            pipelines: pipelines.map(\.definition),
            files: files,
            assumes: interpolation.assumes,
            maxResponseBody: defaults.maxResponseBody,
            webhookTimeout: defaults.timeout,
            scrubbed: .object(shown)
        )
    }

    /// Reads one file; returns nil when it is not a YAML document.
    /// - Parameter missing: the help text of the diagnostic when the file does not exist.
    func read(
        _ file: String,
        shown: String,
        _ context: PipelineFileContext? = nil,
        missing: String = "write it, or name another with --config"
    ) -> ConfigNode? {
        do throws(FileError) {
            let bytes = try files.read(file, maximum: YAMLReader.maximumFileSize)
            guard var text = String(validating: bytes, as: UTF8.self) else {
                throw FileError(message: "is not UTF-8 text")
            }
            if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
            let origin = ConfigSourceDocument(
                path: shown,
                lines: YAMLReader.lines(of: text),
                interpolation: interpolation,
                urlCheck: context?.urlCheck ?? registry.urlCheck,
                expressionBudget: context?.expressionBudget ?? JQBudget()
            )
            origins.append(origin)
            return YAMLReader.read(origin)
        } catch {
            fail(shown, "the file \(error.message)", help: error.isMissing ? missing : nil, code: .unreadableFile)
            return nil
        }
    }

    /// Reports a mistake without a line.
    func fail(
        _ shown: String,
        _ message: String,
        help: String? = nil,
        severity: Diagnostic.Severity = .error,
        code: DiagnosticCode
    ) {
        let origin = ConfigSourceDocument(path: shown)
        origin.report(
            ValueIssue(
                severity: severity, code: code, origin: origin, location: ConfigNodeLocation(), message: message,
                help: help))
        origins.append(origin)
    }

    func warnOfUnread(_ shown: String) {
        let name = shown.split(separator: "/").last?.dropLast(4) ?? ""
        fail(shown, "the file is not read", help: "rename it to \(name).yaml", severity: .warning, code: .unreadFile)
    }

    private func warn(
        _ main: MainConfigFileReader, _ pipelines: [LoadedPipeline],
        _ destinations: [RelayConfiguration.Destination]
    ) {
        let delivered = pipelines.reduce(into: Set<String>()) { $0.formUnion($1.targets) }
        // A destination that another destination refers to is in use, even when no stage delivers to it.
        let needed = delivered.union(destinations.compactMap(\.options.reference?.name))
        for entry in main.entries("destinations") where !needed.contains(entry.key) {
            entry.warn(
                "nothing delivers to \"\(entry.key)\"", help: "name it in a deliver stage, or remove it",
                code: .unusedDestination)
        }
        let readsAll = pipelines.contains { $0.definition.from.isEmpty }
        let sources = pipelines.reduce(into: Set<String>()) { $0.formUnion($1.definition.from) }
        for entry in main.entries("sources") where !readsAll && !sources.contains(entry.key) {
            entry.warn(
                "no pipeline reads \"\(entry.key)\"", help: "name it in a pipeline's from, or remove it",
                code: .unusedSource)
        }
        // Webhooks managed over REST may name any policy.
        guard !delivered.contains(RelayConfiguration.Destination.sessionWebhooks) else { return }
        let policies = main.entries("retry_policies")
        var used: Set<String> = ["default"]
        for entry in main.entries("destinations") + policies {
            for node in [entry.value["retry"], entry.value["retry"]?["extends"], entry.value["extends"]] {
                if let name = try? node?.text { used.insert(name) }
            }
        }
        for entry in policies where !used.contains(entry.key) {
            entry.warn(
                "nothing uses the retry policy \"\(entry.key)\"",
                help: "name it in a destination's retry, or remove it",
                code: .unusedRetryPolicy)
        }
    }
}

extension ConfigNode.Entry {
    func warn(_ message: String, help: String?, code: DiagnosticCode) {
        value.origin.report(
            ValueIssue(
                severity: .warning, code: code, origin: value.origin, location: keyLocation, message: message,
                help: help)
        )
    }
}
