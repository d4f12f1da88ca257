/// The key of a destination: what deliveries, counts and pauses of the destination are stored under.
///
/// Its text form is the same in the store, the API, logs and metrics.
package enum DestinationKey: Sendable, Hashable {
    /// A destination of the configuration, by its name. Text form: the name.
    case configured(String)
    /// A webhook that is managed over REST, by its id, which begins with ``webhookPrefix``. Text form: the id.
    case webhook(String)
    /// The stage failures of a pipeline, by the pipeline's name; nothing is sent there. Text form: `pipeline/NAME`.
    case pipeline(String)

    /// The start of every webhook id. Names of configured destinations cannot begin with it.
    package static let webhookPrefix = "wh_"

    /// The start of the text form of every ``pipeline(_:)`` key. Names of configured destinations have no slash.
    package static let pipelinePrefix = "pipeline/"

    /// The id of a webhook: the prefix and its suffix.
    package static func webhookID(_ suffix: String) -> String { webhookPrefix + suffix }

    /// Reads the text form. Every text is a key: what has neither prefix is the name of a configured destination.
    package init(_ text: String) {
        if text.hasPrefix(Self.webhookPrefix) {
            self = .webhook(text)
        } else if text.hasPrefix(Self.pipelinePrefix) {
            self = .pipeline(String(text.dropFirst(Self.pipelinePrefix.count)))
        } else {
            self = .configured(text)
        }
    }

    /// The text form.
    package var text: String {
        switch self {
        case .configured(let name): name
        case .webhook(let id): id
        case .pipeline(let name): Self.pipelinePrefix + name
        }
    }

    /// Whether the deliveries are stage failures, which are never sent.
    package var isPipeline: Bool {
        if case .pipeline = self { true } else { false }
    }
}

extension DestinationKey: CustomStringConvertible {
    package var description: String { text }
}

extension DestinationKey: Comparable {
    /// By text form.
    package static func < (lhs: DestinationKey, rhs: DestinationKey) -> Bool { lhs.text < rhs.text }
}
