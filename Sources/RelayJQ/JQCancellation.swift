internal import Synchronization

/// Stops evaluations that another thread began. An evaluation looks at it every thousand steps.
package final class JQCancellation: Sendable {
    private let flag = Atomic<Bool>(false)

    package init() {}

    package func cancel() { flag.store(true, ordering: .relaxed) }

    package var isCancelled: Bool { flag.load(ordering: .relaxed) }
}
