/// Whether the relay takes events in, and if not, why.
package struct Readiness: Sendable {
    package var isReady: Bool
    /// What stands in the way, one line each: `the disk is full`, `shutting down`.
    package var reasons: [String]

    package init(isReady: Bool, reasons: [String] = []) {
        self.isReady = isReady
        self.reasons = reasons
    }
}
