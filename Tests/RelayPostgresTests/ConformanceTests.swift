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
    static let conformance = StoreConformance(StoreDatabases())

    @Test(arguments: StoreConformance.Behaviour.allCases)
    func conforms(_ behaviour: StoreConformance.Behaviour) async throws {
        try await Self.conformance.run(behaviour)
    }
}

/// The same through pgbouncer: all of it in the long form (`make faults-postgres`), otherwise every eighth behaviour.
@Suite(.limitedConcurrency)
struct PooledConformanceTests {
    private static let conformances = Result {
        try PostgresPooler.Mode.allCases.map { mode in
            (mode, StoreConformance(StoreDatabases(pooler: try PostgresPooler.shared(mode))))
        }
    }

    private static let behaviours = {
        let isLong = ProcessInfo.processInfo.environment["ZAPHUB_FAULT_SECONDS"] != nil
        let all = StoreConformance.Behaviour.allCases
        return isLong ? all : all.indices.filter { $0 % 8 == 0 }.map { all[$0] }
    }()

    @Test(arguments: PostgresPooler.Mode.allCases, behaviours)
    func conforms(mode: PostgresPooler.Mode, _ behaviour: StoreConformance.Behaviour) async throws {
        let conformance = try #require(try Self.conformances.get().first { $0.0 == mode })
        try await conformance.1.run(behaviour)
    }
}

extension StoreConformance {
    fileprivate init(_ databases: StoreDatabases) {
        self.init(
            makeStore: { try await databases.make($0) },
            reopen: { try await databases.reopen($0, $1) },
            contents: { try await databases.contents($0) },
            discard: { await databases.discard($0) }
        )
    }
}

/// The database of each store of the conformance suite.
actor StoreDatabases {
    private var databases: [ObjectIdentifier: TestDatabase] = [:]
    /// Nil: stores are connected to the server itself.
    private let pooler: PostgresPooler?

    init(pooler: PostgresPooler? = nil) {
        self.pooler = pooler
    }

    static func open(
        _ database: TestDatabase, through pooler: PostgresPooler? = nil, clock: any RelayClock = ManualClock(),
        key: [UInt8] = [UInt8](0..<32)
    ) async throws -> SQLStore {
        var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        let address = try PostgresAddress(
            pooler?.url(of: database.name) ?? database.cluster.url(of: database.name),
            isPooledByTransaction: pooler?.mode == .transaction)
        return try await PostgresStore.open(
            address, secretKey: CredentialEncryptionKey(bytes: key),
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
        return keep(try await Self.open(database, through: pooler, clock: clock), database)
    }

    /// Cuts the connections, as the end of the process does, and opens another store on the same database.
    func reopen(_ store: any RelayStore, _ clock: any RelayClock) async throws -> any RelayStore {
        guard let database = databases[ObjectIdentifier(store as AnyObject)] else { throw CancellationError() }
        try database.cluster.terminateBackends(of: database.name)
        // Another process would take over when the lease is over.
        await (store as? SQLStore)?.close()
        return keep(try await Self.open(database, through: pooler, clock: clock), database)
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
