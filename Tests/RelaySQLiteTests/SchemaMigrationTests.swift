import Foundation
import RelayCore
import RelayTesting
import Testing

@testable import RelaySQL
@testable import RelaySQLite

/// Opens a store of every schema version that has a fixture, and checks its contents.
struct SchemaMigrationTests {
    /// The versions of `Fixtures/schema-N.sqlite`, in ascending order.
    static let versions: [Int] = {
        guard let folder = Bundle.module.url(forResource: "Fixtures", withExtension: nil) else { return [] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.compactMap { name in
            name.hasPrefix("schema-") && name.hasSuffix(".sqlite") ? Int(name.dropFirst(7).dropLast(7)) : nil
        }.sorted()
    }()

    @Test func everySchemaBeforeThisOneHasAFixture() {
        // Fixtures exist for version 7 and later.
        #expect(Self.versions == Array(7..<Int(SQLiteSchema.version)))
    }

    @Test(arguments: versions)
    func aStoreOfAnOlderSchemaIsMigrated(version: Int) async throws {
        let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
        let directory = try TemporaryDirectory()
        try FileManager.default.copyItem(
            atPath: folder.appendingPathComponent("schema-\(version).sqlite").path, toPath: directory.database)
        let key = try CredentialEncryptionKey.load(
            file: folder.appendingPathComponent("schema-\(version).key").path, environmentValue: nil,
            store: directory.database)
        let store = try await SQLiteStore.open(
            path: directory.database, secretKey: key, clock: SystemClock(), logger: Stores.logger)
        let migrated = try await store.read { try $0.prepared("PRAGMA user_version").first { $0.int(0) } }
        #expect(migrated == SQLiteSchema.version)
        try await SchemaFixture.check(store, of: version)
        let integrity = try await store.read { try $0.prepared("PRAGMA integrity_check").first { $0.text(0) } }
        #expect(integrity == "ok")
        await store.close()
    }

    @Test(arguments: versions)
    func aWrongKeyChangesNothing(version: Int) async throws {
        let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
        let directory = try TemporaryDirectory()
        try FileManager.default.copyItem(
            atPath: folder.appendingPathComponent("schema-\(version).sqlite").path, toPath: directory.database)
        let error = await #expect(throws: StoreError.self) { try await Stores.open(directory.database) }
        #expect(error?.code == .wrongKey)
        let key = try CredentialEncryptionKey.load(
            file: folder.appendingPathComponent("schema-\(version).key").path, environmentValue: nil,
            store: directory.database)
        let store = try await SQLiteStore.open(
            path: directory.database, secretKey: key, clock: SystemClock(), logger: Stores.logger)
        try await SchemaFixture.checkWebhooks(store)
        await store.close()
    }

    private static let fixtureFolder = ProcessInfo.processInfo.environment["ZAPHUB_WRITE_SCHEMA_FIXTURE"]

    /// Writes the fixture of the current schema: see `Fixtures/README.md`.
    @Test(.enabled(if: fixtureFolder != nil, "writes a fixture; set ZAPHUB_WRITE_SCHEMA_FIXTURE to a folder"))
    func theFixtureOfThisSchemaIsWritten() async throws {
        let base = try #require(Self.fixtureFolder) + "/schema-\(SQLiteSchema.version)"
        let key = try CredentialEncryptionKey.load(file: base + ".key", environmentValue: nil, store: base + ".sqlite")
        let store = try await SQLiteStore.open(
            path: base + ".sqlite", secretKey: key, clock: SystemClock(), logger: Stores.logger)
        try await SchemaFixture.fill(store)
        await store.close()
    }
}
