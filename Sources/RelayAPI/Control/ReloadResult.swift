package import RelayCore

/// A reloaded configuration that is now active.
package struct ReloadResult: Sendable {
    /// The number of configurations since the start, including the first.
    package var generation: Int
    package var loadedAt: Timestamp
    package var warnings: [String]

    package init(generation: Int, loadedAt: Timestamp, warnings: [String] = []) {
        self.generation = generation
        self.loadedAt = loadedAt
        self.warnings = warnings
    }
}
