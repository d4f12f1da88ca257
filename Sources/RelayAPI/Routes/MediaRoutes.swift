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
        let tag = "\"\(id)\""
        // A part of another version is of no use to the caller, so the whole file is sent (RFC 9110, 13.1.5).
        let isAnother = request.header("if-range").map { $0 != tag } ?? false
        // Only GET has ranges (RFC 9110, 14.2).
        let range = isAnother || request.request.method == .head ? nil : request.header("range")
        let file = try await control.media(id: id, name: name, query: try request.query().all) { size in
            switch ByteRange(range, size: size) {
            case .whole: 0..<size
            case .part(let part): part
            case .unsatisfiable: 0..<0
            }
        }
        var headers = Self.headers(name: name, file, tag: tag)
        if let known = request.header("if-none-match"), Self.names(tag, in: known) {
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

    /// Whether `If-None-Match` names the file's tag, or every tag (RFC 9110, 13.1.2).
    private static func names(_ tag: String, in list: String) -> Bool {
        list.split(separator: ",").contains { element in
            let element = element.filter { $0 != " " && $0 != "\t" }
            return element == "*" || element == tag || element == "W/" + tag
        }
    }

    private static func headers(name: String, _ file: ServedMediaFile, tag: String) -> HTTPFields {
        var headers = HTTPFields()
        let type = file.mimetype.flatMap(ContentTypeRules.plain) ?? "application/octet-stream"
        let isShown = file.mayBeShown && ContentTypeRules.isShown(type)
        headers[.contentType] = type
        headers[.contentDisposition] = disposition(name, isShown: isShown)
        headers[.xContentTypeOptions] = "nosniff"
        headers[.contentSecurityPolicy] = isShown ? policy(of: type) : "default-src 'none'; sandbox"
        // The URL is the key: no shared cache keeps what it opens.
        headers[.cacheControl] = "private, max-age=3600, immutable"
        headers[.acceptRanges] = "bytes"
        headers[.eTag] = tag
        return headers
    }

    /// The policy of a file that a browser shows: nothing but the file is loaded, and it is in an origin of its own.
    /// Browsers show no PDF in a sandbox; their viewers keep its scripts from the page.
    private static func policy(of type: String) -> String {
        ContentTypeRules.isPDF(type)
            ? "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"
            : "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
    }

    /// `attachment`, or `inline` for what a browser may show, with the name in ASCII for old clients and in full (RFC
    /// 6266).
    static func disposition(_ name: String, isShown: Bool = false) -> String {
        let plain = String(
            String.UnicodeScalarView(
                name.unicodeScalars.map {
                    (0x20..<0x7F).contains($0.value) && !"\"\\%".unicodeScalars.contains($0) ? $0 : "_"
                }
            )
        )
        let kind = isShown ? "inline" : "attachment"
        return "\(kind); filename=\"\(plain)\"; filename*=UTF-8''\(PercentCoding.encode(name))"
    }
}
