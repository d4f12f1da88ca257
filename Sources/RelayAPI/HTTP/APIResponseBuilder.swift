internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import RelayJSON

/// Builds responses. They are JSON, with headers that forbid caching and content sniffing.
enum APIResponseBuilder {
    static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// The header fields of every response.
    static let fields: HTTPFields = [
        .contentType: "application/json; charset=utf-8", .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
    ]

    static func json(_ value: JSON, status: HTTPResponse.Status = .ok) -> Response {
        json(value.bytes, status: status)
    }

    static func text(_ text: String) -> Response {
        var response = json([], status: .ok)
        response.body = ResponseBody(byteBuffer: ByteBuffer(string: text))
        response.headers[.contentType] = "text/plain; charset=utf-8"
        return response
    }

    /// `{"success": true, "data": …, "pagination": …, "message": …}`
    static func success(
        _ data: JSON,
        pagination: JSON? = nil,
        message: String? = nil,
        status: HTTPResponse.Status = .ok
    ) -> Response {
        var object: JSONObject = ["success": true, "data": data]
        if let pagination { object.append("pagination", pagination) }
        if let message { object.append("message", .string(message)) }
        return json(.object(object), status: status)
    }

    /// A page of a list with an offset, in the form of stage-07.
    static func page(_ rows: [JSON], limit: Int, offset: Int, total: Int) -> Response {
        success(
            .array(rows),
            pagination: ["limit": .orNull(limit), "offset": .orNull(offset), "total": .orNull(total)]
        )
    }

    /// A page of a list with a cursor; nil: this is the last page.
    static func page(_ rows: [JSON], limit: Int, nextCursor: String?) -> Response {
        success(
            .array(rows),
            pagination: ["limit": .orNull(limit), "next_cursor": .orNull(nextCursor)]
        )
    }

    static func failure(_ error: APIError) -> Response {
        Response(
            status: HTTPResponse.Status(code: error.status),
            headers: fields(of: error),
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: document(of: error).bytes))
        )
    }

    /// The body of an error's response.
    static func document(of error: APIError) -> JSON {
        [
            "success": false,
            "error": [
                "code": .string(error.code),
                "message": .string(error.message),
                "details": error.details ?? .null,
            ],
        ]
    }

    /// The header fields of an error's response.
    static func fields(of error: APIError) -> HTTPFields {
        var fields = Self.fields
        if let wait = error.retryAfter { fields[.retryAfter] = String(wait) }
        if error.status == 401 { fields[.wwwAuthenticate] = #"Bearer realm="zaphub""# }
        return fields
    }
}
