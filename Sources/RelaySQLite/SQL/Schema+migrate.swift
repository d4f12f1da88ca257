internal import GRDB
internal import RelayCore

extension Schema {
    /// Brings a database up to date, each step in a transaction of its own.
    /// - Throws: ``StoreError/Code/tooNew`` when a newer version wrote it.
    static func migrate(_ database: Database, path: String) throws {
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
        for step in found..<version {
            try database.inTransaction(.immediate) {
                try database.execute(sql: steps[Int(step)])
                try database.execute(sql: "PRAGMA user_version = \(step + 1)")
                return .commit
            }
        }
    }
}
