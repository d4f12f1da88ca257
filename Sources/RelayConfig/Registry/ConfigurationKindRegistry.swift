package import RelayCore

/// The kinds of stages, destinations, transports and formats that a configuration can name.
package struct ConfigurationKindRegistry: Sendable {
    package let stages: [any ConfigurableStage.Type]
    package let destinations: [any DestinationOptions.Type]
    package let formats: [any SourceFormat.Type]
    package let transports: [any SourceTransportOptions.Type]
    /// The options of a test, for documentation and schemas; the test runner parses them.
    package let testOptions: [AnyOptionField]
    /// Returns what is wrong with the URL of a delivery, or nil when the URL is allowed.
    package var urlCheck: (@Sendable (String) -> String?)?
    /// Makes the ``urlCheck`` of the pipelines from the main configuration, whose `egress` rules must be read first.
    package var pipelineURLCheck: PipelineURLCheck?
    /// Returns what is wrong with an entry of `egress.allow`, or nil when the entry is valid.
    package var egressCheck: (@Sendable (String) -> String?)?

    package typealias PipelineURLCheck =
        @Sendable (RelayConfiguration.Egress, RelayConfiguration.Server) -> @Sendable (String) -> String?

    package init(
        stages: [any ConfigurableStage.Type],
        destinations: [any DestinationOptions.Type],
        formats: [any SourceFormat.Type],
        transports: [any SourceTransportOptions.Type],
        testOptions: [AnyOptionField] = [],
        urlCheck: (@Sendable (String) -> String?)? = nil,
        pipelineURLCheck: PipelineURLCheck? = nil,
        egressCheck: (@Sendable (String) -> String?)? = nil
    ) {
        self.stages = stages
        self.destinations = destinations
        self.formats = formats
        self.transports = transports
        self.testOptions = testOptions
        self.urlCheck = urlCheck
        self.pipelineURLCheck = pipelineURLCheck
        self.egressCheck = egressCheck
    }

    /// The type of the stage that a key in a pipeline names; nil when there is none.
    package func stage(_ kind: String) -> (any ConfigurableStage.Type)? {
        stages.first { $0.kind == kind }
    }

    /// The type of the destination that `type:` names; nil when there is none.
    package func destination(_ kind: String) -> (any DestinationOptions.Type)? {
        destinations.first { $0.kind == kind }
    }

    /// The type of the transport that `transport:` names; nil when there is none.
    package func transport(_ kind: String) -> (any SourceTransportOptions.Type)? {
        transports.first { $0.kind == kind }
    }

    /// The type of the format that `format:` names; nil when there is none.
    package func format(_ name: String) -> (any SourceFormat.Type)? {
        formats.first { $0.name == name }
    }

    /// The keys whose values name destinations in a pipeline: the kinds of stages that deliver, and their options.
    var deliveringOptions: [String] {
        stages.flatMap { stage in
            stage.effects.flatMap { effect -> [String] in
                guard case .delivers(let option) = effect else { return [] }
                return [stage.kind, option]
            }
        }
    }
}

extension ConfigurationKindRegistry {
    /// Builds one stage from the YAML of one list element, as in a pipeline: `filter: { drop: .payload.isGroup }`.
    package func step(
        yaml: String,
        destinations: Set<String> = [],
        environment: [String: String] = [:]
    ) throws(InvalidConfigurationError) -> PipelineStep {
        let origin = ConfigSourceDocument(text: yaml, path: "stage", environment: environment, urlCheck: urlCheck)
        let builder = PipelineStepReader(name: "default", registry: self, destinations: destinations)
        let step = YAMLReader.read(origin).flatMap { node in
            ValueIssuesError.attempt(at: node) { try builder.step(node) }
        }
        return try Self.finish(step, origin)
    }

    /// Builds one destination from the YAML of its options.
    package func destination(
        yaml: String,
        name: String = "crm",
        retryPolicies: [String: RetryPolicy] = ["default": RetryPolicy()],
        environment: [String: String] = [:]
    ) throws(InvalidConfigurationError) -> RelayConfiguration.Destination {
        let origin = ConfigSourceDocument(text: yaml, path: "destination", environment: environment, urlCheck: urlCheck)
        let builder = DestinationSectionReader(registry: self, policies: retryPolicies, timeout: .seconds(10))
        let destination = YAMLReader.read(origin).flatMap { node -> RelayConfiguration.Destination? in
            let entry = ConfigNode.Entry(key: name, value: node, keyLocation: node.location)
            return ValueIssuesError.attempt(at: node) { try builder.destination(entry) }?.destination
        }
        return try Self.finish(destination, origin)
    }

    private static func finish<Value>(_ value: Value?, _ origin: ConfigSourceDocument) throws(InvalidConfigurationError)
        -> Value
    {
        guard let value, !origin.hasErrors else { throw InvalidConfigurationError(diagnostics: origin.diagnostics) }
        return value
    }
}

extension ConfigSourceDocument {
    /// Creates a document from YAML that is not in a file.
    convenience init(
        text: String,
        path: String,
        environment: [String: String],
        urlCheck: (@Sendable (String) -> String?)?
    ) {
        self.init(
            path: path,
            lines: YAMLReader.lines(of: text),
            interpolation: VariableInterpolation(
                environment: environment, directory: BoundedFileReader.currentDirectory),
            urlCheck: urlCheck
        )
    }
}

extension ValueIssuesError {
    /// Runs a closure; on failure, reports its mistakes and returns nil. Any other error is reported at the node.
    static func attempt<Value>(at node: ConfigNode, _ body: () throws -> Value) -> Value? {
        do {
            return try body()
        } catch let issues as ValueIssuesError {
            issues.report()
        } catch {
            node.issues("\(error)").report()
        }
        return nil
    }
}
