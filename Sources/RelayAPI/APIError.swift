package import RelayJSON

/// An error response: `{"success": false, "error": {"code", "message", "details"}}`.
package struct APIError: Error, Sendable, CustomStringConvertible {
    /// The HTTP status.
    package var status: Int
    /// A machine-readable code: `not_found`, `validation_failed` …
    package var code: String
    /// A human-readable text: what was wrong, and what to send instead.
    package var message: String
    package var details: JSON?
    /// The seconds after which to try again, for 429 and 503.
    package var retryAfter: Int?

    package init(status: Int, code: String, message: String, details: JSON? = nil, retryAfter: Int? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.retryAfter = retryAfter
    }

    package var description: String { "\(status) \(code): \(message)" }

    package static func badRequest(_ message: String, code: String = "bad_request") -> APIError {
        APIError(status: 400, code: code, message: message)
    }

    package static func notFound(_ message: String) -> APIError {
        APIError(status: 404, code: "not_found", message: message)
    }

    package static func conflict(_ message: String, details: JSON? = nil) -> APIError {
        APIError(status: 409, code: "conflict", message: message, details: details)
    }

    /// - Parameter retryAfter: in seconds.
    package static func unavailable(_ message: String, code: String = "unavailable", retryAfter: Int) -> APIError {
        APIError(status: 503, code: code, message: message, retryAfter: retryAfter)
    }

    /// For requests that would change something while the relay shuts down.
    package static var draining: APIError {
        .unavailable("The relay is shutting down; nothing was stored.", code: "draining", retryAfter: 5)
    }

    /// The error for invalid values in a body, each with its position.
    package static func validation(_ problems: [FieldError]) -> APIError {
        let message =
            switch problems.count {
            case 1: problems[0].place.isEmpty ? problems[0].message : "\(problems[0].place): \(problems[0].message)"
            default: "The request has \(problems.count) mistakes; `details` lists them."
            }
        return APIError(
            status: 422,
            code: "validation_failed",
            message: message,
            details: .array(problems.map(\.json))
        )
    }
}

extension APIError {
    /// One invalid value in a request.
    package struct FieldError: Sendable, Hashable {
        package enum Location: Sendable, Hashable {
            /// A JSON pointer (RFC 6901) into the body; empty: the whole body.
            case body(String)
            /// The name of a query parameter.
            case query(String)
        }

        package var location: Location
        package var message: String

        package init(_ location: Location, _ message: String) {
            self.location = location
            self.message = message
        }

        /// An invalid value in the body.
        package init(pointer: String, _ message: String) {
            self.init(.body(pointer), message)
        }

        var place: String {
            switch location {
            case .body(let pointer): pointer
            case .query(let name): "?\(name)"
            }
        }

        var json: JSON {
            switch location {
            case .body(let pointer): ["pointer": .string(pointer), "message": .string(message)]
            case .query(let name): ["parameter": .string(name), "message": .string(message)]
            }
        }
    }
}
