internal import Foundation
package import RelayCore
internal import RelayPostgres
package import RelaySQL
internal import RelaySQLite

/// A copy of a SQLite store, whose relay is stopped, into a PostgreSQL database: `zaphub store copy`.
package struct StoreFileCopy: Sendable {
    /// The URLs cannot be copied from one to the other.
    package struct LocationError: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    private let path: String
    private let address: PostgresAddress

    /// - Parameters:
    ///   - source: `sqlite:PATH`.
    ///   - target: `postgres://…`.
    /// - Throws: ``LocationError``, with the form to write.
    package init(from source: String, to target: String) throws(LocationError) {
        let isReverse = Self.isPostgres(source)
        guard !isReverse else {
            throw LocationError(
                description:
                    "Only a SQLite store is copied, into PostgreSQL. From PostgreSQL copy with pg_dump and pg_restore.")
        }
        guard source.hasPrefix("sqlite:"), source.count > 7 else {
            throw LocationError(description: "FROM is sqlite:PATH, the file of a stopped relay or a backup of it.")
        }
        guard Self.isPostgres(target) else {
            throw LocationError(
                description: "TO is postgres://USER@HOST/DATABASE. A SQLite store is copied to a file with: "
                    + "sqlite3 PATH \"VACUUM INTO 'COPY'\"")
        }
        path = URL(fileURLWithPath: String(source.dropFirst(7))).path
        do {
            address = try PostgresAddress(target)
        } catch {
            throw LocationError(description: "TO: \(error.description)")
        }
    }

    private static func isPostgres(_ url: String) -> Bool {
        url.hasPrefix("postgres://") || url.hasPrefix("postgresql://")
    }

    /// Brings the source up to date before it is copied.
    /// - Parameter keyFile: the file with the source's secret key; nil: beside the source.
    package func migrateSource(keyFile: String?, environment: [String: String]) throws(StoreError) -> StoreMigration {
        guard FileManager.default.fileExists(atPath: path) else {
            throw StoreError(.notFound, "there is no store \(path); correct the path")
        }
        let key = try CredentialEncryptionKey.load(
            file: keyFile ?? path + ".key", environmentValue: environment["ZAPHUB_SECRET_KEY"], store: path)
        return try SQLiteMaintenance.migrate(path, key: key)
    }

    /// Copies everything, or what an earlier run has left. Blocks until that is done.
    /// - Parameter report: called after each batch.
    package func run(report: @escaping (StoreCopy.Step) -> Void) throws(StoreError) -> StoreCopyReport {
        let target = try PostgresMaintenance(address)
        return try SQLiteMaintenance.read(path, isExclusive: true) { source in
            try StoreCopy(from: source, to: target, report: report).run()
        }
    }
}
