internal import RelayCore
internal import Synchronization

/// The time limit of one fetch.
///
/// The time for which a late fetch waits for a slot does not count: nobody waits for its file, and behind many other late
/// files it would end without a request and lose a try.
final class FetchTimeLimit: Sendable {
    private struct State {
        var deadline: Timestamp
        /// Since when the fetch waits for a slot; nil: it does not.
        var waitingSince: Timestamp?

        /// The deadline without the time since the wait began.
        func extended(at now: Timestamp) -> Timestamp { waitingSince.map { deadline + (now - $0) } ?? deadline }
    }

    private let state: Mutex<State>

    /// - Parameter deadline: the end of the fetch if it never waits.
    init(deadline: Timestamp) {
        state = Mutex(State(deadline: deadline))
    }

    /// The end of the fetch, as far as it is known now. It moves while a late fetch waits.
    func deadline(isLate: Bool, at now: Timestamp) -> Timestamp {
        state.withLock { isLate ? $0.extended(at: now) : $0.deadline }
    }

    /// The fetch begins to wait for a slot.
    func waitBegins(at now: Timestamp) {
        state.withLock { $0.waitingSince = now }
    }

    /// The fetch has got its slot, or has failed to get one.
    func waitEnds(isLate: Bool, at now: Timestamp) {
        state.withLock { state in
            if isLate { state.deadline = state.extended(at: now) }
            state.waitingSince = nil
        }
    }
}
