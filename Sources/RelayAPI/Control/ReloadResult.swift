package import RelayCore

/// A configuration that was read again and is at work.
package struct ReloadResult: Sendable {
    /// Counts the configurations since the start, the first included.
    package var generation: Int
    package var loadedAt: Timestamp
    package var warnings: [String]

    package init(generation: Int, loadedAt: Timestamp, warnings: [String] = []) {
        self.generation = generation
        self.loadedAt = loadedAt
        self.warnings = warnings
    }
}
