internal import Synchronization

/// The run of a pipeline that others wait for. A stage whose work would take long on this event calls ``giveUp()`` and
/// ends in any way; the result is discarded, and the event runs where nobody waits for it.
package final class ShortRun: Sendable {
    private let isTooLong = Atomic<Bool>(false)

    package init() {}

    package func giveUp() { isTooLong.store(true, ordering: .relaxed) }

    /// Whether a stage gave up since the last call.
    package func takeGivenUp() -> Bool {
        guard isTooLong.load(ordering: .relaxed) else { return false }
        isTooLong.store(false, ordering: .relaxed)
        return true
    }
}
