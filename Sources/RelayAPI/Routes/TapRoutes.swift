internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import RelayCore

/// The route for a live view of events. It requires the API key, because it shows message texts and phone numbers.
struct TapRoutes: Sendable {
    let taps: TapRegistry
    let filters: FilterEvaluationPool
    let configuration: any ConfigurationControl

    func add(to routes: inout RouteTable) {
        routes.api(.get, "/tap", tap)
    }

    private func tap(_ request: APIHandlerRequest) async throws -> Response {
        var reader = try request.query()
        let query = try TapQuery(&reader, pipelines: await configuration.pipelines())
        let tap = try open(query)
        let feed = TapEventStreamWriter(tap: tap, query: query, filters: filters)
        let body = request.request.body
        return Response(
            status: .ok,
            headers: Self.headers,
            body: ResponseBody { writer in
                try await body.consumeWithInboundCloseHandler { _ in
                    try await feed.write(to: &writer)
                } onInboundClosed: {
                    tap.end(.gone)
                }
            }
        )
    }

    private func open(_ query: TapQuery) throws(APIError) -> TapSubscription {
        do throws(TapRegistry.OpenError) {
            return try taps.open(
                query.selection, sampler: query.filter == nil ? query.sample.map { TapSampler($0) } : nil)
        } catch {
            switch error {
            case .full:
                throw .unavailable(
                    "\(TapRegistry.maximum) taps are open, and more are not allowed; close one.",
                    code: "too_many_taps",
                    retryAfter: 10
                )
            case .shuttingDown:
                throw .unavailable("The relay is shutting down.", code: "draining", retryAfter: 5)
            }
        }
    }

    private static let headers: HTTPFields = {
        var headers = HTTPFields()
        headers[.contentType] = "text/event-stream; charset=utf-8"
        headers[.cacheControl] = "no-store"
        headers[.xContentTypeOptions] = "nosniff"
        // The connection cannot be reused after the stream.
        headers[.connection] = "close"
        // Without this header, proxies (nginx) delay the response until a buffer is full.
        if let name = HTTPField.Name("X-Accel-Buffering") { headers[name] = "no" }
        return headers
    }()
}
