package import RelayCore
package import RelayJQ
package import RelayJSON

/// A complete configuration, read and checked: `config.yaml` and the pipelines next to it.
package struct RelayConfiguration: Sendable {
    /// The path of `config.yaml` as the caller passed it.
    package let file: String
    /// The absolute path of the folder of `config.yaml`, against which relative paths are resolved.
    package let directory: String
    package let server: Server
    package let store: Store
    package let media: Media
    package let sources: [Source]
    package let destinations: [Destination]
    /// The retry policies by name; always contains `default`.
    package let retryPolicies: [String: RetryPolicy]
    package let egress: Egress
    package let logging: Logging
    package let delivery: Delivery
    /// `expressions:`, what an evaluation of an expression of a pipeline may use.
    package let expressions: JQBudget
    /// The pipelines in alphabetical order of their names.
    package let pipelines: [PipelineDefinition]
    /// The reader for its files and those of its tests.
    let files: ConfigurationFileReader
    /// Whether variables that are not set were treated as set to an unknown value; such a configuration can only be
    /// checked.
    let assumes: Bool
    /// The maximum number of bytes that are read of a receiver's response (`WEBHOOK_MAX_BODY_SIZE`). Default and
    /// maximum 1 MiB.
    package let maxResponseBody: Int
    /// The time limit of a request to a webhook managed over REST (`WEBHOOK_TIMEOUT_MS`). Default 10 s.
    package let webhookTimeout: Duration
    /// The resolved configuration with its defaults; secrets are `***`. Pipelines are shown as written.
    package let scrubbed: JSON

    /// A configuration that can be used, and its warnings.
    package struct Loaded: Sendable {
        package let configuration: RelayConfiguration
        package let warnings: [Diagnostic]
    }

    /// A position in the configuration, for diagnostics that are found after loading.
    package struct SourceLocation: Sendable, Hashable {
        package let file: String
        package let line: Int
        package let column: Int
        private let sourceLine: String?

        /// - Parameter location: the position of a value that has been read, so that its secrets are already masked.
        init(_ location: ConfigNodeLocation, _ origin: ConfigSourceDocument) {
            file = origin.path
            line = location.line
            column = location.column
            sourceLine = origin.shownLine(location.line)
        }

        /// Creates an error at this position.
        package func error(_ message: String, code: DiagnosticCode) -> Diagnostic {
            Diagnostic(
                code: code, file: file, line: line, column: column, message: message, sourceLine: sourceLine)
        }
    }
}
