internal import Synchronization

/// The changes of contacts that failed during one attempt. They cost no message, so they are reported beside the
/// attempt's outcome.
final class ContactUpdateFailureLog: Sendable {
    private let messages = Mutex<[String]>([])

    func append(_ message: String) {
        messages.withLock { $0.append(message) }
    }

    /// One line for people; nil when nothing failed.
    var text: String? {
        let messages = messages.withLock { $0 }
        guard let first = messages.first else { return nil }
        let more = messages.count > 1 ? " (and \(messages.count - 1) more)" : ""
        return "The contact could not be updated: \(first)\(more)"
    }
}
