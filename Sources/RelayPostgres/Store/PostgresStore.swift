package import Logging
package import RelayCore
package import RelaySQL

/// The store in a PostgreSQL database: a thread that writes, group commit, and connections that read.
package enum PostgresStore {
    /// Bounds of a store.
    package struct Configuration: Sendable {
        /// Changes that may wait for the database; more are refused as overload. Default 20,000.
        package var maxWaitingOperations = 20_000
        /// Bytes that may wait for the database. Default 64 MiB.
        package var maxWaitingBytes = 64 << 20
        /// Connections that read at once. Default 4.
        package var readers = 4
        /// The steps that make the tables. Others than the default are for tests of upgrades.
        package var schema = PostgresSchemaSteps.current

        package init() {}
    }

    /// Opens the store, creates its tables in a database that has none, and brings those of an earlier version up to date.
    /// - Parameters:
    ///   - secretKey: encrypts credentials; it must be the one that the store was created with.
    ///   - node: what this process tells the others that share the database.
    /// - Throws: ``StoreError/Code/tooNew``, ``StoreError/Code/wrongKey``, ``StoreError/Code/locked`` when relays run that
    ///   could not work with the new tables, or ``StoreError/Code/unavailable`` when the database cannot be reached or its
    ///   settings break a promise.
    package static func open(
        _ address: PostgresAddress,
        secretKey: CredentialEncryptionKey,
        clock: any RelayClock,
        node: NodeIdentity,
        logger: Logger,
        configuration: Configuration = Configuration()
    ) async throws(StoreError) -> (store: SQLStore, nodes: PostgresNodeDirectory) {
        let shared = SQLStore.Shared(
            operations: WriteQueue(
                maxOperations: configuration.maxWaitingOperations, maxBytes: configuration.maxWaitingBytes),
            dialect: .postgres)
        let coordinator = NodeCoordinator(
            address: address, identity: node, shared: shared, knownVersion: configuration.schema.version, logger: logger
        )
        let writer = PostgresWriterThread(
            address: address, clock: clock, shared: shared, coordinator: coordinator, logger: logger)
        do throws(StoreError) {
            try await writer.start { connection in
                try PostgresServerCheck.run(connection)
                try PostgresSchema.migrate(
                    connection, name: address.description, key: secretKey, steps: configuration.schema)
                try StoreCopyProgress.checkFinished(in: SQLConnection(connection), store: address.description)
            }
        } catch {
            await shared.end.wait()
            throw error
        }
        do throws(StoreError) {
            try await coordinator.start()
        } catch {
            shared.operations.close()
            await shared.end.wait()
            throw error
        }
        let readers = PostgresReaders(address, count: configuration.readers, coordinator: coordinator)
        return (
            SQLStore(key: secretKey, shared: shared, engine: readers, logger: logger),
            PostgresNodeDirectory(readers: readers, share: shared.share, clock: clock)
        )
    }
}

extension StoreDialect {
    static let postgres = {
        var dialect = StoreDialect()
        dialect.claimColumns = ", claimed_by = current_setting('zaphub.node')::bigint"
        dialect.rowLock = " FOR UPDATE"
        // A row more costs the server more than the bytes that an event's deliveries could share.
        dialect.hasBodiesInDeliveries = true
        return dialect
    }()
}
