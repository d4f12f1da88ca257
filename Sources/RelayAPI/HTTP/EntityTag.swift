internal import HTTPTypes
internal import Hummingbird
internal import RelayCore

/// The version of an object that can be changed, as `ETag` and `If-Match` have it (RFC 9110, 8.8.3).
struct EntityTag: Sendable, Hashable {
    /// With its quotes.
    let text: String

    /// An object that is created again under its id gets other tags.
    private init(createdAt: Timestamp, revision: Int64) {
        text = "\"\(String(createdAt.milliseconds, radix: 36))-\(revision)\""
    }

    /// Changes with the session and its webhooks, and not with what events tell of it.
    init(_ session: Session) {
        self.init(createdAt: session.createdAt, revision: session.revision)
    }

    init(_ webhook: SessionWebhook) {
        self.init(createdAt: webhook.createdAt, revision: webhook.revision)
    }
}

/// The condition of a request: `If-Match`. Without it a request applies to any version.
struct EntityTagCondition: Sendable {
    /// Nil: any version.
    private let tags: Set<String>?

    /// - Throws: 400 for a header that is no list of entity tags.
    init(_ request: APIHandlerRequest) throws(APIError) {
        let lines = request.request.headers[values: .ifMatch]
        guard !lines.isEmpty else {
            tags = nil
            return
        }
        let list = lines.joined(separator: ",")
        if list.trimmedSpaces == "*" {
            tags = nil
            return
        }
        var found: Set<String> = []
        for part in list.split(separator: ",") {
            let tag = part.trimmedSpaces
            if tag.isEmpty { continue }
            // A weak tag is valid, but If-Match never matches it.
            let isWeak = tag.hasPrefix("W/")
            let opaque = isWeak ? tag.dropFirst(2) : tag
            guard opaque.count >= 2, opaque.hasPrefix("\""), opaque.hasSuffix("\"") else {
                throw .badRequest(
                    "If-Match must be * or entity tags in double quotes, as the header ETag of an answer has them; "
                        + "it is \(list.prefix(100)).")
            }
            if !isWeak { found.insert(String(opaque)) }
        }
        tags = found
    }

    /// - Parameter what: the object, for the message: `The webhook`.
    /// - Throws: 412 when the object has another version than the caller knows.
    func check(_ tag: EntityTag, of what: String) throws(APIError) {
        guard let tags, !tags.contains(tag.text) else { return }
        throw APIError(
            status: 412,
            code: "precondition_failed",
            message: "\(what) was changed since that version: its ETag is \(tag.text) now. Nothing was changed. Get it "
                + "again, apply your change to that, and send its ETag in If-Match."
        )
    }
}

extension StringProtocol {
    fileprivate var trimmedSpaces: Substring {
        var text = self[...]
        while let first = text.first, first == " " || first == "\t" { text = text.dropFirst() }
        while let last = text.last, last == " " || last == "\t" { text = text.dropLast() }
        return Substring(text)
    }
}

extension Response {
    /// The response, with the version of the object that it shows.
    func tagged(_ tag: EntityTag) -> Response {
        var response = self
        response.headers[.eTag] = tag.text
        return response
    }
}
