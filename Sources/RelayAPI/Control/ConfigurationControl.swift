/// The configuration in force, and reading it again. The composition implements it.
package protocol ConfigurationControl: Sendable {
    func pipelines() async -> [PipelineStatus]

    /// The configuration at work.
    func configuration() async -> ConfigurationStatus

    /// Reads the configuration again. - Throws: 422 with the diagnostics when it is wrong; then the old one goes on.
    func reload() async throws(APIError) -> ReloadResult
}
