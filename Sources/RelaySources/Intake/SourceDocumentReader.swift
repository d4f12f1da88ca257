package import RelayConfig
package import RelayCore
internal import RelayCrypto
internal import RelayJSON

/// Reads the documents of one source: determines their session and converts them to events.
///
/// Everything that takes documents in reads them with it: the server, the readers of lines, `zaphub run`, `zaphub test`
/// and `zaphub eval`.
package struct SourceDocumentReader: Sendable {
    /// What becomes of the files that gateways put into documents.
    package enum EmbeddedFileHandling: Sendable {
        /// They are in this storage before their events are in the journal.
        case stored(any MediaStore)
        /// They get the id that a storage would assign, but are not stored, as in a dry run.
        case identified
    }

    /// The name of the source.
    package let source: String
    private let format: any SourceFormat
    private let defaultSession: String?
    private let keepsRaw: Bool
    private let originalHeaders: [String]?
    private let resends: ChatwootResendFilter?
    private let files: EmbeddedFileHandling

    /// - Parameters:
    ///   - defaultSession: the session of documents for which neither the document nor the route names one.
    ///   - keepsRaw: whether events keep the document that they were read from, for destinations that take documents.
    ///   - originalHeaders: the header fields that are kept with each document as it was posted, for destinations that
    ///     take originals; nil: documents are not kept as a whole.
    ///   - resends: removes requests to resend messages that were already sent, for formats whose documents contain
    ///     such requests; nil to remove nothing.
    package init(
        source: String,
        format: any SourceFormat,
        defaultSession: String? = nil,
        keepsRaw: Bool = false,
        originalHeaders: [String]? = nil,
        resends: ChatwootResendFilter? = nil,
        files: EmbeddedFileHandling
    ) {
        self.source = source
        self.format = format
        self.defaultSession = defaultSession
        self.keepsRaw = keepsRaw
        self.originalHeaders = originalHeaders
        self.resends = type(of: format).repeatsCommands ? resends : nil
        self.files = files
    }

    /// Creates the reader of a configured source.
    /// - Parameters:
    ///   - format: the format that the source names.
    ///   - originalHeaders: as in ``RelayConfiguration/originalHeaders(ofSource:)``.
    package init(
        _ source: RelayConfiguration.Source,
        format: any SourceFormat,
        originalHeaders: [String]?,
        resends: ChatwootResendFilter? = nil,
        files: EmbeddedFileHandling
    ) {
        self.init(
            source: source.name,
            format: format,
            defaultSession: source.session,
            keepsRaw: source.keepsRaw,
            originalHeaders: originalHeaders,
            resends: resends,
            files: files
        )
    }

    /// Returns the session in the path after the source: `/in/SOURCE/SESSION`, `/in/SOURCE/SESSION/EVENT` or
    /// `/in/SOURCE/EVENT`.
    /// - Throws: ``IntakeError`` `.notFound` when the second component is not an event of the format.
    package func session(in path: [String]) throws(IntakeError) -> String? {
        guard let last = path.last else { return nil }
        let isEvent = type(of: format).namesEvent(last)
        if path.count > 1, !isEvent { throw .unknownEvent(last, format: type(of: format).name) }
        return isEvent && path.count == 1 ? nil : path[0]
    }

    /// Reads the events of one document for the journal.
    /// - Parameters:
    ///   - session: the session that the route names; it takes precedence over the document's.
    ///   - moment: the time when the document was received.
    ///   - header: returns the value of a header field that came with the document by its case-insensitive name.
    /// - Returns: the events, none when the document is valid but contains none, or that of the document itself; and the
    ///   documents of a batch that cannot be read.
    package func read(
        _ document: [UInt8],
        session: String? = nil,
        at moment: Timestamp,
        header: (String) -> String? = { _ in nil }
    ) async throws(IntakeError) -> ParsedDocument {
        var parsed = try parsed(document, session: session, at: moment, header: header)
        parsed.events = try await completed(parsed.events)
        return parsed
    }

    /// Parses a document without completing its events; ``completed(_:)`` follows.
    /// - Parameter fields: returns the values of all header fields of a name, where they are known one by one.
    func parsed(
        _ document: [UInt8],
        session: String?,
        at moment: Timestamp,
        header: (String) -> String? = { _ in nil },
        fields: ((String) -> [String])? = nil
    ) throws(IntakeError) -> ParsedDocument {
        var parsed = try parsed(document, session: session, at: moment)
        // Here, because the documents of all formats and transports pass.
        for index in parsed.events.indices { EventNameCleaner.clean(&parsed.events[index]) }
        // The signature covers the whole document, so it does not apply to a part of it.
        if keepsRaw, let signature = header(RawGatewayDocument.signatureHeader) {
            for index in parsed.events.indices
            where parsed.events[index].raw?.bytes == ByteOrderMark.dropped(from: document) {
                parsed.events[index].raw = RawGatewayDocument(bytes: document, signature: signature)
            }
        }
        if let originalHeaders {
            let original = original(document, keeping: ["Content-Type"] + originalHeaders, parsed.events.count) {
                fields?($0) ?? header($0).map { [$0] } ?? []
            }
            parsed.events.insert(original, at: 0)
        }
        return parsed
    }

    /// The event of a document itself. Its session is the source: a document may be of several sessions or none, and the
    /// documents of a source keep their order. It has no deduplication key: what is accepted twice is forwarded twice.
    private func original(
        _ document: [UInt8], keeping names: [String], _ count: Int, fields: (String) -> [String]
    ) -> ParsedEvent {
        let headers = names.flatMap { name in
            fields(name).map { RawGatewayDocument.HeaderField(name: name, value: $0) }
        }
        return ParsedEvent(
            type: .documentReceived,
            session: source,
            payload: ["size": .int(Int64(document.count)), "events": .int(Int64(count))],
            raw: RawGatewayDocument(bytes: document, headers: headers)
        )
    }

    private func parsed(
        _ document: [UInt8],
        session: String?,
        at moment: Timestamp
    ) throws(IntakeError) -> ParsedDocument {
        if ByteOrderMark.isUTF16(document) {
            let error = InvalidDocumentError(.malformed, "The text is UTF-16; send it as UTF-8.")
            throw IntakeError(error, document: document)
        }
        let document = ByteOrderMark.dropped(from: document)
        let context = FormatReadContext(
            session: session, defaultSession: defaultSession, receivedAt: moment, keepsRaw: keepsRaw)
        do {
            return try format.read(document, context: context)
        } catch {
            throw IntakeError(error, document: document)
        }
    }

    /// The events that are new, with the files inside them put where they belong.
    func completed(_ events: [ParsedEvent]) async throws(IntakeError) -> [ParsedEvent] {
        var completed = await resends?.news(events) ?? events
        for index in completed.indices {
            guard let bytes = completed[index].embedded else { continue }
            completed[index].embedded = nil
            do throws(MediaError) {
                let id = try await keep(bytes)
                completed[index].payload["raw_media"]?["storedId"] = .string(id.description)
            } catch {
                // Posting the document again would not help, so its event is accepted without the file.
                guard error.code == .tooLarge else { throw IntakeError(error) }
                completed[index].payload["raw_media"]?["tooLarge"] = true
                completed[index].payload["raw_media"]?["error"] = error.json
            }
        }
        return completed
    }

    private func keep(_ bytes: [UInt8]) async throws(MediaError) -> MediaID {
        switch files {
        case .identified: MediaID(digest: SHA256.digest(of: bytes))
        case .stored(let store): try await store.deposit(bytes).id
        }
    }
}
