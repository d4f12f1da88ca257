package import RelayCore
internal import Synchronization

/// A fetcher whose results a test sets: success, failure, or a result that the test triggers.
package final class ControllableMediaFetcher: MediaFetcher {
    /// The result of a fetch.
    package enum Outcome: Sendable {
        case stored(StoredMedia)
        case fails(MediaError)
        /// Ends only when it is cancelled.
        case never
    }

    private struct State {
        var outcomes: [Outcome]
        var fetched: [RawMediaReference] = []
        var cancelled = 0
    }

    private let state: Mutex<State>
    private let expiresAt: Timestamp

    /// - Parameter outcomes: the results of the fetches in order; the last one is repeated.
    package init(_ outcomes: [Outcome], expiresAt: Timestamp = Timestamp(seconds: 1_764_000_000)) {
        precondition(!outcomes.isEmpty)
        state = Mutex(State(outcomes: outcomes))
        self.expiresAt = expiresAt
    }

    /// The requested files.
    package var fetched: [RawMediaReference] { state.withLock { $0.fetched } }
    /// The number of fetches that ended because no caller waited any more.
    package var cancelled: Int { state.withLock { $0.cancelled } }

    package func fetch(
        _ media: RawMediaReference,
        source: String,
        session: String,
        limits: MediaFetchLimits,
        priority: MediaFetchPriority
    ) async throws(MediaError) -> StoredMedia {
        let outcome = state.withLock { state in
            state.fetched.append(media)
            return state.outcomes.count > 1 ? state.outcomes.removeFirst() : state.outcomes[0]
        }
        switch outcome {
        case .stored(let stored): return stored
        case .fails(let failure): throw failure
        case .never:
            let (stream, continuation) = AsyncStream<Never>.makeStream()
            for await _ in stream {}
            continuation.finish()
            state.withLock { $0.cancelled += 1 }
            throw MediaError(.unavailable, "cancelled")
        }
    }

    package func link(to media: StoredMedia, of reference: RawMediaReference) -> (url: String, expiresAt: Timestamp) {
        ("http://relay/media/\(media.id)/\(reference.fileName ?? "file")", expiresAt)
    }
}
