internal import Synchronization

/// An event that happens once. Any number of tasks may wait for it.
package final class OneTimeSignal: Sendable {
    private struct State {
        var isComplete = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    package init() {}

    package func complete() {
        let waiting = state.withLock { state in
            state.isComplete = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    package func wait() async {
        await withCheckedContinuation { continuation in
            let isComplete = state.withLock { state in
                if !state.isComplete { state.waiting.append(continuation) }
                return state.isComplete
            }
            if isComplete { continuation.resume() }
        }
    }
}
