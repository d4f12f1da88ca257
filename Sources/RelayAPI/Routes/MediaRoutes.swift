internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import RelayCore

/// Hands out stored files to whoever has their signed URL. What is in them was sent by strangers: a browser must
/// never take it for a page of ours.
struct MediaRoutes: Sendable {
    let control: any StoredMediaProvider

    func add(to routes: inout RouteTable) {
        routes.open(.get, "/media/:id/:name", file)
    }

    private func file(_ request: APIHandlerRequest) async throws -> Response {
        guard let id = MediaID(try request.path("id")) else {
            throw APIError.notFound("This is not the URL of a stored file.")
        }
        let name = try request.path("name")
        let range = request.header("range")
        let tag = "\"\(id)\""
        let file = try await control.media(id: id, name: name, query: try request.query().all) { size in
            switch ByteRange(range, size: size) {
            case .whole: 0..<size
            case .part(let part): part
            case .unsatisfiable: 0..<0
            }
        }
        var headers = Self.headers(name: name, mimetype: file.mimetype, tag: tag)
        if request.header("if-none-match")?.split(separator: ",").contains(where: { $0.contains(tag) }) == true {
            return Response(status: .notModified, headers: headers)
        }
        let size = file.content.size
        switch ByteRange(range, size: size) {
        case .unsatisfiable:
            headers[.contentRange] = "bytes */\(size)"
            headers[.contentType] = nil
            headers[.contentDisposition] = nil
            return Response(status: .rangeNotSatisfiable, headers: headers)
        case .part(let part):
            headers[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)"
            return Response(status: .partialContent, headers: headers, body: Self.body(file.content))
        case .whole:
            return Response(status: .ok, headers: headers, body: Self.body(file.content))
        }
    }

    private static func body(_ content: StoredMediaStream) -> ResponseBody {
        ResponseBody(contentLength: Int(content.range.upperBound - content.range.lowerBound)) { writer in
            for try await chunk in content.chunks { try await writer.write(ByteBuffer(bytes: chunk)) }
            try await writer.finish(nil)
        }
    }

    private static func headers(name: String, mimetype: String?, tag: String) -> HTTPFields {
        var headers = HTTPFields()
        headers[.contentType] = mimetype.flatMap(ContentTypeRules.plain) ?? "application/octet-stream"
        headers[.contentDisposition] = disposition(name)
        headers[.xContentTypeOptions] = "nosniff"
        headers[.contentSecurityPolicy] = "default-src 'none'; sandbox"
        // The URL is the key: no shared cache keeps what it opens.
        headers[.cacheControl] = "private, max-age=3600, immutable"
        headers[.acceptRanges] = "bytes"
        headers[.eTag] = tag
        return headers
    }

    /// Always `attachment`, with the name in ASCII for old clients and in full (RFC 6266).
    static func disposition(_ name: String) -> String {
        let plain = String(
            String.UnicodeScalarView(
                name.unicodeScalars.map {
                    (0x20..<0x7F).contains($0.value) && !"\"\\%".unicodeScalars.contains($0) ? $0 : "_"
                }
            )
        )
        return "attachment; filename=\"\(plain)\"; filename*=UTF-8''\(PercentCoding.encode(name))"
    }
}
