internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore

/// Converts errors to responses, and logs internal ones.
struct ErrorResponder: Sendable {
    let logger: Logger

    func response(to request: Request, context: APIRequestContext, error: any Error) -> Response {
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
        var response = APIResponseBuilder.failure(failure)
        if failure.status == 413 {
            response.headers[.connection] = "close"
            // Gives the client time to read the response; after that, the connection is closed although the client
            // still sends.
            let channel = context.channel
            channel.eventLoop.scheduleTask(in: .seconds(5)) { channel.close(promise: nil) }
        }
        return response
    }
}
