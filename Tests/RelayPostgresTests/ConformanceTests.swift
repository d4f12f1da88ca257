import Foundation
import Logging
import RelayCore
import RelayPostgres
import RelaySQL
import RelayTesting
import Synchronization
import Testing

@Suite(.limitedConcurrency)
struct ConformanceTests {
    static let databases = StoreDatabases()

    static let conformance = StoreConformance(
        makeStore: { try await databases.make($0) },
        reopen: { try await databases.reopen($0, $1) },
        contents: { try await databases.contents($0) },
        discard: { await databases.discard($0) }
    )

    @Test(arguments: StoreConformance.Behaviour.allCases)
    func conforms(_ behaviour: StoreConformance.Behaviour) async throws {
        try await Self.conformance.run(behaviour)
    }
}

/// The database of each store of the conformance suite.
actor StoreDatabases {
    private var databases: [ObjectIdentifier: TestDatabase] = [:]

    static func open(
        _ database: TestDatabase, clock: any RelayClock = ManualClock(), key: [UInt8] = [UInt8](0..<32)
    ) async throws -> SQLStore {
        var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        return try await PostgresStore.open(
            PostgresAddress(database.cluster.url(of: database.name)), secretKey: CredentialEncryptionKey(bytes: key),
            clock: clock, node: NodeIdentity(name: "test", startedAt: ManualClock().now) { "hash" }, logger: logger
        ).store
    }

    /// The database that the others are copies of: its tables are there already.
    private var template: Task<String, any Error>?

    func make(_ clock: any RelayClock) async throws -> any RelayStore {
        if template == nil {
            template = Task {
                let database = try TestDatabase()
                let store = try await Self.open(database)
                await store.close()
                return database.name
            }
        }
        let database = try TestDatabase(template: await template?.value ?? "template1")
        return keep(try await Self.open(database, clock: clock), database)
    }

    /// Cuts the connections, as the end of the process does, and opens another store on the same database.
    func reopen(_ store: any RelayStore, _ clock: any RelayClock) async throws -> any RelayStore {
        guard let database = databases[ObjectIdentifier(store as AnyObject)] else { throw CancellationError() }
        try database.cluster.terminateBackends(of: database.name)
        // Another process would take over when the lease is over.
        await (store as? SQLStore)?.close()
        return keep(try await Self.open(database, clock: clock), database)
    }

    func contents(_ store: any RelayStore) throws -> [UInt8] {
        guard let database = databases[ObjectIdentifier(store as AnyObject)] else { throw CancellationError() }
        return try database.cluster.contents(of: database.name)
    }

    func discard(_ store: any RelayStore) async {
        await (store as? SQLStore)?.close()
        guard let database = databases.removeValue(forKey: ObjectIdentifier(store as AnyObject)) else { return }
        if !databases.values.contains(where: { $0.name == database.name }) {
            try? database.cluster.dropDatabase(database.name)
        }
    }

    private func keep(_ store: SQLStore, _ database: TestDatabase) -> any RelayStore {
        databases[ObjectIdentifier(store)] = database
        return store
    }
}
