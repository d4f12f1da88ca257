internal import RelayCore
internal import RelaySQL

extension PostgresSchema {
    /// Brings a database up to date, each step in a transaction of its own. Of several nodes one does it, the others wait.
    /// - Parameters:
    ///   - name: of the store, for people.
    ///   - key: what the store's credentials are encrypted with; a new store remembers it. Nil: it is neither checked nor
    ///     remembered, because the check is copied from another store.
    /// - Throws: ``StoreError/Code/tooNew`` when a newer version wrote it, ``StoreError/Code/wrongKey`` when it was made
    ///   with another key.
    static func migrate(_ connection: PostgresConnection, name: String, key: CredentialEncryptionKey?) throws {
        while true {
            try connection.runScript("BEGIN; SELECT pg_advisory_xact_lock(\(PostgresLock.migration))")
            let found = try storedVersion(connection)
            guard found <= version else {
                try connection.runScript("ROLLBACK")
                throw StoreError(
                    .tooNew,
                    """
                    the store \(name) has schema \(found), this version of zaphub knows schemas up to \(version): \
                    start the newer version again, or give this one another store.url
                    """
                )
            }
            let database = SQLConnection(connection)
            do {
                if found > 0 { try key?.check(in: database, store: name) }
                if found == version {
                    try connection.runScript("COMMIT")
                    return
                }
                try connection.runScript(steps[Int(found)])
                try database.setMeta("schema_version", found + 1)
                try key?.check(in: database, store: name)
                try connection.finish()
                try connection.runScript("COMMIT")
            } catch {
                try? connection.runScript("ROLLBACK")
                throw error
            }
        }
    }

    /// 0: the database has no tables of a store.
    static func storedVersion(_ connection: PostgresConnection) throws -> Int64 {
        let hasTables = try connection.query("SELECT to_regclass('meta') IS NOT NULL").first { $0.int(0) != 0 }
        guard hasTables == true else { return 0 }
        let value = try? connection.query("SELECT value FROM meta WHERE key = 'schema_version'").first { $0.bytes(0) }
        guard let bytes = value ?? nil, let version = Int64(String(decoding: bytes, as: UTF8.self)) else {
            throw StoreError(
                .unavailable,
                "the database has a table meta that is not zaphub's; give the store a database of its own")
        }
        return version
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
