/// A format: a pure function from a gateway's document to events.
package protocol SourceFormat: Sendable {
    /// The name in `format:`.
    static var name: String { get }
    /// Whose documents it reads: one sentence.
    static var summary: String { get }
    /// The member of a document with the gateway's secret, for a source that checks it
    /// (`auth: { type: body }`); nil when the gateway has none. It is in no event.
    static var secretField: String? { get }
    /// Whether it can give each event the document that it comes from (``FormatReadContext/keepsRaw``). Default no.
    static var keepsRaw: Bool { get }
    /// The types of the events that its documents become; nil when the documents name the types themselves. Default
    /// what gateways report, ``EventType/reported``.
    static var eventTypes: Set<EventType>? { get }
    /// Whether a document may ask again for a message that was sent already, so that each has to be compared with what
    /// was sent. Default no.
    static var repeatsCommands: Bool { get }
    /// How to keep strangers from a source of it, for dialects whose documents make the relay act; nil for those that
    /// only tell.
    static var authAdvice: String? { get }
    /// A source's `auth:` that its gateway fits, as YAML in one line, for a first configuration; nil: any does.
    static var authExample: String? { get }

    init()

    /// Whether the last part of a URL's path names the event that is posted there, as Evolution's do when each event
    /// has its own webhook (`/in/SOURCE/SESSION/messages-upsert`). Default never: then it names the session.
    static func namesEvent(_ pathSegment: String) -> Bool

    /// Reads one document. No events and nothing rejected means: understood, and nothing in it is an event (a read receipt
    /// of our own).
    /// - Throws: ``InvalidDocumentError`` when the document is not of this format, or is a batch in which nothing can be
    ///   read.
    func read(_ document: [UInt8], context: FormatReadContext) throws(InvalidDocumentError) -> ParsedDocument
}

extension SourceFormat {
    package static var secretField: String? { nil }
    package static var keepsRaw: Bool { false }
    package static var eventTypes: Set<EventType>? { Set(EventType.reported) }
    package static var repeatsCommands: Bool { false }
    package static var authAdvice: String? { nil }
    package static var authExample: String? { nil }
    package static func namesEvent(_ pathSegment: String) -> Bool { false }
}

/// What a format may know besides the document.
package struct FormatReadContext: Sendable {
    /// The session in the URL's path (`/in/baileys/SESSION`); it is used before the document's.
    package var session: String?
    /// The source's own session, for documents that name none; each document of a batch by itself.
    package var defaultSession: String?
    package var receivedAt: Timestamp
    /// Whether events get the document that they come from, ``ParsedEvent/raw``. Default no.
    package var keepsRaw: Bool

    package init(
        session: String? = nil, defaultSession: String? = nil, receivedAt: Timestamp, keepsRaw: Bool = false
    ) {
        self.session = session
        self.defaultSession = defaultSession
        self.receivedAt = receivedAt
        self.keepsRaw = keepsRaw
    }
}

/// Why a document is not accepted. The sender gets it as a 4xx.
package struct InvalidDocumentError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The bytes are no JSON document.
        case malformed = "malformed_body"
        /// JSON, but not a document of this format.
        case notAnEvent = "not_an_event"
        /// Neither the document nor the URL names a session.
        case missingSession = "missing_session"
    }

    package let code: Code
    /// What is wrong and what to send instead, for people.
    package let message: String
    /// Where, as a JSON pointer (RFC 6901).
    package let pointer: String?
    /// The documents of a batch in which nothing can be read, this error's first, at most
    /// ``RejectedDocument/maximumListed``; empty when the document is no batch.
    package let rejected: [RejectedDocument]

    package init(_ code: Code, _ message: String, pointer: String? = nil) {
        self.code = code
        self.message = message
        self.pointer = pointer
        rejected = []
    }

    /// The error of the first document, for a batch in which nothing can be read.
    package init(_ first: InvalidDocumentError, rejected: [RejectedDocument]) {
        code = first.code
        message = first.message
        pointer = first.pointer
        self.rejected = rejected
    }

    package var description: String { pointer.map { "\(message) (at \($0.isEmpty ? "/" : $0))" } ?? message }
}
