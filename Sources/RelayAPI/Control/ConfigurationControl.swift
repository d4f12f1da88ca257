/// Reports and reloads the active configuration. The `Relay` module implements it.
package protocol ConfigurationControl: Sendable {
    func pipelines() async -> [PipelineSummary]

    /// Returns the active configuration.
    func configuration() async -> ConfigurationStatus

    /// Reloads the configuration. - Throws: 422 with the diagnostics when it is not valid; the old one then stays
    /// active.
    func reload() async throws(APIError) -> ReloadResult
}
