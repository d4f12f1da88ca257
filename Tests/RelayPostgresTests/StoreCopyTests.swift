import Foundation
import RelayCore
import RelayJSON
import RelaySQL
import RelaySQLite
import RelayTesting
import Testing

@testable import RelayPostgres

/// A SQLite store is copied into PostgreSQL.
@Suite(.limitedConcurrency)
struct StoreCopyTests {
    /// A store's file, and an empty database.
    private struct Place {
        let directory: TemporaryDirectory
        let database: TestDatabase
        var path: String { directory.path("store.db") }

        init() async throws {
            directory = try TemporaryDirectory()
            database = try TestDatabase()
            try await CopiedStoreFixture.make(path)
        }

        /// - Parameter steps: after so many transactions the copy ends with a `CancellationError`.
        func copy(batchRows: Int = 4000, steps: Int = .max) throws -> StoreCopyReport {
            let target = try PostgresMaintenance(PostgresAddress(database.cluster.url(of: database.name)))
            return try SQLiteMaintenance.read(path, isExclusive: true) { source in
                var count = 0
                return try StoreCopy(from: source, to: target, batchRows: batchRows) { _ in
                    count += 1
                    if count == steps { throw CancellationError() }
                }.run()
            }
        }

        func contentsOfSource() async throws -> [String] {
            let store = try await CopiedStoreFixture.open(path)
            let contents = try await CopiedStoreFixture.contents(store)
            await store.close()
            return contents
        }

        /// The server notices later than the client that a connection has ended, and its locks with it.
        func waitForTheEndOfConnections() async throws {
            try await eventually("the end of the connections") {
                try database.cluster.run(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(database.name)'") == "0"
            }
        }
    }

    @Test func theCopyShowsWhatTheSourceShows() async throws {
        let place = try await Place()
        let expected = try await place.contentsOfSource()
        let report = try place.copy()
        #expect(report.isComplete, "\(report)")
        let rows = Dictionary(uniqueKeysWithValues: report.tables.map { ($0.name, $0.target) })
        #expect(rows["events"] == 7 && rows["deliveries"] == 5 && rows["dedup"] == 7, "\(rows)")
        #expect(rows["rejected_documents"] == 1 && rows["replays"] == 1 && rows["forwarded_messages"] == 1, "\(rows)")
        let store = try await StoreDatabases.open(place.database)
        #expect(try await CopiedStoreFixture.contents(store) == expected)
        await store.close()
    }

    @Test func theCopyGoesOnAsAStore() async throws {
        let place = try await Place()
        _ = try place.copy()
        let store = try await StoreDatabases.open(place.database)
        let report = try await store.recover(at: CopiedStoreFixture.now) { _ in 3 }
        #expect(report.requeued == 1)
        // A document from before is a duplicate; a new one has a higher number, and new rows of the history have too.
        let last = try await store.pendingEvents(after: EventID(0), limit: 10).map(\.id.rawValue).max() ?? 0
        let pending = try await CopiedStoreFixture.accept("pending", in: store)
        #expect(pending.id.rawValue == last)
        let event = try await CopiedStoreFixture.accept("new", in: store)
        #expect(event.id.rawValue > last)
        let message = Message(
            session: CopiedStoreFixture.session, chat: "b@s", id: "M9", isOutbound: false, sender: "b@s", type: "text",
            content: ["text": "later"], status: .read, timestamp: CopiedStoreFixture.now, event: event.id)
        let planned = PlannedDelivery(of: event, to: "new", lane: nil, pipeline: "default", signing: nil)
        try await store.commit(
            [EventProcessingResult(event: event.id, records: [.message(message)], deliveries: [planned])],
            at: CopiedStoreFixture.now)
        let deliveries = try await store.deliveries(DeliveryFilter(), before: nil, offset: 0, limit: 10)
        #expect(deliveries.count == 6 && deliveries.first?.event == event.id)
        #expect(try await store.messages(HistoryMessageQuery(), offset: 0, limit: 10).count == 2)
        await store.close()
    }

    @Test(arguments: [1, 5, 14, 33])
    func anInterruptedCopyGoesOn(steps: Int) async throws {
        let place = try await Place()
        let expected = try await place.contentsOfSource()
        #expect(throws: (any Error).self) { try place.copy(batchRows: 2, steps: steps) }
        // No relay works with a part of a store.
        let refusal = await #expect(throws: StoreError.self) { _ = try await StoreDatabases.open(place.database) }
        #expect(refusal?.message.contains("zaphub store copy was not finished") == true, "\(refusal as Any)")
        try await place.waitForTheEndOfConnections()
        let report = try place.copy(batchRows: 2)
        #expect(report.isComplete, "\(report)")
        let store = try await StoreDatabases.open(place.database)
        #expect(try await CopiedStoreFixture.contents(store) == expected)
        await store.close()
    }

    @Test func aTargetWithRowsIsRefused() async throws {
        let place = try await Place()
        let key = try CredentialEncryptionKey(bytes: CopiedStoreFixture.key)
        let address = try PostgresAddress(place.database.cluster.url(of: place.database.name))
        #expect(try PostgresMaintenance(address).migrate(key: key).from == 0)
        try place.database.cluster.run("INSERT INTO reruns VALUES (1, 1)", in: place.database.name)
        let refusal = #expect(throws: StoreError.self) { try place.copy() }
        #expect(refusal?.code == .conflict)
        #expect(refusal?.message.contains("the table reruns") == true, "\(refusal as Any)")
    }

    @Test func rowsThatAppearBetweenTheRunsAreRefused() async throws {
        let place = try await Place()
        #expect(throws: (any Error).self) { try place.copy(batchRows: 2, steps: 3) }
        try place.database.cluster.run("INSERT INTO reruns VALUES (1, 1)", in: place.database.name)
        try await place.waitForTheEndOfConnections()
        let refusal = #expect(throws: StoreError.self) { try place.copy() }
        #expect(refusal?.code == .conflict)
    }

    @Test func aSourceThatHasChangedIsRefused() async throws {
        let place = try await Place()
        #expect(throws: (any Error).self) { try place.copy(batchRows: 2, steps: 3) }
        let store = try await CopiedStoreFixture.open(place.path)
        _ = try await CopiedStoreFixture.accept("later", in: store)
        await store.close()
        try await place.waitForTheEndOfConnections()
        let refusal = #expect(throws: StoreError.self) { try place.copy() }
        #expect(refusal?.code == .conflict)
        #expect(refusal?.message.contains("was changed after its copy was begun") == true, "\(refusal as Any)")
    }

    @Test func aSourceInUseAndATargetInUseAreRefused() async throws {
        let place = try await Place()
        let source = try await CopiedStoreFixture.open(place.path)
        #expect(throws: StoreError.self) { try place.copy() }
        await source.close()
        let target = try await StoreDatabases.open(place.database)
        let refusal = #expect(throws: StoreError.self) { try place.copy() }
        #expect(refusal?.code == .locked, "\(refusal as Any)")
        await target.close()
    }

    @Test func checkAndStatisticsReadBoth() async throws {
        let place = try await Place()
        _ = try place.copy()
        let key = try CredentialEncryptionKey(bytes: CopiedStoreFixture.key)
        let other = try CredentialEncryptionKey(bytes: [UInt8](repeating: 1, count: 32))
        let address = try PostgresAddress(place.database.cluster.url(of: place.database.name))
        let target = try PostgresMaintenance(address)
        let good = try target.read { try $0.check(key: .success(key)) }
        #expect(!good.contains { $0.severity == .problem }, "\(good)")
        let wrong = try target.read { try $0.check(key: .success(other)) }
        #expect(wrong.filter { $0.severity == .problem }.map(\.what).joined().contains("secret key"), "\(wrong)")
        let sqlite = try SQLiteMaintenance.read(place.path) { try StoreStatistics($0) }
        let postgres = try target.read { try StoreStatistics($0) }
        #expect(sqlite.deliveries == postgres.deliveries)
        #expect(sqlite.pendingEvents == 1 && postgres.pendingEvents == 1)
        #expect(sqlite.oldestPendingEvent == postgres.oldestPendingEvent)
        for statistics in [sqlite, postgres] {
            let events = try #require(statistics.tables.first { $0.name == "events" })
            #expect(events.rows == 7 && events.bytes.map { $0 > 0 } != false, "\(statistics.name) \(events)")
        }
    }
}
