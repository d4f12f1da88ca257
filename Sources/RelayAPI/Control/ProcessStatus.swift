/// Whether the process takes events in. The composition implements it.
package protocol ProcessStatus: Sendable {
    /// Whether the process is on its way out.
    var isDraining: Bool { get }
    /// Whether events are taken in and sent, and what keeps them from it.
    func readiness() async -> Readiness
}
