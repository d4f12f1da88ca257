/// Whether the relay accepts events, and if not, why.
package struct Readiness: Sendable {
    package var isReady: Bool
    /// The reasons, one line each: `the disk is full`, `shutting down`.
    package var reasons: [String]

    package init(isReady: Bool, reasons: [String] = []) {
        self.isReady = isReady
        self.reasons = reasons
    }
}
