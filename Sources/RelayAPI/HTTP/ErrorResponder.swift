internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore

/// Turns errors into answers, and logs those that are the relay's own.
struct ErrorResponder: Sendable {
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
        var response = APIResponse.failure(failure)
        if failure.status == 413 {
            response.headers[.connection] = "close"
            // Time for the caller to read the answer; after that, what it still sends is not worth a connection.
            let channel = context.channel
            channel.eventLoop.scheduleTask(in: .seconds(5)) { channel.close(promise: nil) }
        }
        return response
    }
}
