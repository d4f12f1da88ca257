internal import RelayAPI
internal import RelayCore
internal import RelayDelivery
internal import RelayPipeline

/// Reports, pauses and resumes the active destinations.
struct LiveDestinationControl: DestinationControl {
    let store: any RelayStore
    let registry: ActiveDestinationRegistry
    let dispatcher: Dispatcher
    let pipelines: PipelineService
    let clock: any RelayClock

    func destinations() async throws(APIError) -> [DestinationStatus] {
        let entries = registry.entries
        do {
            let figures = try await store.destinationCounts().reduce(into: [:]) { $0[$1.destination] = $1 }
            let pauses = try await store.pauses().reduce(into: [:]) { $0[$1.destination] = $1 }
            let keys = Set(entries.keys).union(figures.keys.filter { !$0.isPipeline }).sorted()
            return keys.map { status($0, entry: entries[$0], figures: figures[$0], pause: pauses[$0]) }
        } catch {
            throw APIError(error)
        }
    }

    func destination(_ key: DestinationKey) async throws(APIError) -> DestinationStatus {
        guard let status = try await destinations().first(where: { $0.key == key }) else {
            throw .notFound("There is no destination \"\(key)\". GET /api/v1/destinations lists them.")
        }
        return status
    }

    private func status(
        _ key: DestinationKey,
        entry: ActiveDestinationRegistry.Entry?,
        figures: DestinationDeliveryCounts?,
        pause: DestinationPause?
    ) -> DestinationStatus {
        let standing = dispatcher.standing(of: key)
        let breaker = standing?.breaker
        let breakerState: DestinationStatus.Breaker.State =
            switch breaker?.state {
            case .open: .open
            case .probing: .halfOpen
            case .closed, nil: .closed
            }
        let settings = entry?.destination.settings
        return DestinationStatus(
            key: key,
            kind: entry?.kind,
            target: entry?.destination.target,
            session: entry?.session,
            state: state(entry: entry, pause: pause, breaker: breaker),
            ordering: settings?.ordering,
            maxInFlight: settings?.maxInFlight,
            rateLimit: settings?.rateLimit,
            batch: settings?.batch,
            counts: figures?.counts ?? [:],
            oldestQueuedAt: figures?.oldestQueuedAt,
            help: figures.flatMap { OrphanedDeliveryWarning($0, isKnown: entry != nil)?.help },
            inFlight: standing?.inFlight ?? 0,
            breaker: .init(
                state: breakerState,
                consecutiveFailures: breaker?.failuresInRow ?? 0,
                nextProbeAt: breaker?.opensAt
            ),
            pause: pause,
            release: standing?.release.map { .init(rate: $0.rate, remaining: $0.remaining) },
            wait: DeliveryWait(
                ofNextAt: standing,
                hasQueued: (figures?.counts[.queued] ?? 0) > 0,
                settings: settings,
                isEnabled: entry?.isEnabled ?? false,
                at: clock.now
            )
        )
    }

    private func state(
        entry: ActiveDestinationRegistry.Entry?,
        pause: DestinationPause?,
        breaker: Breaker?
    ) -> DestinationStatus.State {
        guard let entry else { return .removed }
        if !entry.isEnabled { return .paused }
        switch pause?.reason {
        case .manual, .absent: return .paused
        case .gone: return .gone
        case .denied: return .denied
        case nil: break
        }
        return breaker.map { $0.state == .closed ? .active : .open } ?? .active
    }

    func cancelQueued(_ key: DestinationKey) async throws(APIError) -> Int {
        _ = try await destination(key)
        do {
            return try await store.cancelQueued(destination: key, at: clock.now)
        } catch {
            throw APIError(error)
        }
    }

    func pause(_ key: DestinationKey) async throws(APIError) {
        _ = try await destination(key)
        var pause = DestinationPause(destination: key, reason: .manual, since: clock.now)
        do {
            // A second pause is the same one: what it holds, it holds since the first.
            if let current = try await self.pause(of: key), current.reason == .manual { pause.since = current.since }
            try await store.pause(pause)
        } catch {
            throw APIError(error)
        }
        dispatcher.pause(pause)
    }

    func resume(_ key: DestinationKey, rate: RateLimit?) async throws(APIError) {
        _ = try await destination(key)
        guard registry.entry(key)?.isEnabled == true else { return try await endManualPause(of: key) }
        do {
            _ = try await store.resume(destination: key, rate: rate, at: clock.now)
            let release = rate == nil ? nil : try await store.releases().first { $0.destination == key }
            dispatcher.resume(key, release: release)
        } catch {
            throw APIError(error)
        }
    }

    private func pause(of key: DestinationKey) async throws(StoreError) -> DestinationPause? {
        try await store.pauses().first { $0.destination == key }
    }

    /// A destination that is disabled or not configured stays paused until it is back, whoever resumes it.
    private func endManualPause(of key: DestinationKey) async throws(APIError) {
        let absence = DestinationPause(destination: key, reason: .absent, since: clock.now)
        let current: DestinationPause?
        do throws(StoreError) {
            current = try await pause(of: key)
            if let current, current.reason != .absent { try await store.pause(absence) }
        } catch {
            throw APIError(error)
        }
        guard let current, current.reason != .absent else {
            throw .conflict(
                "The destination \(key) cannot be resumed: it is not configured, or disabled. A webhook goes on when it is "
                    + "changed with {\"enabled\": true}.")
        }
        dispatcher.pause(absence)
    }

    func wait(of delivery: DeliveryDetails) -> DeliveryWait? {
        let entry = registry.entry(delivery.destination)
        return DeliveryWait(
            of: delivery,
            state: dispatcher.standing(of: delivery.destination),
            settings: entry?.destination.settings,
            isEnabled: entry?.isEnabled ?? false,
            at: clock.now
        )
    }

    func deliveriesRequeued() async {
        // Requeued stage failures run their events through the pipelines again.
        pipelines.rescan()
        dispatcher.probe()
    }
}
