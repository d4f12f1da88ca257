internal import Synchronization

/// The highest message id that Chatwoot has returned. Ids increase over the whole installation, so later messages have
/// higher ids in every conversation.
final class HighestMessageID: Sendable {
    private let id = Atomic<Int64>(0)

    /// Nil before the first id.
    var value: Int64? {
        let value = id.load(ordering: .relaxed)
        return value > 0 ? value : nil
    }

    func raise(to value: Int64) {
        id.max(value, ordering: .relaxed)
    }
}
