internal import Dispatch
internal import Synchronization

/// Blocks a number of callers until the last of them has arrived.
final class RaceBarrier: Sendable {
    private struct State {
        var missing = 0
        var waiting: [DispatchSemaphore] = []
    }

    private let state = Mutex(State())

    func open(for count: Int) {
        state.withLock { $0.missing = count }
    }

    func close() {
        release(state.withLock { take(&$0) })
    }

    /// Whether a new caller would be blocked.
    var isOpen: Bool { state.withLock { $0.missing > 0 } }

    /// Blocks the connection's own thread.
    func pass() {
        let semaphore = DispatchSemaphore(value: 0)
        let ready: [DispatchSemaphore] = state.withLock { state in
            guard state.missing > 0 else { return [semaphore] }
            state.missing -= 1
            state.waiting.append(semaphore)
            return state.missing == 0 ? take(&state) : []
        }
        release(ready)
        _ = semaphore.wait(timeout: .now() + .seconds(600))
    }

    private func take(_ state: inout State) -> [DispatchSemaphore] {
        defer { state = State() }
        return state.waiting
    }

    private func release(_ semaphores: [DispatchSemaphore]) {
        for semaphore in semaphores { semaphore.signal() }
    }
}
