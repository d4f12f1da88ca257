package import RelayCore
internal import RelayJSON

/// The reason why a document was rejected. None of its events is stored.
package struct IntakeError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: String, Sendable, Hashable {
        /// The sender is not authenticated.
        case unauthorized
        /// The body is not a JSON document.
        case malformed = "malformed_body"
        /// The body is JSON, but not a document that the format recognizes.
        case notAnEvent = "not_an_event"
        /// The session of the document cannot be determined.
        case missingSession = "missing_session"
        /// The path names an event that the format does not have.
        case notFound = "not_found"
        /// The disk of the store is full. The same document can be sent again later.
        case diskFull = "disk_full"
        /// The queue of writes to the store is full. The same document can be sent again shortly.
        case overloaded
        /// The store is unavailable. The same document can be sent again later.
        case unavailable

        /// The HTTP status code of the response.
        package var httpStatus: Int {
            switch self {
            case .unauthorized: 401
            case .malformed: 400
            case .notFound: 404
            case .notAnEvent, .missingSession: 422
            case .diskFull, .overloaded, .unavailable: 503
            }
        }
    }

    package let code: Code
    /// The error and how to fix it, for display.
    package let message: String
    /// The position in the document, as a JSON pointer.
    package let pointer: String?
    /// The delay before the document can be sent again, in seconds; nil when sending it again would not help.
    package let retryAfter: Int?
    /// The rejected document, or the documents of a batch in which nothing can be read; empty when the document is not at
    /// fault.
    package private(set) var rejected: [RejectedDocument] = []

    package init(_ code: Code, _ message: String, pointer: String? = nil, retryAfter: Int? = nil) {
        self.code = code
        self.message = message
        self.pointer = pointer
        self.retryAfter = retryAfter
    }

    /// - Parameter document: the rejected document.
    init(_ error: InvalidDocumentError, document: [UInt8]) {
        let code: Code =
            switch error.code {
            case .malformed: .malformed
            case .notAnEvent: .notAnEvent
            case .missingSession: .missingSession
            }
        self.init(code, error.message, pointer: error.pointer)
        rejected = error.rejected
        guard rejected.isEmpty else { return }
        let json = error.code == .malformed ? Optional.none : try? JSON(parsing: document)
        rejected = [RejectedDocument(index: nil, error: error, document: json, size: document.count)]
    }

    /// Converts an error of the store. The sender is never at fault for these errors.
    package init(_ error: StoreError) {
        switch error.code {
        case .overloaded: self.init(.overloaded, "The relay has more to write than it can; try again.", retryAfter: 1)
        case .full: self.init(.diskFull, "The relay's disk is full; nothing was stored.", retryAfter: 30)
        default: self.init(.unavailable, "The relay's store is not available.", retryAfter: 5)
        }
    }

    /// Converts the failure to store an embedded file, without which the event would be incomplete.
    package init(_ failure: MediaError) {
        switch failure.code {
        case .storageFull:
            self.init(.diskFull, "The relay's media storage is full; nothing was stored.", retryAfter: 30)
        default:
            self.init(.unavailable, "The relay's media storage is not available.", retryAfter: 5)
        }
    }

    static let unauthorized = IntakeError(
        .unauthorized,
        "The credentials that this source demands are missing or wrong."
    )

    static func unknownEvent(_ name: String, format: String) -> IntakeError {
        IntakeError(
            .notFound,
            "\"\(name.prefix(64))\" is no event of the format \(format); post to /in/SOURCE/SESSION."
        )
    }

    package var description: String { pointer.map { "\(message) (at \($0.isEmpty ? "/" : $0))" } ?? message }
}
