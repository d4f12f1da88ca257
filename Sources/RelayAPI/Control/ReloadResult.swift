public import RelayCore

/// A configuration that was read again and is at work.
public struct ReloadResult: Sendable {
    /// Counts the configurations since the start, the first included.
    public var generation: Int
    public var loadedAt: Timestamp
    public var warnings: [String]

    public init(generation: Int, loadedAt: Timestamp, warnings: [String] = []) {
        self.generation = generation
        self.loadedAt = loadedAt
        self.warnings = warnings
    }
}
