internal import RelayCore
internal import Synchronization

/// What takes part in the writer's transactions. It is known only after the store is open.
struct WriterExtensions: Sendable {
    var processor: (any NewEventProcessor)?
    var claimer: (any NewDeliveryClaimer)?

    /// The extensions of a store.
    final class Registry: Sendable {
        private let extensions = Mutex(WriterExtensions())

        var current: WriterExtensions { extensions.withLock { $0 } }

        func change(_ change: (inout sending WriterExtensions) -> Void) {
            extensions.withLock { change(&$0) }
        }
    }
}
