public import RelayCore
public import RelayJSON

/// A whole configuration, read and checked: `config.yaml` and the pipelines beside it.
public struct RelayConfiguration: Sendable {
    /// The path of `config.yaml` as the caller gave it.
    public let file: String
    /// The absolute path of its folder, where relative paths start.
    public let directory: String
    public let server: Server
    public let store: Store
    public let media: Media
    public let sources: [Source]
    public let destinations: [Destination]
    /// By name; `default` is always there.
    public let retryPolicies: [String: RetryPolicy]
    public let egress: Egress
    public let logging: Logging
    public let delivery: Delivery
    /// By name, in alphabetical order.
    public let pipelines: [PipelineDefinition]
    /// Where its files, and those of its tests, are read from.
    let files: FileReader
    /// Whether variables that are not set have some value all the same, so that it is good for checking only.
    let assumes: Bool
    /// How many bytes of a receiver's answer are read (`WEBHOOK_MAX_BODY_SIZE`). Default and maximum 1 MiB.
    public let maxResponseBody: Int
    /// How long a request of a webhook that is managed over REST may take (`WEBHOOK_TIMEOUT_MS`). Default 10 s.
    public let webhookTimeout: Duration
    /// The resolved configuration with its defaults; secrets are `***`. Pipelines are shown as written.
    public let scrubbed: JSON

    /// A configuration that can be used, and what is odd about it.
    public struct Loaded: Sendable {
        public let configuration: RelayConfiguration
        public let warnings: [Diagnostic]
    }

    /// Where something is written, for what is found wrong later.
    public struct SourceMark: Sendable, Hashable {
        public let file: String
        public let line: Int
        public let column: Int
        private let sourceLine: String?

        /// - Parameter place: of something that is read already, so that its secrets are known.
        init(_ place: Place, _ origin: Origin) {
            file = origin.path
            line = place.line
            column = place.column
            sourceLine = origin.shownLine(place.line)
        }

        /// A mistake in it.
        public func error(_ message: String, code: DiagnosticCode) -> Diagnostic {
            Diagnostic(
                code: code, file: file, line: line, column: column, message: message, sourceLine: sourceLine)
        }
    }
}
