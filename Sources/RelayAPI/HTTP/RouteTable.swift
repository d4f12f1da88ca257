internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import NIOHTTP1

/// Registers handlers with the router, and adds what all routes have in common: the key check and error responses.
struct RouteTable {
    typealias Handler = @Sendable (APIHandlerRequest) async throws -> Response

    let router: Router<APIRequestContext>
    let limits: RelayAPI.Configuration
    let authenticator: APIKeyAuthenticator
    let failures: ErrorResponder
    private(set) var known: [RoutePattern] = []

    init(
        router: Router<APIRequestContext>,
        limits: RelayAPI.Configuration,
        authenticator: APIKeyAuthenticator,
        failures: ErrorResponder
    ) {
        self.router = router
        self.limits = limits
        self.authenticator = authenticator
        self.failures = failures
    }

    /// A route that requires an API key; the path is relative to `/api/v1`.
    mutating func api(_ method: HTTPRequest.Method, _ path: String, _ handler: @escaping Handler) {
        let authenticator = authenticator
        add(method, "/api/v1" + path) { request in
            try authenticator.check(request.request, context: request.context)
            return try await handler(request)
        }
    }

    /// A route without an API key.
    mutating func open(_ method: HTTPRequest.Method, _ path: String, _ handler: @escaping Handler) {
        add(method, path, handler)
    }

    private mutating func add(_ method: HTTPRequest.Method, _ path: String, _ handler: @escaping Handler) {
        known.append(RoutePattern(method: method, path: path))
        let limits = limits
        let failures = failures
        router.on(RouterPath(path), method: method) { request, context -> Response in
            do {
                return try await handler(APIHandlerRequest(request: request, context: context, limits: limits))
            } catch let error as HTTPParserError {
                throw error
            } catch {
                return failures.response(to: request, context: context, error: error)
            }
        }
    }
}
