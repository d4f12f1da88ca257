package import RelayCore
internal import RelayJSON

/// One configured source: it authenticates the sender, has the format read the document, and hands the events to the
/// journal.
package struct Intake: Sendable {
    /// The source's name.
    package let source: String
    private let format: any EventFormat
    private let authentication: IntakeAuthentication?
    private let defaultSession: String?
    private let keepsRaw: Bool
    private let screen: ResendFilter?
    private let journal: any Journal
    private let depot: (any MediaStore)?
    private let clock: any RelayClock

    /// - Parameters:
    ///   - authentication: what senders must show; nil: nothing.
    ///   - defaultSession: the session of documents that name none, when the address names none either.
    ///   - keepsRaw: whether events keep the document that they came from, for destinations that take documents.
    ///   - screen: passes over what asks for a message that was sent already; nil: nothing is.
    ///   - depot: keeps the files that gateways put into documents; nil: they are left out.
    package init(
        source: String,
        format: any EventFormat,
        authentication: IntakeAuthentication?,
        defaultSession: String?,
        keepsRaw: Bool = false,
        screen: ResendFilter? = nil,
        journal: any Journal,
        depot: (any MediaStore)? = nil,
        clock: any RelayClock
    ) {
        self.source = source
        self.format = format
        self.authentication = authentication
        self.defaultSession = defaultSession
        self.keepsRaw = keepsRaw
        self.screen = screen
        self.journal = journal
        self.depot = depot
        self.clock = clock
    }

    /// The session that an address names behind the source: `/in/SOURCE/SESSION`, `/in/SOURCE/SESSION/EVENT` or
    /// `/in/SOURCE/EVENT`.
    /// - Throws: ``IntakeError`` `.notFound` when the last of two parts names no event of the format.
    package func session(in path: [String]) throws(IntakeError) -> String? {
        guard let last = path.last else { return nil }
        let isEvent = type(of: format).namesEvent(last)
        if path.count > 1, !isEvent { throw .unknownEvent(last, format: type(of: format).name) }
        return isEvent && path.count == 1 ? nil : path[0]
    }

    /// Takes one document. When this returns, its events would survive a power cut.
    /// - Parameters:
    ///   - session: the session that the address names; it wins over the document's.
    ///   - header: the request's header fields, by name in any case.
    /// - Returns: an acceptance for each event in the document; empty when it was understood and has none.
    package func accept(
        body: [UInt8],
        session: String?,
        header: (String) -> String?
    ) async throws(IntakeError) -> [AcceptanceResult] {
        if let authentication, !authentication.admits(body: body, at: clock.wall, header: header) {
            throw .unauthorized
        }
        var events = try events(in: body, session: session)
        // The signature is of the whole document; a part of it has none.
        if keepsRaw, let signature = header("x-hub-signature-256") {
            for index in events.indices where events[index].raw?.bytes == body {
                events[index].raw?.signature = signature
            }
        }
        return try await store(events)
    }

    /// The answer to Meta's question whether the address is ours: the challenge, to be sent back as `text/plain`. Nil
    /// when the source has no `meta_signature`, or the token is wrong: answer 403.
    package func challenge(query: [String: String]) -> String? {
        guard case .metaSignature(_, let verifyToken) = authentication,
            query["hub.mode"] == "subscribe",
            let token = query["hub.verify_token"], ConstantTime.isEqual(token, verifyToken)
        else { return nil }
        return query["hub.challenge"]
    }

    /// What the format reads in a document.
    func events(in body: [UInt8], session: String?) throws(IntakeError) -> [NewEvent] {
        var context = FormatContext(session: session, receivedAt: clock.wall, keepsRaw: keepsRaw)
        do {
            return try format.events(from: body, context: context)
        } catch {
            // Without a pointer, nothing named a session; with one, the name that is there is wrong.
            guard error.code == .missingSession, error.pointer == nil, session == nil, defaultSession != nil else {
                throw IntakeError(error)
            }
        }
        context.session = defaultSession
        do {
            return try format.events(from: body, context: context)
        } catch {
            throw IntakeError(error)
        }
    }

    /// Makes events durable.
    func store(_ events: [NewEvent]) async throws(IntakeError) -> [AcceptanceResult] {
        let news = await screen?.news(events) ?? events
        guard !news.isEmpty else { return [] }
        let events = try await keepFiles(of: news)
        do {
            return try await journal.accept(events, source: source, at: clock.wall)
        } catch {
            throw IntakeError(error)
        }
    }

    /// Puts the files that came inside the document into storage, durable before the events that refer to them are.
    private func keepFiles(of events: [NewEvent]) async throws(IntakeError) -> [NewEvent] {
        guard let depot, events.contains(where: { $0.embedded != nil }) else { return events }
        var kept = events
        for index in kept.indices {
            guard let bytes = kept[index].embedded else { continue }
            do {
                let media = try await depot.deposit(bytes)
                kept[index].payload["raw_media"]?["storedId"] = .string(media.id.description)
                kept[index].embedded = nil
            } catch {
                throw IntakeError(error)
            }
        }
        return kept
    }
}
