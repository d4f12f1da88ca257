internal import RelayJSON

/// A response of the double.
struct ChatwootDoubleResponse: Sendable {
    var status = 200
    var headers: [(String, String)] = [("Content-Type", "application/json; charset=utf-8")]
    var body: [UInt8] = []

    static func json(_ value: JSON, status: Int = 200) -> Self { Self(status: status, body: value.bytes) }

    /// `head :ok`.
    static let empty = Self(headers: [("Content-Type", "text/html")])

    static func text(_ text: String, status: Int = 200) -> Self {
        Self(status: status, headers: [("Content-Type", "text/plain")], body: Array(text.utf8))
    }

    /// The body that Rails returns for an unhandled exception.
    static func rails(_ status: Int) -> Self {
        let reasons = [
            400: "Bad Request", 404: "Not Found", 500: "Internal Server Error", 502: "Bad Gateway",
            503: "Service Unavailable", 504: "Gateway Timeout",
        ]
        let reason = reasons[status] ?? "Error"
        return .json(["status": .int(Int64(status)), "error": .string(reason)], status: status)
    }

    /// The response of a rate limit, without `Retry-After`.
    static let throttled = Self.text("Retry later\n", status: 429)
}

/// A rejected request, with its response (samples/90_error_bodies.json).
struct ChatwootDoubleRefusalError: Error {
    let reply: ChatwootDoubleResponse

    static func error(_ status: Int, _ message: String) -> Self {
        Self(reply: .json(["error": .string(message)], status: status))
    }

    /// There is no token.
    static let signIn = Self(
        reply: .json(["errors": ["You need to sign in or sign up before continuing."]], status: 401))
    static let badToken = Self.error(401, "Invalid Access Token")
    static let notForBots = Self.error(401, "Access to this endpoint is not authorized for bots")
    static let otherAccount = Self.error(401, "You are not authorized to access this account")
    static let suspended = Self.error(401, "Account is suspended")
    static let notAllowed = Self.error(401, "You are not authorized to do this action")
    static let missing = Self.error(404, "Resource could not be found")
    static let planLimit = Self.error(402, "Account limit exceeded. Upgrade to a higher plan")

    /// An unhandled exception: a violation of a unique index, or a wrong HMAC.
    static let exception = Self(reply: .rails(500))
    /// A path or a record that does not exist in the public API.
    static let publicMissing = Self(reply: .rails(404))
    static let unreadable = Self(reply: .rails(400))

    static func unprocessable(_ message: String) -> Self { .error(422, message) }

    /// `RecordInvalid`: the errors of each attribute.
    static func invalid(_ errors: [(attribute: String, message: String)]) -> Self {
        var attributes: [JSON] = []
        for error in errors where !attributes.contains(.string(error.attribute)) {
            attributes.append(.string(error.attribute))
        }
        let message = errors.map(\.message).joined(separator: ", ")
        return Self(reply: .json(["message": .string(message), "attributes": .array(attributes)], status: 422))
    }
}
