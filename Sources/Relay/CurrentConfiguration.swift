internal import RelayAPI
internal import Synchronization

/// Holds the active configuration for readers that look it up on each use. A reload replaces it.
final class CurrentConfiguration: Sendable {
    private struct State {
        var generation: LoadedConfiguration
        var failure: ConfigurationStatus.Failure?
    }

    private let state: Mutex<State>

    init(_ generation: LoadedConfiguration) {
        state = Mutex(State(generation: generation))
    }

    var generation: LoadedConfiguration { state.withLock { $0.generation } }

    /// The reason why the configuration that was read last is not active; nil when it is.
    var failure: ConfigurationStatus.Failure? { state.withLock { $0.failure } }

    func replace(with generation: LoadedConfiguration) {
        state.withLock { $0 = State(generation: generation) }
    }

    /// Records a failed reload; the current generation stays active.
    func keep(after failure: ConfigurationStatus.Failure) {
        state.withLock { $0.failure = failure }
    }
}
