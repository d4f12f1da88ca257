package import RelayCore
internal import RelayJQ

/// The top-level sections of `config.yaml`.
enum ConfigurationSection: String, CaseIterable {
    case server, store, media, sources, destinations
    case retryPolicies = "retry_policies"
    case egress, logging, delivery, expressions

    var summary: String {
        switch self {
        case .server: "Where the relay listens."
        case .store: "Where data is stored, and for how long."
        case .media: "Where downloaded files are stored, and how receivers get them."
        case .sources: "Where events come from, by name. Over HTTP the name is the route: POST /in/NAME."
        case .destinations: "Where deliveries go in addition to the sessions' own webhooks, by name."
        case .retryPolicies: "How deliveries are tried again, by name. A policy inherits from the one that it extends."
        case .egress: "Where deliveries may go: never to private IP addresses unless they are listed here."
        case .logging: "What is logged, and how. Logs go to standard error."
        case .delivery: "Limits for all destinations together."
        case .expressions: "What one evaluation of a jq expression of a pipeline may use."
        }
    }

    func shape(_ registry: ConfigurationKindRegistry) -> OptionValueSchema {
        switch self {
        case .server: .options(RelayConfiguration.Server.fields)
        case .store: .options(RelayConfiguration.Store.fields)
        case .media: .options(RelayConfiguration.Media.fields)
        case .sources: .map(.kinds(registry.transportKinds, key: "transport"), names: ConfigurationNameSyntax.pattern)
        case .destinations: .map(.kinds(registry.destinationKinds), names: ConfigurationNameSyntax.destinationPattern)
        case .retryPolicies: .map(.options(RetryPolicyOptions.fields), names: ConfigurationNameSyntax.pattern)
        case .egress: .options(RelayConfiguration.Egress.fields(registry.egressCheck))
        case .logging: .options(RelayConfiguration.Logging.fields)
        case .delivery: .options(RelayConfiguration.Delivery.fields)
        case .expressions: .options(JQBudget.fields)
        }
    }

    func field(_ registry: ConfigurationKindRegistry) -> AnyOptionField {
        let shape = shape(registry)
        let isNamed = if case .map = shape { true } else { false }
        let typeName = isNamed ? "a map of names to options" : "a map of options"
        return AnyOptionField(OptionField<ConfigNode>.node(rawValue, summary, typeName, shape: shape).optional)
    }
}

extension ConfigurationKindRegistry {
    private static let version = OptionField.int("version", "The version of this grammar.", 1...1, default: 1)

    /// The top-level options of `config.yaml`, with all nested options.
    package var configurationFields: [AnyOptionField] {
        [AnyOptionField(Self.version)] + ConfigurationSection.allCases.map { $0.field(self) }
    }

    /// The top-level options of a pipeline file.
    package var pipelineFields: [AnyOptionField] { ConfigurationLoader.fields(tests: testsShape) }

    /// The top-level options of a test file.
    package var testFileFields: [AnyOptionField] { PipelineTestFileReader.fields(tests: testsShape) }

    private var testsShape: OptionValueSchema { .list(testOptions.isEmpty ? .anything : .options(testOptions)) }

    /// The options that every stage accepts next to its own key: `when`, `on_error` …
    package var stageFields: [AnyOptionField] { PipelineStepReader.modifiers }

    /// The options that destinations of every kind have, `type` included.
    package var destinationFields: [AnyOptionField] { CommonDestinationOptions.fields }

    /// The options that sources of every transport have, `transport` included.
    package var sourceFields: [AnyOptionField] { CommonSourceOptions(self).fields }

    /// The options that are common to all kinds that the option `key` selects, `key` included.
    package func commonFields(keyedBy key: String) -> [AnyOptionField] {
        [sourceFields, destinationFields].first { fields in fields.contains { $0.name == key } } ?? []
    }

    /// The retry policy that applies when neither the policy nor the policies it extends set an option.
    package var defaultRetryPolicy: RetryPolicy { RetryPolicy() }

    /// The transports, each with the common options followed by its own.
    var transportKinds: [OptionVariant] {
        let common = sourceFields.filter { $0.name != "transport" }
        return transports.map { OptionVariant(name: $0.kind, summary: $0.summary, fields: common + $0.fields) }
    }

    /// The kinds of destinations, each with its own options followed by the common ones.
    var destinationKinds: [OptionVariant] {
        destinations.map { kind in
            var names = Set(kind.fields.map(\.name) + [CommonDestinationOptions.type.name])
            if !kind.takesBatches { names.insert(CommonDestinationOptions.batch.name) }
            let common = destinationFields.filter { !names.contains($0.name) }
            return OptionVariant(name: kind.kind, summary: kind.summary, fields: kind.fields + common)
        }
    }
}
