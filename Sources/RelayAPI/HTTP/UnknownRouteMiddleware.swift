internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import NIOHTTP1

/// Answers requests without a matching route: 405 with `Allow` when the path has other methods, 404 otherwise.
struct UnknownRouteMiddleware: RouterMiddleware {
    typealias Context = APIRequestContext

    let known: [RoutePattern]
    let failures: ErrorResponder

    @concurrent
    func handle(
        _ request: Request,
        context: APIRequestContext,
        next: @concurrent (Request, APIRequestContext) async throws -> Response
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

    private func unmatched(_ request: Request, context: APIRequestContext) -> Response {
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
