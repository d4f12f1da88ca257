package import RelayCore

/// What a configuration can name: the kinds of everything that this relay is built with.
package struct ConfigurationRegistry: Sendable {
    package let stages: [any ConfiguredStage.Type]
    package let destinations: [any DestinationOptions.Type]
    package let formats: [any EventFormat.Type]
    package let transports: [any TransportOptions.Type]
    /// The options of a test, for documentation and schemas; what runs tests reads them.
    package let testOptions: [AnyField]
    /// What is wrong with an address that deliveries would go to; nil when nothing is.
    package var urlCheck: (@Sendable (String) -> String?)?
    /// Makes the ``urlCheck`` of the pipelines, which come after the configuration that says what may be reached.
    package var pipelineURLCheck: PipelineURLCheck?
    /// What is wrong with an entry of `egress.allow`; nil when nothing is.
    package var egressCheck: (@Sendable (String) -> String?)?

    package typealias PipelineURLCheck =
        @Sendable (RelayConfiguration.Egress, RelayConfiguration.Server) -> @Sendable (String) -> String?

    package init(
        stages: [any ConfiguredStage.Type],
        destinations: [any DestinationOptions.Type],
        formats: [any EventFormat.Type],
        transports: [any TransportOptions.Type],
        testOptions: [AnyField] = [],
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

    /// The kind of stage that a word in a pipeline names; nil when there is none.
    package func stage(_ kind: String) -> (any ConfiguredStage.Type)? {
        stages.first { $0.kind == kind }
    }

    /// The kind of destination that `type:` names; nil when there is none.
    package func destination(_ kind: String) -> (any DestinationOptions.Type)? {
        destinations.first { $0.kind == kind }
    }

    /// The transport that `transport:` names; nil when there is none.
    package func transport(_ kind: String) -> (any TransportOptions.Type)? {
        transports.first { $0.kind == kind }
    }

    /// The format that `format:` names; nil when there is none.
    package func format(_ name: String) -> (any EventFormat.Type)? {
        formats.first { $0.name == name }
    }

    /// The words after which a pipeline names destinations: the kinds of stages that deliver, and their options.
    var deliveringOptions: [String] {
        stages.flatMap { stage in
            stage.effects.flatMap { effect -> [String] in
                guard case .delivers(let option) = effect else { return [] }
                return [stage.kind, option]
            }
        }
    }
}

extension ConfigurationRegistry {
    /// Builds one stage from the YAML of one list element, as in a pipeline: `filter: { drop: .payload.isGroup }`.
    package func step(
        yaml: String,
        destinations: Set<String> = [],
        environment: [String: String] = [:]
    ) throws(ConfigurationError) -> PipelineStep {
        let origin = ConfigDocument(text: yaml, path: "stage", environment: environment, urlCheck: urlCheck)
        let builder = PipelineBuilder(name: "default", registry: self, destinations: destinations)
        let step = YAMLReader.read(origin).flatMap { node in
            ValueIssuesError.attempt(at: node) { try builder.step(node) }
        }
        return try Self.finish(step, origin)
    }

    /// Builds one destination from the YAML under its name.
    package func destination(
        yaml: String,
        name: String = "crm",
        retryPolicies: [String: RetryPolicy] = ["default": RetryPolicy()],
        environment: [String: String] = [:]
    ) throws(ConfigurationError) -> RelayConfiguration.Destination {
        let origin = ConfigDocument(text: yaml, path: "destination", environment: environment, urlCheck: urlCheck)
        let builder = DestinationBuilder(registry: self, policies: retryPolicies, timeout: .seconds(10))
        let destination = YAMLReader.read(origin).flatMap { node -> RelayConfiguration.Destination? in
            let entry = ConfigNode.Entry(key: name, value: node, keyPlace: node.place)
            return ValueIssuesError.attempt(at: node) { try builder.destination(entry) }?.destination
        }
        return try Self.finish(destination, origin)
    }

    private static func finish<Value>(_ value: Value?, _ origin: ConfigDocument) throws(ConfigurationError) -> Value {
        guard let value, !origin.hasErrors else { throw ConfigurationError(diagnostics: origin.diagnostics) }
        return value
    }
}

extension ConfigDocument {
    /// YAML that is in no file.
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
    /// Runs a body and reports what was wrong; nil then. An error of another kind is reported at the node.
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
