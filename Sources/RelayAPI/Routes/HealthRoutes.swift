internal import Hummingbird
internal import RelayJSON

/// Health checks for supervisors and load balancers, without an API key.
struct HealthRoutes: Sendable {
    let process: any ReadinessProvider

    func add(to routes: inout RouteTable) {
        routes.open(.get, "/livez") { _ in APIResponseBuilder.success(["status": "alive"]) }
        routes.open(.get, "/readyz", readyz)
    }

    private func readyz(_ request: APIHandlerRequest) async throws -> Response {
        let readiness = await process.readiness()
        let isReady = readiness.isReady && !process.isDraining
        let reasons = readiness.reasons + (process.isDraining && readiness.isReady ? ["shutting down"] : [])
        guard isReady else {
            throw APIError(
                status: 503,
                code: "not_ready",
                message: reasons.isEmpty ? "The relay is not ready." : "The relay is not ready: \(reasons[0])",
                details: .strings(reasons),
                retryAfter: 5
            )
        }
        return APIResponseBuilder.success(["status": "ready", "reasons": .strings(reasons)])
    }
}
