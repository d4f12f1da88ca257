package import Logging
package import RelayCore
internal import RelayJSON
internal import ServiceLifecycle
internal import Synchronization

/// Fetches the files that did not come in time for their messages, and announces each by `message.updated` with
/// `payload.media`.
///
/// The list is in the store, so a restart continues it. A fetch that fails is tried again after 1 minute, 10 minutes
/// and 1 hour. After that, or when it can never succeed, the file is given up.
package final class LateMediaService: Service {
    private let store: any Journal & LateMediaQueue
    private let media: any MediaFetcher
    private let clock: any RelayClock
    private let logger: Logger
    private let onAnnounce: @Sendable () -> Void
    private let wakeSignal = WakeSignal()
    private let active = Mutex<Set<EventID>>([])

    /// Fetches under way. The fetcher has its own limit of downloads.
    private static let maxActive = 16
    private static let waits: [Duration] = [.seconds(60), .seconds(600), .seconds(3600)]

    /// - Parameter onAnnounce: is called when the journal has a new announcement.
    package init(
        store: any Journal & LateMediaQueue,
        media: any MediaFetcher,
        clock: any RelayClock,
        logger: Logger,
        onAnnounce: @escaping @Sendable () -> Void
    ) {
        self.store = store
        self.media = media
        self.clock = clock
        self.logger = logger
        self.onAnnounce = onAnnounce
    }

    /// Reports that a commit has added a file to fetch. Without it the file is found within half a minute.
    package func wake() {
        wakeSignal.signal()
    }

    package func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { fetches in
                while !Task.isShuttingDownGracefully && !Task.isCancelled {
                    let next = await begin(&fetches)
                    await wakeSignal.wait(until: min(next, clock.now + .seconds(30)), clock: clock)
                }
                fetches.cancelAll()
            }
        } onGracefulShutdown: {
            self.wakeSignal.signal()
        }
    }

    /// Starts the fetches that are due. Returns when the next file is due.
    private func begin(_ fetches: inout DiscardingTaskGroup) async -> Timestamp {
        let later = clock.now + .seconds(30)
        do {
            let running = active.withLock { $0 }
            for entry in try await store.lateMedia(limit: Self.maxActive + running.count)
            where !running.contains(entry.event) {
                if entry.dueAt > clock.now { return entry.dueAt }
                guard active.withLock({ $0.count < Self.maxActive && $0.insert(entry.event).inserted }) else {
                    return later
                }
                fetches.addTask { [self] in
                    await fetch(entry)
                    active.withLock { _ = $0.remove(entry.event) }
                    wakeSignal.signal()
                }
            }
            return later
        } catch {
            logger.error("Late media could not be read off the store", metadata: ["error": "\(error)"])
            return later
        }
    }

    private func fetch(_ entry: LateMedia) async {
        do throws(StoreError) {
            guard let event = try await store.event(entry.event), let raw = event.payload["raw_media"],
                let reference = try? RawMediaReference(raw)
            else { return try await giveUp(entry) }
            do throws(MediaError) {
                let stored = try await media.fetch(
                    reference, source: event.source, session: event.session, limits: entry.limits, priority: .late)
                try await announce(stored, of: reference, in: event)
            } catch {
                if Task.isCancelled { return }
                try await postpone(entry, after: error)
            }
        } catch {
            logger.error(
                "Late media could not be settled; it is tried again",
                metadata: ["event": "\(entry.event)", "error": "\(error)"]
            )
            try? await clock.sleep(until: clock.now + .seconds(5))
        }
    }

    private func announce(_ stored: StoredMedia, of reference: RawMediaReference, in event: Event)
        async throws(MediaError)
    {
        var payload = event.payload
        payload.attach(stored, of: reference, link: media.link(to: stored, of: reference))
        let message = payload["messageId"]?.string
        payload["targetMessageId"] = message.map(JSON.string) ?? .null
        payload["update"] = "media"
        let type = EventType.messageUpdated
        let announcement = ParsedEvent(
            type: type,
            session: event.session,
            chat: event.chat,
            dedupKey: "\(type.name)|\(event.chat ?? "")|\(message ?? "\(event.id)")|media",
            payload: payload
        )
        do {
            try await store.settleLateMedia(
                of: event.id, announcing: announcement, source: event.source, at: clock.wall)
        } catch {
            throw MediaError(.storage, error.message)
        }
        onAnnounce()
    }

    private func postpone(_ entry: LateMedia, after failure: MediaError) async throws(StoreError) {
        guard failure.isRetryable, Self.waits.indices.contains(entry.failures) else {
            logger.warning(
                "Late media is given up; receivers keep the reference",
                metadata: ["event": "\(entry.event)", "reason": "\(failure.code.rawValue)"]
            )
            return try await giveUp(entry)
        }
        var entry = entry
        entry.dueAt = clock.now + Self.waits[entry.failures]
        entry.failures += 1
        try await store.postpone(entry)
    }

    private func giveUp(_ entry: LateMedia) async throws(StoreError) {
        try await store.settleLateMedia(of: entry.event, announcing: nil, source: "", at: clock.wall)
    }
}
