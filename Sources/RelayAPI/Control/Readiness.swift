/// Whether the relay takes events in, and if not, why.
public struct Readiness: Sendable {
    public var isReady: Bool
    /// What stands in the way, one line each: `the disk is full`, `shutting down`.
    public var reasons: [String]

    public init(isReady: Bool, reasons: [String] = []) {
        self.isReady = isReady
        self.reasons = reasons
    }
}
