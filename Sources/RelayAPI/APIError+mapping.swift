internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
package import RelayCore
internal import RelayJSON
internal import RelaySources

extension APIError {
    /// Converts any error to a response that contains only what the caller needs.
    init(_ error: any Error) {
        switch error {
        case let error as APIError: self = error
        case let error as StoreError: self.init(error)
        case let error as IntakeError: self.init(error)
        case is NIOTooManyBytesError: self = .tooLarge(limit: nil)
        case let error as HTTPError:
            self.init(
                status: error.status.code,
                code: Self.code(for: error.status.code),
                message: error.body ?? error.status.reasonPhrase
            )
        default: self = .internalError
        }
    }

    /// Converts an error of the store to a response.
    package init(_ error: StoreError) {
        self =
            switch error.code {
            case .full:
                .unavailable("The disk of the relay is full; nothing was stored.", code: "disk_full", retryAfter: 30)
            case .overloaded:
                .unavailable("The relay is overloaded; nothing was stored.", code: "overloaded", retryAfter: 1)
            case .unavailable:
                .unavailable("The store of the relay does not answer; try again.", retryAfter: 5)
            case .conflict: .conflict(error.message)
            case .limitReached: APIError(status: 409, code: "limit_reached", message: error.message)
            case .notFound: .notFound(error.message)
            case .locked, .tooNew, .wrongKey: .internalError
            }
    }

    /// Why a document was not taken in, as an answer.
    init(_ error: IntakeError) {
        // One entry for each document of a batch in which nothing can be read.
        let problems = error.rejected.compactMap { document in document.pointer.map { ($0, document.reason) } }
        let own = error.pointer.map { [($0, error.message)] } ?? []
        let details = (problems.isEmpty ? own : problems).map { pointer, message -> JSON in
            ["pointer": .string(pointer), "message": .string(message)]
        }
        self.init(
            status: error.code.httpStatus,
            code: error.code.rawValue,
            message: error.message,
            details: details.isEmpty ? nil : .array(details),
            retryAfter: error.retryAfter
        )
    }

    static let internalError = APIError(
        status: 500,
        code: "internal_error",
        message: "The relay could not answer; its log says why."
    )

    static func tooLarge(limit: Int?) -> APIError {
        APIError(
            status: 413,
            code: "body_too_large",
            message: limit.map { "The body is larger than the \($0) bytes that this route takes." }
                ?? "The body is larger than this route takes."
        )
    }

    static func unsupportedMediaType(_ given: String) -> APIError {
        APIError(
            status: 415,
            code: "unsupported_media_type",
            message: "The body is sent as \(given.prefix(100)); send JSON with Content-Type: application/json."
        )
    }

    private static func code(for status: Int) -> String {
        switch status {
        case 400: "bad_request"
        case 401: "unauthorized"
        case 403: "forbidden"
        case 404: "not_found"
        case 405: "method_not_allowed"
        case 413: "body_too_large"
        case 415: "unsupported_media_type"
        case 422: "validation_failed"
        case 429: "too_many_requests"
        case 503: "unavailable"
        case ..<500: "bad_request"
        default: "internal_error"
        }
    }
}
