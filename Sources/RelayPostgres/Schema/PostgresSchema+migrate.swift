internal import Foundation
internal import RelayCore
internal import RelaySQL

extension PostgresSchema {
    /// Bounds of the waits for the transactions of relays that run.
    struct MigrationTiming: Sendable {
        /// How long a statement of a step waits for a lock. Transactions of relays wait behind it meanwhile.
        var lockTimeout = Duration.milliseconds(200)
        /// Between two tries: the relays do their work then.
        var pause = Duration.milliseconds(300)
        /// Tries of one step. Default: about a minute.
        var tries = 120
    }

    /// Brings a database up to date, each step in a transaction of its own. Of several nodes one does it, the others wait.
    /// Relays that know an earlier version may run, when the step says that they can work with it.
    /// - Parameters:
    ///   - name: of the store, for people.
    ///   - key: what the store's credentials are encrypted with; a new store remembers it. Nil: it is neither checked nor
    ///     remembered, because the check is copied from another store.
    ///   - steps: what this program knows.
    /// - Throws: ``StoreError/Code/tooNew`` when this code cannot work with what a newer version wrote,
    ///   ``StoreError/Code/wrongKey`` when it was made with another key, ``StoreError/Code/locked`` when relays run that
    ///   could not work with the new tables.
    static func migrate(
        _ connection: PostgresConnection, name: String, key: CredentialEncryptionKey?,
        steps: PostgresSchemaSteps = .current, timing: MigrationTiming = MigrationTiming()
    ) throws {
        var tries = 0
        var first: Int64?
        while true {
            do {
                if try isDone(connection, name: name, key: key, steps: steps, timing: timing, first: &first) { return }
                tries = 0
            } catch let error as PostgresError where error.kind == .retryable {
                tries += 1
                guard tries < timing.tries else {
                    throw StoreError(
                        .unavailable,
                        """
                        the tables of \(name) cannot be changed, because another transaction uses them all the time \
                        (\(error)): end long transactions such as pg_dump, and start again
                        """)
                }
                Thread.sleep(forTimeInterval: Double(timing.pause.milliseconds) / 1000)
            }
        }
    }

    /// Does the next step. True when there is none.
    /// - Parameter first: the version that was found before the first step: relays that know no later one may run.
    private static func isDone(
        _ connection: PostgresConnection, name: String, key: CredentialEncryptionKey?,
        steps: PostgresSchemaSteps, timing: MigrationTiming, first: inout Int64?
    ) throws -> Bool {
        do {
            try connection.runScript("BEGIN; SELECT pg_advisory_xact_lock(\(PostgresLock.migration))")
            let found = try storedVersion(connection)
            if let refusal = found.refusal(known: steps.version, store: name) { throw refusal }
            let database = SQLConnection(connection)
            if found.number > 0 { try key?.check(in: database, store: name) }
            if found.number >= steps.version {
                try connection.runScript("COMMIT")
                return true
            }
            let next = found.number + 1
            let step = steps.step(from: found.number)
            let known = first ?? found.number
            first = known
            try connection.runScript("SET LOCAL lock_timeout = '\(timing.lockTimeout.milliseconds)ms'")
            if known > 0, step.compatibleFrom > known {
                try checkNoRelayRuns(connection, name: name, known: known, next: next)
            }
            try connection.runScript(step.sql)
            try database.setMeta("schema_version", next)
            try database.setMeta("compatible_from", steps.compatibleFrom(at: next))
            try key?.check(in: database, store: name)
            try connection.finish()
            try connection.runScript("COMMIT")
            return false
        } catch {
            try? connection.runScript("ROLLBACK")
            throw error
        }
    }

    /// A relay that registers at the same time notices the new tables by its next heartbeat, and takes no part then.
    private static func checkNoRelayRuns(
        _ connection: PostgresConnection, name: String, known: Int64, next: Int64
    ) throws {
        let table = PostgresNodeTable(connection: connection, identity: nil, hasSession: false)
        let names = try table.runningNodes()
        guard names.isEmpty else {
            throw StoreError(
                .locked,
                """
                relays that know no later schema than \(known) cannot work with schema \(next) of the store \(name): \
                stop \(names.joined(separator: ", ")), then start this version
                """)
        }
    }

    /// The version of the tables.
    static func storedVersion(_ connection: PostgresConnection) throws -> PostgresSchemaVersion {
        let hasTables = try connection.query("SELECT to_regclass('meta') IS NOT NULL").first { $0.int(0) != 0 }
        guard hasTables == true else { return PostgresSchemaVersion(number: 0, compatibleFrom: 0) }
        let values = try metaNumbers(connection)
        guard let number = values["schema_version"] else {
            throw StoreError(
                .unavailable,
                "the database has a table meta that is not zaphub's; give the store a database of its own")
        }
        // Databases that were made before upgrades node by node do not have it.
        return PostgresSchemaVersion(number: number, compatibleFrom: values["compatible_from"] ?? number)
    }

    /// The numbers of the table `meta`. Empty when it is another program's.
    private static func metaNumbers(_ connection: PostgresConnection) throws -> [String: Int64] {
        do {
            let rows = try connection.query(
                "SELECT key, value FROM meta WHERE key IN ('schema_version', 'compatible_from')"
            ).all { ($0.text(0), Int64(String(decoding: $0.bytes(1), as: UTF8.self))) }
            return Dictionary(rows) { $1 }.compactMapValues { $0 }
        } catch let error as PostgresError where error.kind == .other {
            return [:]
        }
    }
}

/// The advisory locks of a store's database.
enum PostgresLock {
    /// Held by the node that changes the tables.
    static let migration = 0x7A61_7068_0001
    /// Held for a moment while a block of numbers is taken.
    static let idBlocks = 0x7A61_7068_0002
    /// Shared by transactions that change rows; exclusive while the ownership changes.
    static let ownership = 0x7A61_7068_0003
    /// Held while a store is copied into the database.
    static let copy = 0x7A61_7068_0010
    /// Added to the number of a node: held by its session as long as its process lives.
    static let node = 0x7A61_7068_0000_0000
}
