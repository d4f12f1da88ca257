internal import GRDB
internal import RelayCore
internal import RelaySQL

extension SQLiteSchema {
    /// Brings a database up to date, each step in a transaction of its own.
    /// - Parameter key: what the store's credentials are encrypted with; a new store remembers it.
    /// - Throws: ``StoreError/Code/tooNew`` when a newer version wrote it, ``StoreError/Code/wrongKey`` when it was made
    ///   with another key.
    static func migrate(_ database: Database, path: String, key: CredentialEncryptionKey) throws {
        let found = try Int64.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard found <= version else {
            throw StoreError(
                .tooNew,
                """
                the store \(path) has schema \(found), this version of zaphub knows schemas up to \(version): \
                start the newer version again, or give this one another store.url
                """
            )
        }
        // A wrong key changes nothing.
        let connection = SQLConnection(SQLiteDriver(database))
        if found > 0 { try key.check(in: connection, store: path) }
        for number in found..<version {
            try database.inTransaction(.immediate) {
                try steps[Int(number)](database, key)
                try database.execute(sql: "PRAGMA user_version = \(number + 1)")
                return .commit
            }
        }
        try key.check(in: connection, store: path)
    }
}
