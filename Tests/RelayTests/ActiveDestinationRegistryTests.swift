import Foundation
import Logging
import RelayCore
import RelayDelivery
import RelayHTTPClient
import RelayJSON
import RelayPipeline
import RelaySQL
import RelaySQLite
import RelayTesting
import Synchronization
import Testing

@testable import Relay

/// How much a change of a webhook reads and decrypts, whatever number of sessions there is.
struct ActiveDestinationRegistryTests {
    private static let clock = ManualClock()
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private struct Fixture {
        let store: CountingSessionStore
        let control: LiveSessionWebhookRuntime
        let registry: ActiveDestinationRegistry
        var routes: any DeliveryTargetResolver { registry.routes }
    }

    private func run(sessions: Int, _ body: (Fixture) async throws -> Void) async throws {
        let directory = try TemporaryDirectory()
        try "version: 1\nsources: { a: { transport: http, format: baileys } }\n".write(
            toFile: directory.path("config.yaml"), atomically: true, encoding: .utf8)
        try FileManager.default.createDirectory(
            atPath: directory.path("pipelines"), withIntermediateDirectories: true)
        try "stages: [{ deliver: [session] }]\n".write(
            toFile: directory.path("pipelines/default.yaml"), atomically: true, encoding: .utf8)
        let generation = try LoadedConfiguration(
            number: 1, path: directory.path("config.yaml"), environment: [:], at: Self.clock.now)
        let sqlite = try await SQLiteStore.open(
            path: directory.path("store.db"),
            secretKey: CredentialEncryptionKey(bytes: [UInt8](repeating: 7, count: 32)),
            clock: Self.clock, logger: Self.logger)
        for index in 0..<sessions {
            try await sqlite.createSession(
                Session(id: "s\(index)", createdAt: Self.clock.now), webhooks: [Self.webhook(index)])
        }
        let engine = try CurlEngine(guard: generation.egress, logger: Self.logger)
        defer { engine.shutdown() }
        let registry = ActiveDestinationRegistry(
            engine: engine, ledger: InMemoryForwardingLedger(), media: nil, clock: Self.clock, logger: Self.logger)
        let store = CountingSessionStore(base: sqlite)
        try await registry.use(generation, webhooksFrom: store)
        #expect(store.take() == .init(lists: 1, rows: sessions))
        let dispatcher = Dispatcher(
            outbox: sqlite, destinations: registry, clock: Self.clock, logger: Self.logger)
        let control = LiveSessionWebhookRuntime(
            store: store, registry: registry, dispatcher: dispatcher, directory: DirectoryCache(),
            current: CurrentConfiguration(generation))
        try await body(Fixture(store: store, control: control, registry: registry))
        await sqlite.close()
    }

    private static func webhook(_ index: Int, session: Int? = nil) -> SessionWebhook {
        SessionWebhook(
            id: "wh_\(index)", session: "s\(session ?? index)", url: "https://\(index).example",
            createdAt: clock.now + .seconds(index))
    }

    @Test(arguments: [1, 40]) func aChangeReadsAndDecryptsOneWebhook(sessions: Int) async throws {
        try await run(sessions: sessions) { (fixture) async throws in
            let (store, control) = (fixture.store, fixture.control)
            // Created.
            let new = Self.webhook(1000, session: 0)
            try await store.createWebhook(new)
            await control.webhooksChanged([new.id])
            #expect(store.take() == .init(lists: 0, rows: 1))
            #expect(fixture.routes.webhooks(of: "s0").map(\.destination) == ["wh_0", "wh_1000"], "oldest first")
            // Changed.
            let result: Result<SessionWebhook, Never> = try await store.changeWebhook("wh_0", of: "s0") {
                webhook in
                webhook.options["ordering"] = "none"
            }
            let changed = result.get()
            #expect(changed.revision == 2)
            await control.webhooksChanged(["wh_0"])
            #expect(store.take() == .init(lists: 0, rows: 1))
            #expect(fixture.routes.webhooks(of: "s0").map(\.settings.ordering) == [.none, .perChat])
            // Deleted.
            #expect(try await store.deleteWebhook("wh_0", of: "s0", at: Self.clock.now))
            await control.webhooksChanged(["wh_0"])
            #expect(store.take() == .init(lists: 0, rows: 0))
            #expect(fixture.routes.webhooks(of: "s0").map(\.destination) == ["wh_1000"])
            #expect(fixture.registry.destination("wh_0") == nil)
            // Looking up reads nothing.
            for index in 1..<sessions {
                #expect(fixture.routes.webhooks(of: "s\(index)").map(\.destination) == [.webhook("wh_\(index)")])
            }
            #expect(store.take() == .init(lists: 0, rows: 0))
        }
    }

    @Test func aDisabledWebhookGetsNothingNewAndIsKnown() async throws {
        try await run(sessions: 2) { (fixture) async throws in
            let result: Result<SessionWebhook, Never> =
                try await fixture.store.changeWebhook("wh_1", of: "s1") { $0.isEnabled = false }
            _ = result
            await fixture.control.webhooksChanged(["wh_1"])
            #expect(fixture.routes.webhooks(of: "s1").isEmpty)
            #expect(fixture.registry.entry("wh_1")?.isEnabled == false)
            let deleted = try await fixture.store.deleteSession("s1", at: Self.clock.now)
            await fixture.control.sessionDeleted(webhooks: deleted ?? [])
            #expect(fixture.registry.entry("wh_1") == nil)
            #expect(fixture.registry.entries.keys.sorted() == ["wh_0"])
        }
    }

    @Test func aChangeThatCouldNotBeReadIsTakenOverWithTheNext() async throws {
        try await run(sessions: 2) { (fixture) async throws in
            #expect(try await fixture.store.deleteWebhook("wh_0", of: "s0", at: Self.clock.now))
            fixture.store.failNext()
            await fixture.control.webhooksChanged(["wh_0"])
            #expect(fixture.registry.entry("wh_0") != nil)
            #expect(try await fixture.store.deleteWebhook("wh_1", of: "s1", at: Self.clock.now))
            await fixture.control.webhooksChanged(["wh_1"])
            #expect(fixture.registry.entries.isEmpty)
        }
    }
}

/// Counts the webhooks that a store reads. Each read decrypts the webhook's two columns.
private final class CountingSessionStore: SessionStore {
    struct Counts: Equatable {
        /// Reads of all webhooks.
        var lists = 0
        var rows = 0
    }

    private struct State {
        var counts = Counts()
        var failsNext = false
    }

    private let base: any SessionStore
    private let state = Mutex(State())

    init(base: any SessionStore) {
        self.base = base
    }

    /// The counts since the last call.
    func take() -> Counts {
        state.withLock { state in
            defer { state.counts = Counts() }
            return state.counts
        }
    }

    func failNext() { state.withLock { $0.failsNext = true } }

    private func count(_ webhooks: [SessionWebhook]) -> [SessionWebhook] {
        state.withLock { $0.counts.rows += webhooks.count }
        return webhooks
    }

    func webhooks() async throws(StoreError) -> [SessionWebhook] {
        state.withLock { $0.counts.lists += 1 }
        return count(try await base.webhooks())
    }

    func webhooks(session: String) async throws(StoreError) -> [SessionWebhook] {
        count(try await base.webhooks(session: session))
    }

    func webhook(_ id: String) async throws(StoreError) -> SessionWebhook? {
        let fails = state.withLock { state in
            defer { state.failsNext = false }
            return state.failsNext
        }
        if fails { throw StoreError(.unavailable, "a test makes it fail") }
        return count(try await base.webhook(id).map { [$0] } ?? []).first
    }

    func createSession(_ session: Session, webhooks: [SessionWebhook]) async throws(StoreError) {
        try await base.createSession(session, webhooks: webhooks)
    }

    func session(_ id: String) async throws(StoreError) -> Session? { try await base.session(id) }

    func sessions(
        _ query: SessionQuery, offset: Int, limit: Int
    ) async throws(StoreError) -> (sessions: [Session], total: Int) {
        try await base.sessions(query, offset: offset, limit: limit)
    }

    func createWebhook(_ webhook: SessionWebhook) async throws(StoreError) {
        try await base.createWebhook(webhook)
    }

    func changeSession<Refusal: Error>(
        _ id: String, at moment: Timestamp,
        _ change: @escaping @Sendable (inout SessionWithWebhooks) throws(Refusal) -> Void
    ) async throws(StoreError) -> Result<ChangedSession, Refusal> {
        try await base.changeSession(id, at: moment, change)
    }

    func deleteSession<Refusal: Error>(
        _ id: String, at moment: Timestamp, if check: @escaping @Sendable (Session) throws(Refusal) -> Void
    ) async throws(StoreError) -> Result<[String]?, Refusal> {
        try await base.deleteSession(id, at: moment, if: check)
    }

    func changeWebhook<Refusal: Error>(
        _ id: String, of session: String,
        _ change: @escaping @Sendable (inout SessionWebhook) throws(Refusal) -> Void
    ) async throws(StoreError) -> Result<SessionWebhook, Refusal> {
        try await base.changeWebhook(id, of: session, change)
    }

    func deleteWebhook<Refusal: Error>(
        _ id: String, of session: String, at moment: Timestamp,
        if check: @escaping @Sendable (SessionWebhook) throws(Refusal) -> Void
    ) async throws(StoreError) -> Result<Bool, Refusal> {
        try await base.deleteWebhook(id, of: session, at: moment, if: check)
    }
}
