internal import Logging
package import RelayCore
internal import Synchronization

/// Runs the pipelines on new events in the store's transaction that accepts them. What cannot be done at once is left to
/// ``PipelineService``.
///
/// An event is left when a stage waits, when an expression takes long, when its chat has pending events, when it is
/// large, when its transaction has many events, when a tap is open, and when an earlier process ended in the middle of
/// it.
package final class NewEventRunner: NewEventProcessor {
    private struct State {
        var pending = PendingChats()
        /// What the transaction under way runs with.
        var pipelines: [Pipeline] = []
        /// Whether one of them uses the directory.
        var usesDirectory = false
        var context: StageContext?
        /// Events that the transaction under way has run.
        var runs = 0
        /// Whether the transaction under way has stored events as pending.
        var hasPending = false
        /// Events of the transaction under way that an earlier process may have ended in.
        var suspects: [(event: EventID, fingerprint: UInt64)] = []
    }

    /// Larger payloads take longer than others should wait. In bytes.
    private static let maxSize = 128 << 10
    /// Events of one transaction, for which all others wait: a document may have any number.
    static let maxRuns = 512

    private let provider: any PipelineProvider
    private let directory: DirectoryCache
    private let media: (any MediaFetcher)?
    private let gateways: (any GatewayDirectoryLookup)?
    private let taps: TapRegistry
    private let marker: EventRunMarkerFile?
    private let clock: any RelayClock
    private let logger: Logger
    private let onPending: @Sendable () -> Void
    private let shortRun = ShortRun()
    private let state = Mutex(State())

    /// - Parameter onPending: called when a transaction has stored events that ``PipelineService`` must run.
    init(
        provider: any PipelineProvider, directory: DirectoryCache, media: (any MediaFetcher)?,
        gateways: (any GatewayDirectoryLookup)?, taps: TapRegistry, marker: EventRunMarkerFile?,
        clock: any RelayClock, logger: Logger, onPending: @escaping @Sendable () -> Void
    ) {
        self.provider = provider
        self.directory = directory
        self.media = media
        self.gateways = gateways
        self.taps = taps
        self.marker = marker
        self.clock = clock
        self.logger = logger
        self.onPending = onPending
    }

    /// The results of events that were pending are stored.
    func processed(_ events: some Sequence<EventID>) {
        state.withLock { $0.pending.remove(events) }
    }

    // MARK: NewEventProcessor

    package func beginTransaction(isShared: Bool, _ pending: (_ limit: Int) throws -> [PendingEventKey]) throws {
        let (mustBeRead, limit) = state.withLock { (isShared || $0.pending.mustBeRead, $0.pending.limit) }
        let found = mustBeRead ? try pending(limit + 1) : []
        let pipelines = provider.pipelines
        let usesDirectory = pipelines.contains { $0.usesDirectory }
        let context = StageContext(
            directory: directory, routes: provider.routes, media: media, gateways: gateways, clock: clock,
            shortRun: shortRun)
        state.withLock { state in
            if mustBeRead { state.pending.read(found) }
            state.pipelines = pipelines
            state.usesDirectory = usesDirectory
            state.context = context
            state.runs = 0
        }
    }

    package func process(
        _ event: Event, fingerprint: UInt64, size: Int, directory stored: any StoredDirectory
    ) throws -> EventProcessingResult? {
        guard size <= Self.maxSize, !taps.isOpen, !isSuspect(event, fingerprint) else { return nil }
        let (pipelines, usesDirectory, context, runs) = state.withLock { state in
            state.runs += 1
            return (state.pipelines, state.usesDirectory, state.context, state.runs)
        }
        guard let context, runs <= Self.maxRuns else { return nil }
        let identified =
            usesDirectory ? try directory.load(for: event, from: stored) : directory.identified(event)
        guard state.withLock({ !$0.pending.contains(event, as: identified) }) else { return nil }
        return run(identified, fingerprint, pipelines, context)
    }

    private func run(
        _ event: Event, _ fingerprint: UInt64, _ pipelines: [Pipeline], _ context: StageContext
    ) -> EventProcessingResult? {
        var run = EventRun(event, pipelines: pipelines, taps: taps, at: clock.now)
        marker?.accept(fingerprint)
        run.run(in: context, directory: directory, logger: logger)
        let isGivenUp = shortRun.takeGivenUp()
        guard run.suspension == nil, !isGivenUp else {
            // The event runs again from the first stage, and learns the same.
            directory.forget(run.result.records)
            return nil
        }
        return run.result
    }

    /// Whether an earlier process ended in the middle of the event. It is stored before it runs again.
    private func isSuspect(_ event: Event, _ fingerprint: UInt64) -> Bool {
        guard let marker, marker.isSuspect(fingerprint) else { return false }
        state.withLock { $0.suspects.append((event.id, fingerprint)) }
        return true
    }

    package func isPending(_ event: PendingEventKey) {
        state.withLock { state in
            state.pending.add(event)
            state.hasPending = true
        }
    }

    package func join(session: String, lid: String, phone: String) {
        state.withLock { state in
            state.pending.join(
                ChatOrderQueue.OrderingKey(session: session, chat: lid),
                into: ChatOrderQueue.OrderingKey(session: session, chat: phone))
        }
    }

    package func endTransaction(isCommitted: Bool) {
        let (hasPending, suspects, runs) = state.withLock { state in
            defer {
                state.hasPending = false
                state.suspects.removeAll()
                state.context = nil
            }
            state.pending.endTransaction(isCommitted: isCommitted)
            return (state.hasPending, state.suspects, state.runs)
        }
        if runs > 0 { marker?.accept(nil) }
        guard isCommitted else {
            // The cache has entries that were not stored.
            directory.forget()
            return
        }
        if !suspects.isEmpty {
            marker?.change { marker in
                for suspect in suspects { marker.suspect(suspect.event, fingerprint: suspect.fingerprint) }
            }
        }
        if hasPending { onPending() }
    }
}
