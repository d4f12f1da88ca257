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
    private let rejectedDocuments: any RejectedDocumentStore
    private let clock: any RelayClock

    /// - Parameters:
    ///   - authentication: the authentication of senders; nil for none.
    ///   - rejectedDocuments: keeps the documents that cannot be read, for the operator.
    package init(
        reader: SourceDocumentReader,
        authentication: (any IntakeAuthentication)? = nil,
        journal: any Journal,
        rejectedDocuments: any RejectedDocumentStore,
        clock: any RelayClock
    ) {
        self.reader = reader
        self.authentication = authentication
        self.journal = journal
        self.rejectedDocuments = rejectedDocuments
        self.clock = clock
    }

    /// Accepts one posted document. The events are durable when this returns, and the documents of a batch that cannot be
    /// read are kept. A document that is rejected as a whole is kept before the error is thrown.
    /// - Parameters:
    ///   - path: the path components after the source: a session, the name of an event, or both.
    ///   - fields: returns the values of all header fields of a name, for documents that are forwarded with them; nil
    ///     when only `header` is known.
    ///   - header: returns the value of a header field by its case-insensitive name.
    package func accept(
        _ document: [UInt8],
        path: [String] = [],
        fields: ((String) -> [String])? = nil,
        header: (String) -> String?
    ) async throws(IntakeError) -> IntakeResult {
        let session = try reader.session(in: path)
        if let authentication, !authentication.admits(body: document, at: clock.wall, header: header) {
            throw .unauthorized
        }
        return try await accept(document, session: session, fields: fields, header: header)
    }

    /// Accepts one document of a sender that is already authenticated.
    /// - Parameters:
    ///   - session: the session of the document; nil for the one it names, or the source's default.
    ///   - fields: returns the values of all header fields of a name; nil when only `header` is known.
    ///   - header: returns the value of a header field by its case-insensitive name.
    package func accept(
        _ document: [UInt8],
        session: String?,
        fields: ((String) -> [String])? = nil,
        header: (String) -> String? = { _ in nil }
    ) async throws(IntakeError) -> IntakeResult {
        let parsed: ParsedDocument
        do {
            parsed = try reader.parsed(document, session: session, at: clock.wall, header: header, fields: fields)
        } catch {
            try await keep(error.rejected, session: session)
            throw error
        }
        // Before the events: when this fails, the sender posts the document again, and nothing of it is stored twice.
        try await keep(parsed.rejected, session: session)
        return IntakeResult(
            accepted: try await store(parsed.events), rejected: parsed.rejected, rejectedCount: parsed.rejectedCount)
    }

    /// The response to a provider's verification request for the webhook URL, to be sent as `text/plain`. Returns nil
    /// when the source's authentication does not support such requests, or when the request is not valid; the response
    /// is then 403.
    package func challenge(query: [String: String]) -> String? {
        authentication?.challenge(query: query)
    }

    /// Parses a document that nobody posted. ``store(_:)`` and ``keep(_:session:)`` follow, for several documents at once.
    func parsed(_ document: [UInt8]) throws(IntakeError) -> ParsedDocument {
        try reader.parsed(document, session: nil, at: clock.wall)
    }

    /// Makes events durable. Returns a result for each that was read from the document; that of the document itself is
    /// not the sender's.
    func store(_ events: [ParsedEvent]) async throws(IntakeError) -> [EventAcceptanceResult] {
        let completed = try await reader.completed(events)
        guard !completed.isEmpty else { return [] }
        do {
            let results = try await journal.accept(completed, source: source, at: clock.wall)
            return zip(completed, results).filter { $0.0.type != .documentReceived }.map(\.1)
        } catch {
            throw IntakeError(error)
        }
    }

    /// Keeps rejected documents for the operator, without the secret that the source demands in them.
    func keep(_ rejected: [RejectedDocument], session: String?) async throws(IntakeError) {
        guard !rejected.isEmpty else { return }
        let secret = authentication?.secretMember
        let documents = secret.map { secret in rejected.map { $0.hiding(secret) } } ?? rejected
        do {
            try await rejectedDocuments.keepRejected(documents, source: source, session: session, at: clock.wall)
        } catch {
            throw IntakeError(error)
        }
    }
}

/// The result of one posted document.
package struct IntakeResult: Sendable, Hashable {
    /// A result for each event in the document; empty when the document is valid but contains none.
    package let accepted: [EventAcceptanceResult]
    /// The documents of a batch that cannot be read, at most ``RejectedDocument/maximumListed``.
    package let rejected: [RejectedDocument]
    /// The number of documents of a batch that cannot be read.
    package let rejectedCount: Int

    package init(accepted: [EventAcceptanceResult], rejected: [RejectedDocument] = [], rejectedCount: Int = 0) {
        self.accepted = accepted
        self.rejected = rejected
        self.rejectedCount = rejectedCount
    }
}
