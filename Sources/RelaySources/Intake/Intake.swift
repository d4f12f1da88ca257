package import RelayCore
internal import RelayCrypto

/// Receives the documents of one source: authenticates the sender, has the document read, and stores the events in the
/// journal.
package struct Intake: Sendable {
    /// The name of the source.
    package var source: String { reader.source }
    private let reader: SourceDocumentReader
    private let authentication: (any IntakeAuthentication)?
    private let journal: any Journal
    private let clock: any RelayClock

    /// - Parameter authentication: the authentication of senders; nil for none.
    package init(
        reader: SourceDocumentReader,
        authentication: (any IntakeAuthentication)? = nil,
        journal: any Journal,
        clock: any RelayClock
    ) {
        self.reader = reader
        self.authentication = authentication
        self.journal = journal
        self.clock = clock
    }

    /// Accepts one posted document. The events are durable when this returns.
    /// - Parameters:
    ///   - path: the path components after the source: a session, the name of an event, or both.
    ///   - header: returns the value of a header field by its case-insensitive name.
    /// - Returns: a result for each event in the document; empty when the document is valid but contains none.
    package func accept(
        _ document: [UInt8],
        path: [String] = [],
        header: (String) -> String?
    ) async throws(IntakeError) -> [EventAcceptanceResult] {
        let session = try reader.session(in: path)
        if let authentication, !authentication.admits(body: document, at: clock.wall, header: header) {
            throw .unauthorized
        }
        return try await accept(document, session: session, signature: header("x-hub-signature-256"))
    }

    /// Accepts one document of a sender that is already authenticated.
    /// - Parameters:
    ///   - session: the session of the document; nil for the one it names, or the source's default.
    ///   - signature: the value of the document's `X-Hub-Signature-256` header field.
    package func accept(
        _ document: [UInt8],
        session: String?,
        signature: String? = nil
    ) async throws(IntakeError) -> [EventAcceptanceResult] {
        try await store(
            try reader.events(in: document, session: session, at: clock.wall, signature: signature))
    }

    /// The response to a provider's verification request for the webhook URL, to be sent as `text/plain`. Returns nil
    /// when the source's authentication does not support such requests, or when the request is not valid; the response
    /// is then 403.
    package func challenge(query: [String: String]) -> String? {
        authentication?.challenge(query: query)
    }

    /// The events of a document that nobody posted. ``store(_:)`` follows, for several documents at once.
    func events(in document: [UInt8]) throws(IntakeError) -> [ParsedEvent] {
        try reader.events(in: document, session: nil, at: clock.wall)
    }

    /// Makes events durable.
    func store(_ events: [ParsedEvent]) async throws(IntakeError) -> [EventAcceptanceResult] {
        let completed = try await reader.completed(events)
        guard !completed.isEmpty else { return [] }
        do {
            return try await journal.accept(completed, source: source, at: clock.wall)
        } catch {
            throw IntakeError(error)
        }
    }
}
