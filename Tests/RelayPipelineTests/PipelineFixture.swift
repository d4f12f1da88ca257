import Foundation
import Logging
import RelayConfig
import RelayCore
import RelayJSON
import RelayPipeline
import RelaySQL
import RelaySQLite
import RelayTesting
import ServiceLifecycle

/// The pipeline service with its own store and a manual clock.
final class PipelineFixture: Sendable {
    let clock: ManualClock
    let journal: BreakableJournal
    let directory = DirectoryCache()
    let service: PipelineService
    var store: any RelayStore { file }
    private let file: SQLStore
    private let folder: URL
    private let group: ServiceGroup

    /// - Parameters:
    ///   - steps: the steps of the only pipeline, which delivers to `crm` after them.
    ///   - processesAtOnce: whether the store gives new events to the pipelines as it accepts them.
    ///   - arrange: wraps these steps in other steps.
    init(
        _ steps: [any Stage],
        timeout: Duration? = nil,
        onError: PipelineStep.OnError = .deadLetter,
        gateways: (any GatewayDirectoryLookup)? = nil,
        taps: TapRegistry = TapRegistry(),
        clock: ManualClock = ManualClock(),
        configuration: PipelineService.Configuration = .init(),
        processesAtOnce: Bool = false,
        arrange: ([PipelineStep]) throws -> [PipelineStep] = { $0 }
    ) async throws {
        self.clock = clock
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("pipeline-\(UUID().uuidString)")
        var options = SQLiteStore.Configuration()
        options.diskReserveBytes = 0
        file = try await SQLiteStore.open(
            path: folder.appendingPathComponent("store.db").path,
            secretKey: CredentialEncryptionKey(bytes: [UInt8](repeating: 7, count: 32)),
            clock: clock,
            logger: logger,
            configuration: options
        )
        journal = BreakableJournal(file)
        let before = steps.enumerated().map { index, stage in
            PipelineStep(kind: "test", id: "test-\(index)", onError: onError, timeout: timeout, stage: stage)
        }
        service = PipelineService(
            journal: journal,
            provider: SinglePipelineProvider(
                try arrange(before + [PipelineStep(kind: "deliver", id: "deliver", stage: DeliveringStage())])),
            directory: directory,
            gateways: gateways,
            taps: taps,
            clock: clock,
            logger: logger,
            configuration: configuration
        )
        if processesAtOnce { file.process(with: service.newEvents) }
        group = ServiceGroup(
            configuration: .init(
                services: [.init(service: service, successTerminationBehavior: .gracefullyShutdownGroup)],
                logger: logger
            )
        )
    }

    /// Runs the service while the closure runs, then shuts it down and closes the store.
    func run(_ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { [group] in try await group.run() }
            var failure: (any Error)?
            do { try await body() } catch { failure = error }
            await group.triggerGracefulShutdown()
            do { try await tasks.next() } catch { failure = failure ?? error }
            await file.close()
            try? FileManager.default.removeItem(at: folder)
            if let failure { throw failure }
        }
    }

    func shutDown() async { await group.triggerGracefulShutdown() }

    /// Accepts events and notifies the service. Returns their ids in order.
    @discardableResult
    func accept(_ events: [ParsedEvent]) async throws -> [EventID] {
        let accepted = try await store.accept(events, source: "test", at: clock.now)
        service.wake()
        return accepted.map(\.id)
    }

    /// The texts delivered so far, or another field, in the order of the deliveries.
    func delivered(_ field: String = "text") async throws -> [String] {
        let filter = DeliveryFilter(destination: "crm")
        let records = try await store.deliveries(filter, before: nil, offset: 0, limit: 1000)
        var texts: [String] = []
        for record in records.sorted(by: { $0.id < $1.id }) {
            guard let body = try await store.body(of: record.id) else { continue }
            texts.append(try JSON(parsing: body)["payload"]?[field]?.string ?? "?")
        }
        return texts
    }

    func pending() async throws -> Int { try await store.pendingEvents(after: EventID(0), limit: 10_000).count }

    /// Waits until the condition holds, without advancing the clock.
    func settle(_ what: String, _ condition: () async throws -> Bool) async throws {
        try await eventually(
            what, every: .milliseconds(1), details: { "delivered: \(try await delivered())" }, condition)
    }

    func untilDelivered(_ texts: [String]) async throws {
        try await settle("\(texts) delivered") { try await delivered() == texts }
    }
}

/// A message in a chat, with an identifying text and the latch that it waits for.
func event(_ text: String, chat: String = "a@s.whatsapp.net", latch: String? = nil, _ extra: JSONObject = [:])
    -> ParsedEvent
{
    var payload: JSONObject = [
        "text": .string(text), "chatId": .string(chat), "latch": latch.map(JSON.string) ?? .null,
    ]
    for (key, value) in extra { payload[key] = value }
    return ParsedEvent(type: .messageReceived, session: "main", chat: chat, payload: payload)
}
