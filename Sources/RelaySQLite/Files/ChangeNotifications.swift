internal import Synchronization

/// Names that were reported and not yet read, handed to one listener at a time. Sets that the listener was too slow for
/// are merged, so none is lost and nothing piles up.
final class ChangeNotifications: Sendable {
    private struct State {
        var waiting: Set<String> = []
        var listener: CheckedContinuation<Set<String>?, Never>?
        var isFinished = false
    }

    private let state = Mutex(State())

    var stream: AsyncStream<Set<String>> {
        AsyncStream(unfolding: { await self.next() }, onCancel: { self.leave() })
    }

    func add(_ names: Set<String>) {
        guard !names.isEmpty else { return }
        let resumption: (CheckedContinuation<Set<String>?, Never>, Set<String>)? = state.withLock { state in
            state.waiting.formUnion(names)
            guard let listener = state.listener else { return nil }
            state.listener = nil
            defer { state.waiting = [] }
            return (listener, state.waiting)
        }
        if let (listener, names) = resumption { listener.resume(returning: names) }
    }

    func finish() {
        let listener = state.withLock { state in
            state.isFinished = true
            defer { state.listener = nil }
            return state.listener
        }
        listener?.resume(returning: nil)
    }

    private func next() async -> Set<String>? {
        await withCheckedContinuation { continuation in
            let answer: Set<String>?? = state.withLock { state in
                if !state.waiting.isEmpty {
                    defer { state.waiting = [] }
                    return .some(state.waiting)
                }
                if state.isFinished || state.listener != nil { return .some(nil) }
                state.listener = continuation
                return .none
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    private func leave() {
        let listener = state.withLock { state in
            defer { state.listener = nil }
            return state.listener
        }
        listener?.resume(returning: nil)
    }
}
