internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1

/// Puts handlers into the router, each with what all have in common: the key, and errors as envelopes.
struct RouteTable {
    typealias Handler = @Sendable (APIRequest) async throws -> Response

    let router: Router<APIContext>
    let limits: RelayAPI.Configuration
    let authenticator: Authenticator
    let failures: FailureAnswer
    private(set) var known: [KnownRoute] = []

    init(
        router: Router<APIContext>,
        limits: RelayAPI.Configuration,
        authenticator: Authenticator,
        failures: FailureAnswer
    ) {
        self.router = router
        self.limits = limits
        self.authenticator = authenticator
        self.failures = failures
    }

    /// A route that needs an API key; the path is below `/api/v1`.
    mutating func api(_ method: HTTPRequest.Method, _ path: String, _ handler: @escaping Handler) {
        let authenticator = authenticator
        add(method, "/api/v1" + path) { request in
            try authenticator.check(request.request, context: request.context)
            return try await handler(request)
        }
    }

    /// A route that needs none.
    mutating func open(_ method: HTTPRequest.Method, _ path: String, _ handler: @escaping Handler) {
        add(method, path, handler)
    }

    private mutating func add(_ method: HTTPRequest.Method, _ path: String, _ handler: @escaping Handler) {
        known.append(KnownRoute(method: method, path: path))
        let limits = limits
        let failures = failures
        router.on(RouterPath(path), method: method) { request, context -> Response in
            do {
                return try await handler(APIRequest(request: request, context: context, limits: limits))
            } catch let error as HTTPParserError {
                throw error
            } catch {
                return failures.response(to: request, context: context, error: error)
            }
        }
    }
}

/// A method and path that there is.
struct KnownRoute: Sendable {
    let method: HTTPRequest.Method
    private let parts: [Substring]

    init(method: HTTPRequest.Method, path: String) {
        self.method = method
        parts = path.split(separator: "/")
    }

    /// Whether a path is one of this route's, whatever the method.
    func matches(_ path: String) -> Bool {
        let given = path.split(separator: "/")
        return given.count == parts.count && zip(parts, given).allSatisfy { $0.hasPrefix(":") || $0 == $1 }
    }
}

/// Turns errors into answers, and logs those that are the relay's own.
struct FailureAnswer: Sendable {
    let logger: Logger

    func response(to request: Request, context: APIContext, error: any Error) -> Response {
        let failure = APIError(error)
        if failure.status >= 500 {
            logger.error(
                "request failed",
                metadata: [
                    "method": "\(request.method.rawValue)", "path": "\(request.uri.path)",
                    "status": "\(failure.status)", "code": "\(failure.code)", "error": "\(error)",
                ]
            )
        }
        var response = Answer.failure(failure)
        if failure.status == 413 {
            response.headers[.connection] = "close"
            // Time for the caller to read the answer; after that, what it still sends is not worth a connection.
            let channel = context.channel
            channel.eventLoop.scheduleTask(in: .seconds(5)) { channel.close(promise: nil) }
        }
        return response
    }
}

/// Answers what no route takes: 405 with `Allow` when the path has other methods, 404 otherwise.
struct UnmatchedMiddleware: RouterMiddleware {
    typealias Context = APIContext

    let known: [KnownRoute]
    let failures: FailureAnswer

    func handle(
        _ request: Request,
        context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPParserError {
            throw error
        } catch let error as HTTPError where error.status == .notFound && error.body == nil {
            return unmatched(request, context: context)
        } catch {
            return failures.response(to: request, context: context, error: error)
        }
    }

    private func unmatched(_ request: Request, context: APIContext) -> Response {
        let path = request.uri.path
        var methods = Set(known.filter { $0.matches(path) }.map(\.method.rawValue))
        guard !methods.isEmpty else {
            let error = APIError.notFound("There is no route \(request.method.rawValue) \(path.prefix(200)).")
            return failures.response(to: request, context: context, error: error)
        }
        if methods.contains("GET") { methods.insert("HEAD") }
        let allowed = methods.sorted().joined(separator: ", ")
        let error = APIError(
            status: 405,
            code: "method_not_allowed",
            message: "\(path.prefix(200)) takes \(allowed), not \(request.method.rawValue)."
        )
        var response = failures.response(to: request, context: context, error: error)
        response.headers[.allow] = allowed
        return response
    }
}
