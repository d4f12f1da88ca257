package import RelayCore
internal import Synchronization

/// Destinations that were reported and not read yet, for one listener at a time. Sets that the listener has not read
/// are merged, so none is lost and memory stays bounded.
package final class DestinationWakeups: Sendable {
    private struct State {
        var waiting: Set<DestinationKey> = []
        var listener: CheckedContinuation<Set<DestinationKey>?, Never>?
        var isFinished = false
    }

    private let state = Mutex(State())

    package init() {}

    package var stream: AsyncStream<Set<DestinationKey>> {
        AsyncStream(unfolding: { await self.next() }, onCancel: { self.leave() })
    }

    package func add(_ destinations: Set<DestinationKey>) {
        guard !destinations.isEmpty else { return }
        let resumption: (CheckedContinuation<Set<DestinationKey>?, Never>, Set<DestinationKey>)? = state.withLock {
            state in
            state.waiting.formUnion(destinations)
            guard let listener = state.listener else { return nil }
            state.listener = nil
            defer { state.waiting = [] }
            return (listener, state.waiting)
        }
        if let (listener, waiting) = resumption { listener.resume(returning: waiting) }
    }

    package func finish() {
        let listener = state.withLock { state in
            state.isFinished = true
            defer { state.listener = nil }
            return state.listener
        }
        listener?.resume(returning: nil)
    }

    private func next() async -> Set<DestinationKey>? {
        await withCheckedContinuation { continuation in
            let answer: Set<DestinationKey>?? = state.withLock { state in
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
