import Logging
import RelayCore
import RelayJSON
import RelaySources
import Synchronization

/// An in-memory journal that records each call, and fails a configured number of times.
final class MemoryJournal: Journal {
    struct State {
        var calls: [[ParsedEvent]] = []
        var failures: [StoreError] = []
        var known: [String: EventID] = [:]
        var next: Int64 = 1
    }

    private let state = Mutex(State())
    let rejectedDocuments = MemoryRejectedDocuments()

    var calls: [[ParsedEvent]] { state.withLock { $0.calls } }
    var events: [ParsedEvent] { calls.flatMap { $0 } }

    func failNext(_ errors: StoreError...) {
        state.withLock { $0.failures += errors }
    }

    func accept(_ events: [ParsedEvent], source: String, at moment: Timestamp) async throws(StoreError)
        -> [EventAcceptanceResult]
    {
        let failure: StoreError? = state.withLock { $0.failures.isEmpty ? nil : $0.failures.removeFirst() }
        if let failure { throw failure }
        return state.withLock { state in
            state.calls.append(events)
            return events.map { event in
                let key = event.dedupKey.map { "\(source)|\(event.session)|\($0)" }
                if let key, let id = state.known[key] { return EventAcceptanceResult(id: id, isDuplicate: true) }
                let id = EventID(state.next)
                state.next += 1
                if let key { state.known[key] = id }
                return EventAcceptanceResult(id: id, isDuplicate: false)
            }
        }
    }

    func pendingEvents(after id: EventID, limit: Int) async throws(StoreError) -> [Event] { [] }
    func event(_ id: EventID) async throws(StoreError) -> Event? { nil }
    func commit(_ results: [EventProcessingResult], at moment: Timestamp) async throws(StoreError) {}
}

/// A format for tests: `{"id": "1", "session": "demo"}` is one event; with an array of ids, it is several.
struct TestFormat: SourceFormat {
    static let name = "test"
    static let summary = "Documents of a test."

    func read(_ document: [UInt8], context: FormatReadContext) throws(InvalidDocumentError) -> ParsedDocument {
        ParsedDocument(events: try events(in: document, context))
    }

    private func events(in document: [UInt8], _ context: FormatReadContext) throws(InvalidDocumentError)
        -> [ParsedEvent]
    {
        let parsed: JSON
        do {
            parsed = try JSON(parsing: document)
        } catch {
            throw InvalidDocumentError(.malformed, "The body is no JSON document: \(error.message)")
        }
        guard let id = parsed["id"] else { throw InvalidDocumentError(.notAnEvent, "There is no id.", pointer: "/id") }
        guard let session = context.session ?? parsed["session"]?.string ?? context.defaultSession else {
            throw InvalidDocumentError(.missingSession, "Nothing names a session.")
        }
        guard Session.isValid(id: session) else {
            throw InvalidDocumentError(.missingSession, "That is no session.", pointer: "/session")
        }
        let file = parsed["file"]?.string.map { Array($0.utf8) }
        return (id.array ?? [id]).compactMap(\.string).map { id in
            ParsedEvent(
                type: .messageReceived,
                session: session,
                dedupKey: id,
                occurredAt: context.receivedAt,
                payload: file == nil ? [:] : ["raw_media": ["mediaType": "image", "scheme": "stored"]],
                embedded: file
            )
        }
    }

    static func namesEvent(_ pathSegment: String) -> Bool { pathSegment == "made-event" }
}

func makeIntake(
    _ journal: MemoryJournal,
    format: any SourceFormat = TestFormat(),
    authentication: (any IntakeAuthentication)? = nil,
    defaultSession: String? = nil,
    mediaStore: (any MediaStore)? = nil,
    clock: any RelayClock = SystemClock()
) -> Intake {
    Intake(
        reader: SourceDocumentReader(
            source: "bridge",
            format: format,
            defaultSession: defaultSession,
            files: mediaStore.map { .stored($0) } ?? .identified
        ),
        authentication: authentication,
        journal: journal,
        rejectedDocuments: journal.rejectedDocuments,
        clock: clock
    )
}

/// Keeps rejected documents in memory, or fails a configured number of times.
final class MemoryRejectedDocuments: RejectedDocumentStore {
    struct Call {
        let documents: [RejectedDocument]
        let source: String
        let session: String?
    }

    private let state = Mutex<(calls: [Call], failures: [StoreError])>(([], []))

    var calls: [Call] { state.withLock { $0.calls } }
    var documents: [RejectedDocument] { calls.flatMap(\.documents) }

    func failNext(_ errors: StoreError...) {
        state.withLock { $0.failures += errors }
    }

    func keepRejected(
        _ documents: [RejectedDocument], source: String, session: String?, at moment: Timestamp
    ) async throws(StoreError) {
        let failure: StoreError? = state.withLock { $0.failures.isEmpty ? nil : $0.failures.removeFirst() }
        if let failure { throw failure }
        state.withLock { $0.calls.append(Call(documents: documents, source: source, session: session)) }
    }

    func rejectedDocuments(
        source: String?, before cursor: RejectedDocumentID?, limit: Int
    ) async throws(StoreError) -> [KeptRejectedDocument] { [] }
    func rejectedDocument(_ id: RejectedDocumentID) async throws(StoreError) -> KeptRejectedDocument? { nil }
    func deleteRejectedDocument(_ id: RejectedDocumentID) async throws(StoreError) -> Bool { false }
}

/// Media storage in memory that takes bytes, or fails.
final class InMemoryMediaStore: MediaStore {
    private let state = Mutex<[String: [UInt8]]>([:])
    private let failure: MediaError?

    init(failure: MediaError? = nil) {
        self.failure = failure
    }

    var files: [String: [UInt8]] { state.withLock { $0 } }
    var stagingDirectory: String { "/nowhere" }

    func deposit(_ bytes: [UInt8]) async throws(MediaError) -> StoredMedia {
        if let failure { throw failure }
        let id = MediaID(digest: Array(bytes.prefix(32)) + [UInt8](repeating: 0, count: max(0, 32 - bytes.count)))
        state.withLock { $0[id.description] = bytes }
        return StoredMedia(id: id, size: Int64(bytes.count))
    }

    func deposit(file path: String, as media: StoredMedia) async throws(MediaError) {}
    func find(_ id: MediaID) async throws(MediaError) -> StoredMedia? { nil }
    func open(
        _ id: MediaID,
        bounds: @Sendable (_ size: Int64) -> Range<Int64>
    ) async throws(MediaError) -> StoredMediaStream {
        throw MediaError(.notStored, "nothing is read here")
    }
    func sweep(before moment: Timestamp) async throws(MediaError) -> Int { 0 }
}

/// Records log entries with their metadata as text.
struct RecordingLog: LogHandler {
    final class Lines: Sendable {
        private let state = Mutex<[String]>([])
        var all: [String] { state.withLock { $0 } }

        func append(_ line: String) {
            state.withLock { $0.append(line) }
        }
    }

    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        lines.append("\(event.level) \(event.message) \(metadata.merging(event.metadata ?? [:]) { $1 })")
    }

    static func make() -> (Logger, Lines) {
        let lines = Lines()
        return (Logger(label: "test") { _ in RecordingLog(lines: lines) }, lines)
    }
}
