package import RelayCore
internal import Synchronization

/// What takes part in the writer's transactions. It is known only after the store is open.
package struct WriterExtensions: Sendable {
    package var processor: (any NewEventProcessor)?
    package var claimer: (any NewDeliveryClaimer)?

    /// The extensions of a store.
    package final class Registry: Sendable {
        private let extensions = Mutex(WriterExtensions())

        package init() {}

        package var current: WriterExtensions { extensions.withLock { $0 } }

        func change(_ change: (inout sending WriterExtensions) -> Void) {
            extensions.withLock { change(&$0) }
        }
    }
}
