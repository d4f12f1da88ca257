import RelayConfig
import RelayCore
import RelayJSON
import RelayPipeline
import RelaySQL
import RelayTesting
import Synchronization

/// Named latches that the stages of a test wait for.
final class NamedLatches: Sendable {
    private struct State: Sendable {
        var open: Set<String> = []
        var waiting: [Int: (latch: String, continuation: CheckedContinuation<Void, Never>)] = [:]
        var started: [String] = []
        var next = 0
    }

    private let state = Mutex(State())

    /// The names of the latches with a waiting task.
    var waiting: [String] { state.withLock { $0.waiting.values.map(\.latch).sorted() } }
    /// The names of all waits that have begun, in order.
    var started: [String] { state.withLock { $0.started } }

    /// Opens a latch for current and future waiters.
    func open(_ latch: String) {
        let freed = state.withLock { state in
            state.open.insert(latch)
            let freed = state.waiting.filter { $0.value.latch == latch }
            for number in freed.keys { state.waiting[number] = nil }
            return freed.values.map(\.continuation)
        }
        for continuation in freed { continuation.resume() }
    }

    func wait(_ latch: String) async {
        let number = state.withLock { state in
            state.started.append(latch)
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOpen = state.withLock { state in
                    if Task.isCancelled || state.open.contains(latch) { return true }
                    state.waiting[number] = (latch, continuation)
                    return false
                }
                if isOpen { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: number) }?.continuation.resume()
        }
    }
}

struct WaitingStage: Stage {
    let latches: NamedLatches
    var waits: Bool { true }

    func run(_ draft: inout PipelineEvent, in context: StageContext) throws(StageError) -> StageOutcome {
        guard let latch = draft.event.payload["latch"]?.string else { return .next }
        draft.event.payload["latch"] = nil
        return .wait(
            DeferredStageWork { [latches] in
                await latches.wait(latch)
                return { (draft, _) throws(StageError) in
                    if latch == "failing" { throw StageError("no luck") }
                    draft.event.payload["text"] = .string((draft.event.payload["text"]?.string ?? "") + "!")
                    return .next
                }
            }
        )
    }
}

struct DeliveringStage: Stage {
    func run(_ draft: inout PipelineEvent, in context: StageContext) throws(StageError) -> StageOutcome {
        draft.deliver(to: [DeliveryTarget(destination: "crm", settings: DestinationDispatchSettings(), isSigned: false)]
        )
        return .next
    }
}

struct SinglePipelineProvider: PipelineProvider, DeliveryTargetResolver {
    let pipelines: [Pipeline]

    init(_ steps: [PipelineStep]) {
        let definition = PipelineDefinition(name: "default", file: "", from: [], steps: steps)
        pipelines = [Pipeline(definition, generation: ConfigurationGenerationID(number: 7, hash: "abc"))]
    }

    var routes: any DeliveryTargetResolver { self }
    func route(to destination: String) -> DeliveryTarget? { nil }
    func webhooks(of session: String) -> [DeliveryTarget] { [] }
}

/// A store whose commits fail or wait while a test requires it.
final class BreakableJournal: Journal, MessageHistoryStore {
    private let base: SQLStore
    private let state = Mutex((failuresLeft: 0, failures: 0))
    /// While ``holdsCommits`` is set, commits wait for the latch `commit`.
    let latches = NamedLatches()
    private let holding = Mutex(false)

    var holdsCommits: Bool {
        get { holding.withLock { $0 } }
        set { holding.withLock { $0 = newValue } }
    }

    init(_ base: SQLStore) {
        self.base = base
    }

    /// The number of commits that have failed.
    var failures: Int { state.withLock { $0.failures } }

    func breakCommits(_ count: Int) { state.withLock { $0.failuresLeft = count } }

    func commit(_ results: [EventProcessingResult], at moment: Timestamp) async throws(StoreError) {
        let isBroken = state.withLock { state in
            guard state.failuresLeft > 0 else { return false }
            state.failuresLeft -= 1
            state.failures += 1
            return true
        }
        if isBroken { throw StoreError(.unavailable, "the disk is gone") }
        if holdsCommits { await latches.wait("commit") }
        try await base.commit(results, at: moment)
    }

    // MARK: Forwarded to the store

    func accept(
        _ events: [ParsedEvent], source: String, at moment: Timestamp
    ) async throws(StoreError) -> [EventAcceptanceResult] {
        try await base.accept(events, source: source, at: moment)
    }
    func pendingEvents(after id: EventID, limit: Int) async throws(StoreError) -> [Event] {
        try await base.pendingEvents(after: id, limit: limit)
    }
    func event(_ id: EventID) async throws(StoreError) -> Event? { try await base.event(id) }
    func contacts(_ ids: Set<DirectoryEntryKey>) async throws(StoreError) -> [Contact] { try await base.contacts(ids) }
    func groups(_ ids: Set<DirectoryEntryKey>) async throws(StoreError) -> [Group] { try await base.groups(ids) }
    func phones(ofLIDs lids: Set<DirectoryEntryKey>) async throws(StoreError) -> [DirectoryEntryKey: String] {
        try await base.phones(ofLIDs: lids)
    }
    func messages(_ query: HistoryMessageQuery, offset: Int, limit: Int) async throws(StoreError) -> [Message] {
        try await base.messages(query, offset: offset, limit: limit)
    }
    func countMessages(_ query: HistoryMessageQuery) async throws(StoreError) -> Int {
        try await base.countMessages(query)
    }
    func chats(
        session: String?, search: String?, offset: Int, limit: Int
    ) async throws(StoreError) -> (chats: [ChatSummary], total: Int) {
        try await base.chats(session: session, search: search, offset: offset, limit: limit)
    }
    func contacts(
        session: String?, search: String?, offset: Int, limit: Int
    ) async throws(StoreError) -> (contacts: [Contact], total: Int) {
        try await base.contacts(session: session, search: search, offset: offset, limit: limit)
    }
    func groups(
        session: String?, search: String?, offset: Int, limit: Int
    ) async throws(StoreError) -> (groups: [Group], total: Int) {
        try await base.groups(session: session, search: search, offset: offset, limit: limit)
    }
}
