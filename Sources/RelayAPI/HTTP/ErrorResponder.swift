internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import RelayJSON

/// Converts errors to responses, and logs internal ones.
struct ErrorResponder: Sendable {
    let logger: Logger

    func response(to request: Request, context: APIRequestContext, error: any Error) -> Response {
        let failure = failure(
            method: request.method.rawValue, path: request.uri.path, channel: context.channel, error: error)
        var response = APIResponseBuilder.failure(failure)
        if failure.closesConnection { response.headers[.connection] = "close" }
        return response
    }

    /// The same for a document that was posted to a path.
    func answer(toPost path: String, channel: any Channel, error: any Error) -> IngestAnswer {
        let failure = failure(method: "POST", path: path, channel: channel, error: error)
        var fields = APIResponseBuilder.fields(of: failure)
        if failure.closesConnection { fields[.connection] = "close" }
        return IngestAnswer(
            status: HTTPResponse.Status(code: failure.status), fields: fields,
            body: APIResponseBuilder.document(of: failure).bytes)
    }

    private func failure(method: String, path: String, channel: any Channel, error: any Error) -> APIError {
        let failure = APIError(error)
        if failure.status >= 500 {
            logger.error(
                "request failed",
                metadata: [
                    "method": "\(method)", "path": "\(path)", "status": "\(failure.status)", "code": "\(failure.code)",
                    "error": "\(error)",
                ]
            )
        }
        if failure.closesConnection {
            // Gives the client time to read the response; after that, the connection is closed although the client
            // still sends.
            channel.eventLoop.scheduleTask(in: .seconds(5)) { channel.close(promise: nil) }
        }
        return failure
    }
}

extension APIError {
    /// Whether the connection ends with the response: the client still sends.
    fileprivate var closesConnection: Bool { status == 413 }
}
