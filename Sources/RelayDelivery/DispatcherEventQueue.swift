internal import RelayCore
internal import Synchronization

/// What comes to the dispatcher from outside its loop: results, wakeups, wishes. Any thread posts, one loop waits.
final class DispatcherEventQueue: Sendable {
    struct Finished: Sendable {
        /// What the request carried: one delivery, or a batch of one destination's.
        var batch: [ClaimedDelivery]
        var destination: String
        /// The destination's when the attempt started; nil when it was gone by then.
        var settings: DestinationSettings?
        var startedAt: Timestamp
        var result: AttemptResult
    }

    struct Content: Sendable {
        var finished: [Finished] = []
        var due: Set<String> = []
        var isShuttingDown = false
        /// Something else changed (a pause, a configuration): look at everything again.
        var isStirred = false
        var isEmpty: Bool { finished.isEmpty && due.isEmpty && !isStirred }
    }

    private struct State: Sendable {
        var content = Content()
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func post(_ change: (inout Content) -> Void) {
        let waiter = state.withLock { state in
            change(&state.content)
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// Everything that has come; leaves the shutdown mark.
    func drain() -> Content {
        state.withLock { state in
            let content = state.content
            state.content = Content(isShuttingDown: content.isShuttingDown)
            return content
        }
    }

    /// Returns when something is there, or the task is cancelled.
    /// - Parameter isShutdownNews: whether the shutdown mark alone counts as something.
    func wait(isShutdownNews: Bool) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    let isReady =
                        !state.content.isEmpty || Task.isCancelled
                        || (isShutdownNews && state.content.isShuttingDown)
                    if !isReady { state.waiter = continuation }
                    return isReady
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiter.take() }?.resume()
        }
    }
}
