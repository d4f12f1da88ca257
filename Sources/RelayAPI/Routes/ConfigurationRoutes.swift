internal import Hummingbird
internal import RelayCore
internal import RelayJSON

/// Routes for the active pipelines and for reloading the configuration.
struct ConfigurationRoutes: Sendable {
    let configuration: any ConfigurationControl

    func add(to routes: inout RouteTable) {
        routes.api(.get, "/pipelines") { _ in
            APIResponseBuilder.success(.array(await configuration.pipelines().map(Self.json)))
        }
        routes.api(.get, "/config") { _ in APIResponseBuilder.success(Self.json(await configuration.configuration())) }
        routes.api(.post, "/reload", reload)
    }

    private static func json(_ status: ConfigurationStatus) -> JSON {
        [
            "generation": .orNull(status.generation.number),
            "loaded_at": .orNull(status.loadedAt),
            "hash": .string(status.generation.hash),
            "last_error": status.failure.map { ["at": .orNull($0.at), "mistakes": .strings($0.mistakes)] } ?? .null,
            "configuration": status.configuration,
        ]
    }

    private func reload(_ request: APIHandlerRequest) async throws -> Response {
        let result = try await configuration.reload()
        return APIResponseBuilder.success(
            [
                "generation": .orNull(result.generation),
                "loaded_at": .orNull(result.loadedAt),
                "warnings": .strings(result.warnings),
            ],
            message: "Configuration reloaded"
        )
    }

    private static func json(_ pipeline: PipelineSummary) -> JSON {
        [
            "name": .string(pipeline.name),
            "file": .orNull(pipeline.file),
            "from": .strings(pipeline.from),
            "stages": .array(pipeline.stages.map { ["id": .string($0.id), "kind": .string($0.kind)] }),
        ]
    }
}
