internal import RelayAPI
internal import Synchronization

/// The configuration in force, for everything that asks for it anew each time. A reload replaces it.
final class CurrentConfiguration: Sendable {
    private struct State {
        var generation: ConfigurationGeneration
        var failure: ConfigurationStatus.Failure?
    }

    private let state: Mutex<State>

    init(_ generation: ConfigurationGeneration) {
        state = Mutex(State(generation: generation))
    }

    var generation: ConfigurationGeneration { state.withLock { $0.generation } }

    /// Why the configuration that was read last is not in force; nil when it is.
    var failure: ConfigurationStatus.Failure? { state.withLock { $0.failure } }

    func replace(with generation: ConfigurationGeneration) {
        state.withLock { $0 = State(generation: generation) }
    }

    /// The generation stays in force.
    func keep(after failure: ConfigurationStatus.Failure) {
        state.withLock { $0.failure = failure }
    }
}
