package import RelayCore

/// Why a document was not taken. Nothing of it is stored.
package struct IntakeError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: String, Sendable, Hashable {
        /// The sender did not show what the source demands.
        case unauthorized
        /// No JSON document.
        case malformed = "malformed_body"
        /// JSON, but nothing that the format knows.
        case notAnEvent = "not_an_event"
        /// It cannot be told which session it belongs to.
        case missingSession = "missing_session"
        /// The address names an event that the format does not have.
        case notFound = "not_found"
        /// The store's disk is full; the same document is welcome later.
        case diskFull = "disk_full"
        /// More waits for the disk than the store takes; the same document is welcome in a moment.
        case overloaded
        /// The store cannot take it now; the same document is welcome later.
        case unavailable

        /// The status code to answer with.
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
    /// What is wrong and what to send instead, for people.
    package let message: String
    /// Where in the document, as a JSON pointer.
    package let pointer: String?
    /// When to try again, in seconds; set when the same document is welcome later.
    package let retryAfter: Int?

    package init(_ code: Code, _ message: String, pointer: String? = nil, retryAfter: Int? = nil) {
        self.code = code
        self.message = message
        self.pointer = pointer
        self.retryAfter = retryAfter
    }

    package init(_ error: InvalidDocumentError) {
        let code: Code =
            switch error.code {
            case .malformed: .malformed
            case .notAnEvent: .notAnEvent
            case .missingSession: .missingSession
            }
        self.init(code, error.message, pointer: error.pointer)
    }

    /// Whatever keeps the store from taking an event is no fault of the sender's.
    package init(_ error: StoreError) {
        switch error.code {
        case .overloaded: self.init(.overloaded, "The relay has more to write than it can; try again.", retryAfter: 1)
        case .full: self.init(.diskFull, "The relay's disk is full; nothing was stored.", retryAfter: 30)
        default: self.init(.unavailable, "The relay's store is not available.", retryAfter: 5)
        }
    }

    /// A file inside a document that cannot be kept: the event would lose it.
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
