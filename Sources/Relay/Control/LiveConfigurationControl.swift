internal import RelayAPI
internal import RelayConfig
internal import RelayCore
internal import RelayJSON

/// Reports the active configuration and reloads it.
struct LiveConfigurationControl: ConfigurationControl {
    let current: CurrentConfiguration
    let reloader: ConfigurationReloader

    func pipelines() async -> [PipelineSummary] {
        current.generation.configuration.pipelines.map { pipeline in
            PipelineSummary(
                name: pipeline.name,
                file: pipeline.file,
                from: pipeline.from,
                stages: pipeline.steps.map { .init(id: $0.id, kind: $0.kind) }
            )
        }
    }

    func configuration() async -> ConfigurationStatus {
        let generation = current.generation
        return ConfigurationStatus(
            generation: generation.mark,
            loadedAt: generation.loadedAt,
            failure: current.failure,
            configuration: generation.configuration.scrubbed
        )
    }

    func reload() async throws(APIError) -> ReloadResult {
        do {
            let (generation, notes) = try await reloader.reload()
            return ReloadResult(generation: generation.number, loadedAt: generation.loadedAt, warnings: notes)
        } catch let error as InvalidConfigurationError {
            let mistakes = error.diagnostics.filter { $0.severity == .error }
            throw APIError(
                status: 422,
                code: "configuration_invalid",
                message: "The configuration has \(mistakes.count) mistake(s); the old one stays in use.",
                details: .array(error.diagnostics.map { .string($0.description) })
            )
        } catch {
            throw APIError(
                status: 422,
                code: "configuration_invalid",
                message: "The new configuration cannot be used; the old one stays in use. \(error)"
            )
        }
    }
}
