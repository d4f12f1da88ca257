package import RelayCore
internal import Synchronization

/// A fetcher that does what a test says: it succeeds, fails, or lets the test decide when.
package final class ScriptedFetcher: MediaFetcher {
    /// What a fetch comes to.
    package enum Outcome: Sendable {
        case stored(StoredMedia)
        case fails(MediaError)
        /// Ends when it is cancelled.
        case never
    }

    private struct State {
        var outcomes: [Outcome]
        var fetched: [RawMedia] = []
        var cancelled = 0
    }

    private let state: Mutex<State>
    private let expiresAt: Timestamp

    /// - Parameter outcomes: of the fetches in their order; the last one stands for all after it.
    package init(_ outcomes: [Outcome], expiresAt: Timestamp = Timestamp(seconds: 1_764_000_000)) {
        precondition(!outcomes.isEmpty)
        state = Mutex(State(outcomes: outcomes))
        self.expiresAt = expiresAt
    }

    /// What was asked for.
    package var fetched: [RawMedia] { state.withLock { $0.fetched } }
    /// Fetches that ended because nobody waited any more.
    package var cancelled: Int { state.withLock { $0.cancelled } }

    package func fetch(
        _ media: RawMedia,
        source: String,
        session: String,
        limits: MediaLimits
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

    package func link(to media: StoredMedia, of reference: RawMedia) -> (url: String, expiresAt: Timestamp) {
        ("http://relay/media/\(media.id)/\(reference.fileName ?? "file")", expiresAt)
    }
}
