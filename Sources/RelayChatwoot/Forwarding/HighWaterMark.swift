internal import Synchronization

/// The highest id of a message that Chatwoot has told. Ids rise over the whole installation, so what is made later
/// stands behind it, in whichever conversation.
final class HighWaterMark: Sendable {
    private let id = Atomic<Int64>(0)

    /// Nil before the first.
    var value: Int64? {
        let value = id.load(ordering: .relaxed)
        return value > 0 ? value : nil
    }

    func raise(to value: Int64) {
        id.max(value, ordering: .relaxed)
    }
}
