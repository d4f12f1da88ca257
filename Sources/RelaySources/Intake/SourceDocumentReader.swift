package import RelayConfig
package import RelayCore
internal import RelayCrypto
internal import RelayJSON

/// Reads the documents of one source: which session they belong to, and which events they are.
///
/// Everything that takes documents in reads them with it: the server, the readers of lines, `zaphub run`, `zaphub test`
/// and `zaphub eval`.
package struct SourceDocumentReader: Sendable {
    /// What becomes of the files that gateways put into documents.
    package enum EmbeddedFiles: Sendable {
        /// They are in this storage before their events are in the journal.
        case stored(any MediaStore)
        /// They get the id that a storage would give them, and are not kept: nothing is stored in a dry run.
        case identified
    }

    /// The source's name.
    package let source: String
    private let format: any EventFormat
    private let defaultSession: String?
    private let keepsRaw: Bool
    private let resends: ResendFilter?
    private let files: EmbeddedFiles

    /// - Parameters:
    ///   - defaultSession: the session of documents that name none, when the route names none either.
    ///   - keepsRaw: whether events keep the document that they came from, for destinations that take documents.
    ///   - resends: leaves out what asks for a message that was sent already, for formats whose documents do; nil: nothing is
    ///     left out.
    package init(
        source: String,
        format: any EventFormat,
        defaultSession: String? = nil,
        keepsRaw: Bool = false,
        resends: ResendFilter? = nil,
        files: EmbeddedFiles
    ) {
        self.source = source
        self.format = format
        self.defaultSession = defaultSession
        self.keepsRaw = keepsRaw
        self.resends = type(of: format).repeatsCommands ? resends : nil
        self.files = files
    }

    /// A configured source's.
    /// - Parameter format: the one that the source names.
    package init(
        _ source: RelayConfiguration.Source,
        format: any EventFormat,
        resends: ResendFilter? = nil,
        files: EmbeddedFiles
    ) {
        self.init(
            source: source.name,
            format: format,
            defaultSession: source.session,
            keepsRaw: source.keepsRaw,
            resends: resends,
            files: files
        )
    }

    /// The session that a route names behind the source: `/in/SOURCE/SESSION`, `/in/SOURCE/SESSION/EVENT` or
    /// `/in/SOURCE/EVENT`.
    /// - Throws: ``IntakeError`` `.notFound` when the last of two parts names no event of the format.
    package func session(in path: [String]) throws(IntakeError) -> String? {
        guard let last = path.last else { return nil }
        let isEvent = type(of: format).namesEvent(last)
        if path.count > 1, !isEvent { throw .unknownEvent(last, format: type(of: format).name) }
        return isEvent && path.count == 1 ? nil : path[0]
    }

    /// The events of one document, as the journal takes them.
    /// - Parameters:
    ///   - session: the session that the route names; it wins over the document's.
    ///   - moment: when the document came.
    ///   - signature: the value of `X-Hub-Signature-256` that the document came with.
    /// - Returns: nothing when the document was understood and has no event.
    package func read(
        _ document: [UInt8],
        session: String? = nil,
        at moment: Timestamp,
        signature: String? = nil
    ) async throws(IntakeError) -> [ParsedEvent] {
        try await completed(try events(in: document, session: session, at: moment, signature: signature))
    }

    /// What the format reads in a document. ``completed(_:)`` follows.
    func events(
        in document: [UInt8],
        session: String?,
        at moment: Timestamp,
        signature: String? = nil
    ) throws(IntakeError) -> [ParsedEvent] {
        var events = try events(in: document, session: session, at: moment)
        // The signature is of the whole document; a part of it has none.
        if keepsRaw, let signature {
            for index in events.indices where events[index].raw?.bytes == document {
                events[index].raw?.signature = signature
            }
        }
        return events
    }

    private func events(
        in document: [UInt8],
        session: String?,
        at moment: Timestamp
    ) throws(IntakeError) -> [ParsedEvent] {
        var context = FormatContext(session: session, receivedAt: moment, keepsRaw: keepsRaw)
        do {
            return try format.events(from: document, context: context)
        } catch {
            // Without a pointer, nothing named a session; with one, the name that is there is wrong.
            guard error.code == .missingSession, error.pointer == nil, session == nil, defaultSession != nil else {
                throw IntakeError(error)
            }
        }
        context.session = defaultSession
        do {
            return try format.events(from: document, context: context)
        } catch {
            throw IntakeError(error)
        }
    }

    /// The events that are new, with the files inside them put where they belong.
    func completed(_ events: [ParsedEvent]) async throws(IntakeError) -> [ParsedEvent] {
        var completed = await resends?.news(events) ?? events
        for index in completed.indices {
            guard let bytes = completed[index].embedded else { continue }
            let id = try await keep(bytes)
            completed[index].payload["raw_media"]?["storedId"] = .string(id.description)
            completed[index].embedded = nil
        }
        return completed
    }

    private func keep(_ bytes: [UInt8]) async throws(IntakeError) -> MediaID {
        switch files {
        case .identified: return MediaID(digest: SHA256.digest(of: bytes))
        case .stored(let store):
            do {
                return try await store.deposit(bytes).id
            } catch {
                throw IntakeError(error)
            }
        }
    }
}
