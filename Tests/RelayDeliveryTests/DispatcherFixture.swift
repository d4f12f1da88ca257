import Foundation
import Logging
import RelayCore
import RelayDelivery
import RelayJSON
import RelaySQL
import RelaySQLite
import RelayTesting
import ServiceLifecycle

/// A dispatcher with its own store, in-memory destinations, and a manual clock.
final class DispatcherFixture: Sendable {
    let clock: ManualClock
    let destinations: Destinations
    var store: any RelayStore { file }
    let outbox: BreakableStore
    let dispatcher: Dispatcher
    private let file: SQLStore
    private let folder: URL
    private let group: ServiceGroup

    init(_ destinations: [DestinationKey: any Destination], clock: ManualClock, breaker: BreakerPolicy = .init())
        async throws
    {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        self.clock = clock
        self.destinations = Destinations(destinations)
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("dispatch-\(UUID().uuidString)")
        var configuration = SQLiteStore.Configuration()
        configuration.diskReserveBytes = 0
        file = try await SQLiteStore.open(
            path: folder.appendingPathComponent("store.db").path,
            secretKey: CredentialEncryptionKey(bytes: [UInt8](repeating: 7, count: 32)),
            clock: clock,
            logger: logger,
            configuration: configuration
        )
        outbox = BreakableStore(file)
        dispatcher = Dispatcher(
            outbox: outbox,
            destinations: self.destinations,
            clock: clock,
            configuration: .init(breaker: breaker),
            random: { 0.5 },
            logger: logger
        )
        group = ServiceGroup(
            configuration: .init(
                services: [.init(service: dispatcher, successTerminationBehavior: .gracefullyShutdownGroup)],
                logger: logger
            )
        )
    }

    /// Runs the dispatcher while the closure runs, then shuts it down and closes the store.
    func run(_ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { [group] in try await group.run() }
            var failure: (any Error)?
            do { try await body() } catch { failure = error }
            if failure != nil { tasks.cancelAll() }
            await group.triggerGracefulShutdown()
            // Requests that are still in flight at the end are cancelled.
            tasks.addTask { [clock] in
                while !Task.isCancelled {
                    if let deadline = clock.nextDeadline { clock.set(deadline) }
                    try? await Task.sleep(for: .milliseconds(1))
                }
            }
            do { try await tasks.next() } catch { failure = failure ?? error }
            tasks.cancelAll()
            await file.close()
            try? FileManager.default.removeItem(at: folder)
            if let failure { throw failure }
        }
    }

    func shutDown() async { await group.triggerGracefulShutdown() }

    /// Accepts an event for each chat and queues its delivery. Returns the ids in order.
    @discardableResult
    func queue(to key: DestinationKey, chats: [String]) async throws -> [DeliveryID] {
        let now = clock.now
        let events = chats.map { chat in
            ParsedEvent(type: .messageReceived, session: "main", chat: chat, payload: ["text": "oi"])
        }
        let settings = destinations[key]?.settings ?? DestinationDispatchSettings()
        var results: [EventProcessingResult] = []
        for accepted in try await store.accept(events, source: "test", at: now) {
            guard let event = try await store.event(accepted.id) else { continue }
            let planned = PlannedDelivery(
                of: event,
                to: key,
                lane: settings.lane(session: event.session, chat: event.chat),
                pipeline: "default",
                signing: nil
            )
            results.append(EventProcessingResult(event: event.id, deliveries: [planned]))
        }
        try await store.commit(results, at: now)
        let records = try await store.deliveries(
            DeliveryFilter(destination: key), before: nil, offset: 0, limit: chats.count)
        return records.map(\.id).reversed()
    }

    func count(_ state: DeliveryState) async throws -> Int {
        try await store.countDeliveries(DeliveryFilter(states: [state]))
    }

    /// Waits until the condition holds, without advancing the clock.
    func settle(_ what: String, _ condition: () async throws -> Bool) async throws {
        try await wait(what, turns: false, condition)
    }

    /// Does the same as ``settle(_:_:)``, but advances the clock to the next deadline as often as needed.
    func turn(_ what: String, _ condition: () async throws -> Bool) async throws {
        try await wait(what, turns: true, condition)
    }

    private func wait(_ what: String, turns: Bool, _ condition: () async throws -> Bool) async throws {
        var isFirst = true
        try await eventually(what, every: .milliseconds(1)) {
            // The clock advances after each check in which the condition did not hold.
            if !isFirst, turns, let next = clock.nextDeadline { clock.set(next) }
            isFirst = false
            return try await condition()
        }
    }
}
