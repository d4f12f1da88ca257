internal import Logging
internal import RelayCore
internal import RelayDelivery
internal import RelayPipeline
internal import ServiceLifecycle

/// Executes replays one after the other, each at its configured rate. Their progress is in the store, so that a restart
/// continues them.
final class ReplayService: Service {
    private let store: any ReplayStore
    private let pipelines: PipelineService
    private let clock: any RelayClock
    private let logger: Logger
    private let wakeSignal = WakeSignal()

    /// The maximum number of a replay's events in the pipelines, which limits the delay of new events.
    private static let maxRunning = 500
    /// The maximum number of a replay's deliveries that are queued or in flight, which limits the delay of new
    /// deliveries to a slow destination.
    private static let maxQueued = 1000
    /// The maximum number of deliveries or events per step; each step is one transaction.
    private static let step = 500
    /// The delay between two steps. At a low rate, everything due in this time shares a commit.
    private static let pause: Duration = .milliseconds(100)
    /// The delay between two queries when there is no replay; ``wake()`` ends it early.
    private static let rest: Duration = .seconds(30)

    init(store: any ReplayStore, pipelines: PipelineService, clock: any RelayClock, logger: Logger) {
        self.store = store
        self.pipelines = pipelines
        self.clock = clock
        self.logger = logger
    }

    /// Signals that a replay was created or cancelled. Without the signal it is noticed within 30 seconds.
    func wake() {
        wakeSignal.signal()
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            var pace: ReplayThrottle?
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

    /// Executes the next step of the current replay. Returns the time of the next call.
    private func carryOn(_ pace: inout ReplayThrottle?) async throws(StoreError) -> Timestamp {
        guard let replay = try await store.nextReplay() else { return clock.now + Self.rest }
        let now = clock.now
        var limits = (pace?.replay == replay.id ? pace : nil) ?? ReplayThrottle(replay, at: now)
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

    /// Waits for events that are in the pipelines. Some may wait for a download to finish.
    private func waitForEvents(_ pace: inout ReplayThrottle, _ replay: Replay) -> Timestamp {
        let now = clock.now
        if replay.running != pace.running {
            pace.running = replay.running
            pace.since = now
        } else if now - pace.since >= .seconds(60) {
            // An earlier run of one of the events may have been in progress when the event was queued again, and have
            // ended without a result.
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

/// The rate and the progress of the current replay.
private struct ReplayThrottle {
    let replay: ReplayID
    var limiter: RateLimiter
    /// The number of events in the pipelines, and the time since which it has not changed.
    var running = 0
    var since: Timestamp

    init(_ replay: Replay, at now: Timestamp) {
        self.replay = replay.id
        limiter = RateLimiter(replay.rate)
        since = now
    }
}
