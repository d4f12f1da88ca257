import Foundation
import Logging
import RelayCore
import RelayJSON
import RelaySQL
import RelayTesting
import Synchronization
import Testing

@testable import RelayPostgres

/// Databases with tables of the next version, and changes of the tables while relays run.
@Suite(.limitedConcurrency)
struct SchemaUpgradeTests {
    private static let current = PostgresSchemaSteps.current

    /// The next version, which this one can work with.
    private static let compatible = current.adding(
        PostgresSchemaSteps.Step(
            sql: "ALTER TABLE events ADD COLUMN note text; CREATE TABLE notes (id bigint PRIMARY KEY)",
            compatibleFrom: current.version))

    /// The next version, for which all relays have to stop.
    private static let incompatible = current.adding(
        PostgresSchemaSteps.Step(
            sql: "ALTER TABLE sessions DROP COLUMN label", compatibleFrom: current.version + 1))

    private static var key: CredentialEncryptionKey {
        get throws { try CredentialEncryptionKey(bytes: [UInt8](0..<32)) }
    }

    private static func open(
        _ database: TestDatabase, _ schema: PostgresSchemaSteps = current, log: LogLines = LogLines()
    ) async throws -> SQLStore {
        var configuration = PostgresStore.Configuration()
        configuration.schema = schema
        return try await PostgresStore.open(
            PostgresAddress(database.cluster.url(of: database.name)), secretKey: try key, clock: SystemClock(),
            node: NodeIdentity(name: "first", startedAt: SystemClock().wall) { "hash" }, logger: log.logger,
            configuration: configuration
        ).store
    }

    private static func migrate(_ database: TestDatabase, _ steps: PostgresSchemaSteps) throws {
        try PostgresSchema.migrate(database.connect(), name: "zaphub", key: try key, steps: steps)
    }

    private static func version(of database: TestDatabase) throws -> PostgresSchemaVersion {
        try PostgresSchema.storedVersion(database.connect())
    }

    private static func accept(_ message: String, in store: SQLStore) async throws {
        let event = ParsedEvent(
            type: .messageReceived, session: "main", chat: "a@s", dedupKey: message,
            occurredAt: SystemClock().wall, payload: ["messageId": .string(message)])
        _ = try await store.accept([event], source: "baileys", at: SystemClock().wall)
    }

    @Test func newerTablesAreUsedWhenTheyAllowIt() async throws {
        let database = try TestDatabase()
        try Self.migrate(database, Self.compatible)
        #expect(
            try Self.version(of: database)
                == PostgresSchemaVersion(number: Self.current.version + 1, compatibleFrom: Self.current.version))
        let log = LogLines()
        let store = try await Self.open(database, log: log)
        try await Self.accept("M1", in: store)
        await store.close()
        let notices = log.lines.filter { $0.contains("upgrade this node, too") }
        #expect(notices.count == 1, "\(log.lines)")
    }

    @Test func newerTablesAreRefusedOtherwise() async throws {
        let database = try TestDatabase()
        try Self.migrate(database, Self.incompatible)
        let error = await #expect(throws: StoreError.self) { _ = try await Self.open(database) }
        #expect(error?.code == .tooNew)
        let next = Self.current.version + 1
        let message = error?.message ?? ""
        #expect(message.contains("has schema \(next), which needs a version of zaphub that knows schema \(next)"))
        #expect(message.contains("start the newer version again"))
    }

    /// A step that this version cannot work with, and one after it that says nothing against it.
    @Test func aLaterStepDoesNotAllowWhatAnEarlierOneForbids() {
        let steps = Self.incompatible.adding(
            PostgresSchemaSteps.Step(sql: "SELECT 1", compatibleFrom: Self.current.version))
        #expect(steps.compatibleFrom(at: steps.version) == Self.current.version + 1)
        #expect(steps.compatibleFrom(at: Self.current.version) <= Self.current.version)
    }

    /// Databases that were made before upgrades node by node.
    @Test func withoutTheLowestVersionOnlyTheSameVersionWorks() async throws {
        let database = try TestDatabase()
        try Self.migrate(database, Self.compatible)
        try database.cluster.run("DELETE FROM meta WHERE key = 'compatible_from'", in: database.name)
        let error = await #expect(throws: StoreError.self) { _ = try await Self.open(database) }
        #expect(error?.code == .tooNew)
        let store = try await Self.open(database, Self.compatible)
        await store.close()
    }

    @Test func aNodeThatRunsNoticesNewerTablesOnce() async throws {
        let database = try TestDatabase()
        let log = LogLines()
        let store = try await Self.open(database, log: log)
        try await Self.accept("M1", in: store)
        try Self.migrate(database, Self.compatible)
        try await eventually("the log says it") { log.lines.contains { $0.contains("upgrade this node, too") } }
        try await Self.accept("M2", in: store)
        // A connection that is made anew finds the same tables.
        try database.cluster.terminateBackends(of: database.name)
        try await eventually("it accepts again") { (try? await Self.accept("M3", in: store)) != nil }
        await store.close()
        #expect(log.lines.count { $0.contains("upgrade this node, too") } == 1, "\(log.lines)")
    }

    /// Whoever brings such tables in spite of a node that runs: it writes nothing more.
    @Test func aNodeThatRunsTakesNoPartWithTablesThatItCannotUse() async throws {
        let database = try TestDatabase()
        let log = LogLines()
        let store = try await Self.open(database, log: log)
        try await Self.accept("M1", in: store)
        let next = Self.current.version + 1
        for name in ["schema_version", "compatible_from"] {
            try database.cluster.run(
                "UPDATE meta SET value = '\(next)' WHERE key = '\(name)'", in: database.name)
        }
        var count = 0
        try await eventually("it accepts nothing") {
            count += 1
            do {
                try await Self.accept("N\(count)", in: store)
                return false
            } catch let error as StoreError {
                return error.code == .unavailable
            }
        }
        await store.close()
        #expect(log.lines.count { $0.contains("this node takes no part any more") } == 1, "\(log.lines)")
    }

    @Test func tablesThatRelaysCannotUseWaitForTheirEnd() async throws {
        let database = try TestDatabase()
        let store = try await Self.open(database)
        let error = #expect(throws: StoreError.self) { try Self.migrate(database, Self.incompatible) }
        #expect(error?.code == .locked)
        #expect(error?.message.contains("stop first, then start this version") == true, "\(String(describing: error))")
        #expect(try Self.version(of: database).number == Self.current.version)
        try await Self.accept("M1", in: store)
        await store.close()
        try Self.migrate(database, Self.incompatible)
        #expect(try Self.version(of: database).number == Self.current.version + 1)
    }

    /// Each step can be done beside relays of the version before it, and not beside older ones.
    @Test func twoVersionsAtOnceAskForWhatBothNeed() async throws {
        let database = try TestDatabase()
        let steps = Self.compatible.adding(
            PostgresSchemaSteps.Step(
                sql: "ALTER TABLE sessions DROP COLUMN label", compatibleFrom: Self.current.version + 1))
        let store = try await Self.open(database)
        let error = #expect(throws: StoreError.self) { try Self.migrate(database, steps) }
        #expect(error?.code == .locked)
        try await Self.accept("M1", in: store)
        await store.close()
        try Self.migrate(database, steps)
        #expect(try Self.version(of: database).number == Self.current.version + 2)
    }

    /// A step waits for a transaction, and others do not wait for the step.
    @Test func aStepThatWaitsForALockHoldsNobodyUp() async throws {
        let database = try TestDatabase()
        let store = try await Self.open(database)
        try await Self.accept("M1", in: store)
        let reader = try database.connect()
        try reader.runScript("BEGIN; SELECT count(*) FROM events")
        let migration = Task.detached { try Self.migrate(database, Self.compatible) }
        // It has asked for the lock that the reader is in the way of, and asks again.
        try await eventually("the step waits") {
            try database.cluster.run(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(database.name)' AND wait_event = 'relation'"
            ) != "0"
        }
        for number in 2...20 { try await Self.accept("M\(number)", in: store) }
        #expect(try Self.version(of: database).number == Self.current.version)
        try reader.runScript("ROLLBACK")
        try await migration.value
        #expect(try Self.version(of: database).number == Self.current.version + 1)
        try await Self.accept("M21", in: store)
        await store.close()
    }

    @Test func aLockThatIsHeldForEverIsNamed() throws {
        let database = try TestDatabase()
        try Self.migrate(database, Self.current)
        let reader = try database.connect()
        try reader.runScript("BEGIN; SELECT count(*) FROM events")
        var timing = PostgresSchema.MigrationTiming()
        (timing.lockTimeout, timing.pause, timing.tries) = (.milliseconds(10), .milliseconds(1), 3)
        let error = #expect(throws: StoreError.self) {
            try PostgresSchema.migrate(
                database.connect(), name: "zaphub", key: try Self.key, steps: Self.compatible, timing: timing)
        }
        #expect(error?.message.contains("end long transactions such as pg_dump") == true)
        try reader.runScript("ROLLBACK")
    }

    /// The step would fail if it were done twice.
    @Test func ofSeveralNodesOneChangesTheTables() async throws {
        let database = try TestDatabase()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 { group.addTask { try Self.migrate(database, Self.compatible) } }
            try await group.waitForAll()
        }
        #expect(try Self.version(of: database).number == Self.current.version + 1)
    }

    @Test func theCheckSaysWhetherNewerTablesCanBeUsed() throws {
        let database = try TestDatabase()
        try Self.migrate(database, Self.compatible)
        func findings() throws -> [DoctorFinding] {
            try PostgresMaintenance(PostgresAddress(database.cluster.url(of: database.name)))
                .read { try $0.check(key: .success(try Self.key)) }
        }
        let usable = try #require(try findings().first)
        #expect(usable.severity == .note && usable.what.contains("works with it"), "\(usable)")
        try database.cluster.run(
            "UPDATE meta SET value = '\(Self.current.version + 1)' WHERE key = 'compatible_from'", in: database.name)
        #expect(try findings().first?.severity == .problem)
    }
}

/// What a logger was given, without the metadata.
private final class LogLines: Sendable {
    private let texts = Mutex<[String]>([])
    var lines: [String] { texts.withLock { $0 } }

    var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

    private struct Handler: LogHandler {
        let log: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { log.texts.withLock { $0.append("\(event.message)") } }
    }
}
