package import RelayCore
internal import Synchronization

/// Wakes one sleeper; a ring with nobody asleep is kept for the next.
package final class WakeSignal: Sendable {
    private struct State: Sendable {
        var hasRung = false
        var sleeper: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    package init() {}

    package func ring() {
        let sleeper = state.withLock { state in
            if state.sleeper == nil { state.hasRung = true }
            return state.sleeper.take()
        }
        sleeper?.resume()
    }

    /// Returns at a ring, or when the deadline is reached.
    package func wait(until deadline: Timestamp, clock: any RelayClock) async {
        await withTaskGroup { group in
            group.addTask { try? await clock.sleep(until: deadline) }
            group.addTask { await self.wait() }
            await group.next()
            group.cancelAll()
        }
    }

    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isAwake = state.withLock { state in
                    if state.hasRung || Task.isCancelled {
                        state.hasRung = false
                        return true
                    }
                    state.sleeper = continuation
                    return false
                }
                if isAwake { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.sleeper.take() }?.resume()
        }
    }
}
