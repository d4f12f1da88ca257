internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import NIOCore
internal import RelayCore
internal import RelayJSON

/// A request with helpers for handlers.
struct APIHandlerRequest: Sendable {
    let request: Request
    let context: APIRequestContext
    let limits: RelayAPI.Configuration

    /// A part of the path, percent-decoded.
    func path(_ name: Substring) throws(APIError) -> String {
        guard let raw = context.parameters[name], let text = PercentCoding.decode(raw.utf8) else {
            throw .badRequest("The path is not valid percent-encoded UTF-8.")
        }
        return text
    }

    /// A session's id in the path.
    func sessionID() throws(APIError) -> String {
        try path("id")
    }

    func query() throws(APIError) -> QueryParameterReader {
        try QueryParameterReader(request.uri.query)
    }

    func header(_ name: String) -> String? {
        HTTPField.Name(name).flatMap { request.headers[$0] }
    }

    /// The values of all header fields of a name, in the order in which they came.
    func headerFields(_ name: String) -> [String] {
        HTTPField.Name(name).map { request.headers[values: $0] } ?? []
    }

    func bytes() async throws -> [UInt8] {
        try await BoundedRequestBodyReader.collect(
            request,
            on: context.channel,
            limit: limits.maxBody,
            timeout: .milliseconds(limits.bodyTimeout.milliseconds)
        )
    }

    /// The body of a management request. An empty body is read as an empty object, because many routes have only
    /// optional fields.
    func body() async throws -> JSONFieldReader {
        if let type = request.headers[.contentType], !ContentTypeRules.isJSON(type) {
            // Some clients declare a content type without sending a body.
            let length = request.headers[.contentLength]
            guard length == nil && request.headers[.transferEncoding] == nil || length == "0" else {
                throw APIError.unsupportedMediaType(type)
            }
        }
        let bytes = try await bytes()
        return try JSONFieldReader(bytes.isEmpty ? [:] : JSONBodyParser.parse(bytes))
    }
}
