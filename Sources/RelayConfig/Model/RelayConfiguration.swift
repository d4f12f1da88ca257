package import RelayCore
package import RelayJSON

/// A whole configuration, read and checked: `config.yaml` and the pipelines beside it.
package struct RelayConfiguration: Sendable {
    /// The path of `config.yaml` as the caller gave it.
    package let file: String
    /// The absolute path of its folder, where relative paths start.
    package let directory: String
    package let server: Server
    package let store: Store
    package let media: Media
    package let sources: [Source]
    package let destinations: [Destination]
    /// By name; `default` is always there.
    package let retryPolicies: [String: RetryPolicy]
    package let egress: Egress
    package let logging: Logging
    package let delivery: Delivery
    /// By name, in alphabetical order.
    package let pipelines: [PipelineDefinition]
    /// Where its files, and those of its tests, are read from.
    let files: ConfigurationFileReader
    /// Whether variables that are not set have some value all the same, so that it is good for checking only.
    let assumes: Bool
    /// How many bytes of a receiver's answer are read (`WEBHOOK_MAX_BODY_SIZE`). Default and maximum 1 MiB.
    package let maxResponseBody: Int
    /// How long a request of a webhook that is managed over REST may take (`WEBHOOK_TIMEOUT_MS`). Default 10 s.
    package let webhookTimeout: Duration
    /// The resolved configuration with its defaults; secrets are `***`. Pipelines are shown as written.
    package let scrubbed: JSON

    /// A configuration that can be used, and what is odd about it.
    package struct Loaded: Sendable {
        package let configuration: RelayConfiguration
        package let warnings: [Diagnostic]
    }

    /// Where something is written, for what is found wrong later.
    package struct SourceLocation: Sendable, Hashable {
        package let file: String
        package let line: Int
        package let column: Int
        private let sourceLine: String?

        /// - Parameter place: of something that is read already, so that its secrets are known.
        init(_ place: NodeLocation, _ origin: ConfigDocument) {
            file = origin.path
            line = place.line
            column = place.column
            sourceLine = origin.shownLine(place.line)
        }

        /// A mistake in it.
        package func error(_ message: String, code: DiagnosticCode) -> Diagnostic {
            Diagnostic(
                code: code, file: file, line: line, column: column, message: message, sourceLine: sourceLine)
        }
    }
}
