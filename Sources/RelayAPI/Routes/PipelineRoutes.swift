internal import Hummingbird
internal import RelayCore
internal import RelayJSON

/// The pipelines at work, and reading the configuration again.
struct PipelineRoutes: Sendable {
    let control: any RelayControl

    func add(to routes: inout RouteTable) {
        routes.api(.get, "/pipelines") { _ in
            Answer.success(.array(await control.pipelines().map(Self.json)))
        }
        routes.api(.post, "/reload", reload)
    }

    private func reload(_ request: APIRequest) async throws -> Response {
        let result = try await control.reload()
        return Answer.success(
            [
                "generation": .orNull(result.generation),
                "loaded_at": .orNull(result.loadedAt),
                "warnings": .strings(result.warnings),
            ],
            message: "Configuration reloaded"
        )
    }

    private static func json(_ pipeline: PipelineStatus) -> JSON {
        [
            "name": .string(pipeline.name),
            "file": .orNull(pipeline.file),
            "from": .strings(pipeline.from),
            "stages": .array(pipeline.stages.map { ["id": .string($0.id), "kind": .string($0.kind)] }),
        ]
    }
}
