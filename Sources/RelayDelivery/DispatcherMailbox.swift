internal import RelayCore
internal import Synchronization

/// What is reported to the dispatcher's loop: results, due destinations, requests of operators. Any thread posts, one
/// loop waits.
final class DispatcherMailbox: Sendable {
    struct FinishedRequest: Sendable {
        /// What the request carried: one delivery, or a batch of one destination's.
        var batch: [ClaimedDelivery]
        var destination: DestinationKey
        /// The destination's settings when the attempt started; nil when it was gone by then.
        var settings: DestinationDispatchSettings?
        /// Which receiver it was sent to; nil when the destination was gone by then.
        var receiver: String?
        var startedAt: Timestamp
        var result: AttemptResult
    }

    struct Content: Sendable {
        var finished: [FinishedRequest] = []
        /// Deliveries that were claimed when they were queued.
        var claimed: [ClaimedDelivery] = []
        /// In the order in which they were reported; one may be there several times.
        var due: [DestinationKey] = []
        var isShuttingDown = false
        /// Destinations that were added, removed or changed.
        var changed: Set<DestinationKey> = []
        /// Any destination may have been.
        var hasChangedConfiguration = false
        /// Something else changed, which the state of the dispatcher has already.
        var hasOtherChange = false
        var isEmpty: Bool {
            finished.isEmpty && claimed.isEmpty && due.isEmpty && changed.isEmpty && !hasChangedConfiguration
                && !hasOtherChange
        }
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

    /// Takes everything that was posted, except the shutdown mark.
    func drain() -> Content {
        state.withLock { state in
            let content = state.content
            state.content = Content(isShuttingDown: content.isShuttingDown)
            return content
        }
    }

    /// Returns when something was posted, or the task is cancelled.
    /// - Parameter includingShutdown: whether the shutdown mark alone counts as something.
    func wait(includingShutdown: Bool) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    let isReady =
                        !state.content.isEmpty || Task.isCancelled
                        || (includingShutdown && state.content.isShuttingDown)
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
