package import RelayCore
internal import RelayCrypto

/// One source that stores what it is given: it authenticates the sender, has the document read, and hands the events to
/// the journal.
package struct Intake: Sendable {
    /// The source's name.
    package var source: String { reader.source }
    private let reader: SourceDocumentReader
    private let authentication: (any IntakeAuthentication)?
    private let journal: any Journal
    private let clock: any RelayClock

    /// - Parameter authentication: what senders must show; nil: nothing.
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

    /// Takes one posted document. When this returns, its events would survive a power cut.
    /// - Parameters:
    ///   - path: what stands behind the source in the route: a session, an event's name, or both.
    ///   - header: the request's header fields, by name in any case.
    /// - Returns: an acceptance for each event in the document; empty when it was understood and has none.
    package func accept(
        _ document: [UInt8],
        path: [String] = [],
        header: (String) -> String?
    ) async throws(IntakeError) -> [AcceptanceResult] {
        let session = try reader.session(in: path)
        if let authentication, !authentication.admits(body: document, at: clock.wall, header: header) {
            throw .unauthorized
        }
        return try await accept(document, session: session, signature: header("x-hub-signature-256"))
    }

    /// Takes one document of a sender that is known.
    /// - Parameters:
    ///   - session: the session that it belongs to; nil: the document's own, or the source's default.
    ///   - signature: the value of `X-Hub-Signature-256` that it came with.
    package func accept(
        _ document: [UInt8],
        session: String?,
        signature: String? = nil
    ) async throws(IntakeError) -> [AcceptanceResult] {
        try await store(
            try reader.events(in: document, session: session, at: clock.wall, signature: signature))
    }

    /// The answer to a provider's question whether the URL is ours, to be sent back as `text/plain`. Nil when the source
    /// has no authentication that knows such questions, or what is shown is wrong: answer 403.
    package func challenge(query: [String: String]) -> String? {
        authentication?.challenge(query: query)
    }

    /// The events of a document that nobody posted. ``store(_:)`` follows, for several documents at once.
    func events(in document: [UInt8]) throws(IntakeError) -> [ParsedEvent] {
        try reader.events(in: document, session: nil, at: clock.wall)
    }

    /// Makes events durable.
    func store(_ events: [ParsedEvent]) async throws(IntakeError) -> [AcceptanceResult] {
        let completed = try await reader.completed(events)
        guard !completed.isEmpty else { return [] }
        do {
            return try await journal.accept(completed, source: source, at: clock.wall)
        } catch {
            throw IntakeError(error)
        }
    }
}
