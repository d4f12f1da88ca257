internal import Logging
internal import RelayCore
internal import RelayDelivery
internal import RelayPipeline
internal import ServiceLifecycle

/// Carries out replays, one after the other, each at its rate. How far they have come is in the store: a restart goes on
/// with it.
final class ReplayService: Service {
    private let store: any ReplayStore
    private let pipelines: PipelineService
    private let clock: any RelayClock
    private let logger: Logger
    private let wakeSignal = WakeSignal()

    /// Events that a replay has in the pipelines at once: the events that come in meanwhile wait behind no more.
    private static let maxRunning = 500
    /// Deliveries that a replay has waiting or under way at once: new ones to a slow destination wait behind no more.
    private static let maxQueued = 1000
    /// Deliveries or events in one step, which is one transaction.
    private static let step = 500
    /// Between two steps: so a slow rate shares a commit among what is due in that time.
    private static let pause: Duration = .milliseconds(100)
    /// Between two looks at a store that has nothing to replay; a ring comes before.
    private static let rest: Duration = .seconds(30)

    init(store: any ReplayStore, pipelines: PipelineService, clock: any RelayClock, logger: Logger) {
        self.store = store
        self.pipelines = pipelines
        self.clock = clock
        self.logger = logger
    }

    /// Says that a replay was made or cancelled. Without it that is found within half a minute.
    func wake() {
        wakeSignal.signal()
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            var pace: Pace?
            while !Task.isCancelled {
                let next: Timestamp
                do {
                    next = try await carryOn(&pace)
                } catch {
                    logger.error("A replay could not go on; trying again", metadata: ["error": "\(error)"])
                    next = clock.now + .seconds(5)
                }
                await wakeSignal.wait(until: next, clock: clock)
            }
        }
    }

    /// Does the next step of the replay at hand. Returns when there is more to do.
    private func carryOn(_ pace: inout Pace?) async throws(StoreError) -> Timestamp {
        guard let replay = try await store.nextReplay() else { return clock.now + Self.rest }
        let now = clock.now
        var limits = (pace?.replay == replay.id ? pace : nil) ?? Pace(replay, at: now)
        defer { pace = limits }
        let room = min(Self.maxRunning - replay.running, Self.maxQueued - replay.queued)
        if replay.running > 0, room <= 0 || replay.isTaken { return waitForEvents(&limits, replay) }
        let limit = max(0, min(limits.limiter.available(at: now), room, Self.step))
        if limit > 0 || replay.isTaken {
            guard let step = try await store.advanceReplay(replay.id, limit: limit, at: now) else { return now }
            limits.limiter.take(step.taken, at: now)
            if !step.events.isEmpty { pipelines.rerun(step.events) }
            if step.replay.isOver {
                tell(step.replay)
                return now
            }
        }
        return max(limits.limiter.nextAvailable(after: now), now + Self.pause)
    }

    /// Waits for events that are in the pipelines. Some may take as long as a download does.
    private func waitForEvents(_ pace: inout Pace, _ replay: Replay) -> Timestamp {
        let now = clock.now
        if replay.running != pace.running {
            pace.running = replay.running
            pace.since = now
        } else if now - pace.since >= .seconds(60) {
            // An earlier run of one of them may have been under way when it was sent back, and has come to nothing.
            pipelines.rescan()
            pace.since = now
        }
        return now + Self.pause
    }

    private func tell(_ replay: Replay) {
        logger.info(
            "A replay is finished",
            metadata: [
                "replay": "\(replay.id)", "done": "\(replay.done)", "skipped": "\(replay.skipped)",
                "failures": "\(replay.failures)",
            ]
        )
    }
}

/// How fast the replay at hand goes, and how it stands.
private struct Pace {
    let replay: ReplayID
    var limiter: RateLimiter
    /// Events in the pipelines, and since when it has been so many.
    var running = 0
    var since: Timestamp

    init(_ replay: Replay, at now: Timestamp) {
        self.replay = replay.id
        limiter = RateLimiter(replay.rate)
        since = now
    }
}
