import Foundation
import Logging
import RelayCore
import RelayJSON
import RelayPipeline
import RelaySQL
import RelaySQLite
import RelayTesting
import ServiceLifecycle
import Testing

@testable import Relay

/// The rate of a replay, with a manual clock. The pipelines run only when the test runs them.
struct ReplayServiceTests {
    private struct NoPipelines: PipelineProvider, DeliveryTargetResolver {
        var pipelines: [Pipeline] { [] }
        var routes: any DeliveryTargetResolver { self }
        func route(to destination: String) -> DeliveryTarget? { nil }
        func webhooks(of session: String) -> [DeliveryTarget] { [] }
    }

    private let clock = ManualClock()
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// A store with a number of events, each delivered once, and the service on it.
    private func run(
        events count: Int,
        _ body: (SQLStore, ReplayService) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("replay-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        var options = SQLiteStore.Configuration()
        options.diskReserveBytes = 0
        let store = try await SQLiteStore.open(
            path: folder.appendingPathComponent("store.db").path,
            secretKey: CredentialEncryptionKey(bytes: [UInt8](repeating: 7, count: 32)),
            clock: clock,
            logger: logger,
            configuration: options
        )
        let new = (0..<count).map { index in
            ParsedEvent(
                type: .messageReceived, session: "s", chat: "c\(index % 7)@s", payload: ["n": .int(Int64(index))])
        }
        _ = try await store.accept(new, source: "test", at: clock.now)
        try await runPipelines(on: store)
        try await send(from: store)

        let service = ReplayService(
            store: store,
            pipelines: PipelineService(
                journal: store, provider: NoPipelines(), directory: DirectoryCache(), clock: clock, logger: logger),
            clock: clock,
            logger: logger
        )
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: service, successTerminationBehavior: .gracefullyShutdownGroup)],
                logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var failure: (any Error)?
            do { try await body(store, service) } catch { failure = error }
            await group.triggerGracefulShutdown()
            do { try await tasks.next() } catch { failure = failure ?? error }
            await store.close()
            if let failure { throw failure }
        }
    }

    /// Delivers the queued deliveries.
    private func send(from store: SQLStore) async throws {
        let claims = [DeliveryClaimRequest(destination: "crm", limit: 10_000)]
        let claimed = try await store.exchange([], claims: claims, at: clock.now)[0].deliveries
        let settlements = claimed.map { delivery in
            let result = AttemptResult(outcome: .delivered, status: 200, target: "t", duration: .zero)
            return AttemptSettlement(
                delivery: delivery.id,
                attempt: DeliveryAttempt(number: delivery.attempt, startedAt: clock.now, result: result),
                next: .delivered)
        }
        _ = try await store.exchange(settlements, claims: [], at: clock.now)
    }

    /// Plans one delivery for every pending event.
    private func runPipelines(on store: SQLStore) async throws {
        while true {
            let events = try await store.pendingEvents(after: EventID(0), limit: 500)
            if events.isEmpty { return }
            let results = events.map { event in
                let planned = PlannedDelivery(of: event, to: "crm", lane: nil, pipeline: "p", signing: nil)
                return EventProcessingResult(event: event.id, run: event.rerun?.number ?? 0, deliveries: [planned])
            }
            try await store.commit(results, at: clock.now)
        }
    }

    private func make(
        _ selection: ReplaySelection, _ rate: String, on store: SQLStore, _ service: ReplayService
    ) async throws -> ReplayID {
        let estimate = try await store.estimate(selection, at: clock.now)
        let replay = try await store.createReplay(selection, rate: try #require(RateLimit(rate)), estimate: estimate)
        service.wake()
        return replay.id
    }

    /// Advances the clock from step to step of the service until the duration has passed.
    /// - Parameter each: called between two steps.
    private func advance(by duration: Duration, each: () async throws -> Void = {}) async throws {
        let end = clock.now + duration
        await clock.untilSleeping()
        while let next = clock.nextDeadline, next <= end {
            try await each()
            clock.set(next)
            await clock.untilSleeping()
        }
        clock.set(end)
        await clock.untilSleeping()
    }

    /// - Parameter burst: the number of deliveries that may start at once, a tenth of the number in the rate.
    @Test(arguments: [("50/s", 50, 5), ("1200/m", 20, 120), ("2000/s", 2000, 200)])
    func aReplayKeepsItsRate(rate: String, perSecond: Int, burst: Int) async throws {
        let count = perSecond * 4 + burst
        try await run(events: count) { store, service in
            await clock.untilSleeping()
            let id = try await make(ReplaySelection(from: .deliver), rate, on: store, service)
            try await eventually("it begins") { try await store.replay(id)?.state == .running }
            for second in 1...3 {
                try await advance(by: .seconds(1)) { try await send(from: store) }
                let done = try #require(try await store.replay(id)).done
                #expect(done >= perSecond * second && done <= perSecond * second + burst, "after \(second) s: \(done)")
            }
            try await advance(by: .seconds(2)) { try await send(from: store) }
            let replay = try #require(try await store.replay(id))
            #expect(replay.state == .finished)
            #expect(replay.done == count)
        }
    }

    @Test func noMoreThanFiveHundredEventsAreInThePipelinesAtOnce() async throws {
        try await run(events: 1200) { store, service in
            await clock.untilSleeping()
            let id = try await make(ReplaySelection(from: .start), "5000/s", on: store, service)
            try await eventually("it begins") { try await store.replay(id)?.state == .running }
            try await advance(by: .seconds(2))
            #expect(try await store.replay(id)?.running == 500)
            for expected in [500, 200] {
                try await runPipelines(on: store)
                try await send(from: store)
                try await advance(by: .seconds(1))
                #expect(try await store.replay(id)?.running == expected)
            }
            try await runPipelines(on: store)
            try await advance(by: .seconds(1))
            let replay = try #require(try await store.replay(id))
            #expect(replay.state == .finished && replay.done == 1200 && replay.deliveries == 1200)
        }
    }

    @Test func replaysGoOneAfterTheOther() async throws {
        try await run(events: 20) { store, service in
            await clock.untilSleeping()
            let first = try await make(ReplaySelection(from: .start), "10/s", on: store, service)
            let second = try await make(ReplaySelection(from: .deliver), "100/s", on: store, service)
            try await eventually("it begins") { try await store.replay(first)?.state == .running }
            try await advance(by: .seconds(5))
            #expect(try await store.replay(first)?.running == 20)
            #expect(try await store.replay(second)?.state == .waiting)
            try await runPipelines(on: store)
            try await advance(by: .seconds(5))
            #expect(try await store.replay(first)?.state == .finished)
            #expect(try await store.replay(second)?.state == .finished)
            #expect(try await store.replay(second)?.done == 20)
        }
    }

    /// A destination that accepts nothing delays the replay, but not new deliveries.
    @Test func noMoreThanAThousandDeliveriesWaitAtOnce() async throws {
        try await run(events: 2600) { store, service in
            await clock.untilSleeping()
            let id = try await make(ReplaySelection(from: .deliver), "5000/s", on: store, service)
            try await eventually("it begins") { try await store.replay(id)?.state == .running }
            for expected in [1000, 2000] {
                try await advance(by: .seconds(5))
                let replay = try #require(try await store.replay(id))
                #expect(replay.done == expected && replay.queued == 1000)
                try await send(from: store)
            }
            try await advance(by: .seconds(5))
            #expect(try await store.replay(id)?.state == .finished)
        }
    }

    /// A replay does not wait for its deliveries, so the next one can start.
    @Test func aReplayEndsWithItsEventsWhileItsDeliveriesWait() async throws {
        try await run(events: 1000) { store, service in
            await clock.untilSleeping()
            let id = try await make(ReplaySelection(from: .start), "5000/s", on: store, service)
            try await eventually("it begins") { try await store.replay(id)?.state == .running }
            for _ in 0..<3 {
                try await advance(by: .seconds(1))
                try await runPipelines(on: store)
            }
            try await advance(by: .seconds(1))
            let replay = try #require(try await store.replay(id))
            #expect(replay.state == .finished && replay.deliveries == 1000 && replay.queued == 0)
            #expect(try await store.countDeliveries(DeliveryFilter(states: [.queued])) == 1000)
        }
    }
}
