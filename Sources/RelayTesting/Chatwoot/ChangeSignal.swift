internal import Synchronization

/// Wakes tasks that wait for a change.
final class ChangeSignal: Sendable {
    private struct State {
        var version = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    var version: Int { state.withLock(\.version) }

    func signal() {
        let waiters = state.withLock { state in
            state.version += 1
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns immediately when there was a change since `version`.
    func wait(after version: Int) async {
        await withCheckedContinuation { continuation in
            let isLate = state.withLock { state in
                if state.version > version { return true }
                state.waiters.append(continuation)
                return false
            }
            if isLate { continuation.resume() }
        }
    }
}
