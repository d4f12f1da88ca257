/// Reports whether the process accepts events. The `Relay` module implements it.
package protocol ReadinessProvider: Sendable {
    /// Whether the process is shutting down.
    var isDraining: Bool { get }
    /// Returns whether events are accepted and sent, and the reasons if not.
    func readiness() async -> Readiness
}
