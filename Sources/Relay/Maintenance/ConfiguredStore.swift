package import RelayConfig
package import RelayCore
internal import RelayPostgres
package import RelaySQL
internal import RelaySQLite

/// The store of a configuration, for the maintenance commands. Its calls block.
package struct ConfiguredStore: Sendable {
    private enum Location: Sendable {
        case sqlite(path: String)
        case postgres(PostgresAddress)
    }

    private let location: Location
    private let keyFile: String?
    private let environmentKey: String?

    /// - Throws: ``StoreError/Code/unavailable`` when the URL cannot be used.
    package init(_ configuration: RelayConfiguration, environment: [String: String]) throws(StoreError) {
        let options = configuration.store
        switch options.url {
        case .sqlite(let path): location = .sqlite(path: path)
        case .postgres(let url):
            do {
                location = .postgres(
                    try PostgresAddress(url, isPooledByTransaction: options.pooling == .transaction))
            } catch {
                throw StoreError(.unavailable, error.description)
            }
        }
        keyFile = options.keyFile
        environmentKey = environment["ZAPHUB_SECRET_KEY"]
    }

    /// Where it is, for people.
    package var name: String {
        switch location {
        case .sqlite(let path): path
        case .postgres(let address): address.description
        }
    }

    /// Brings its tables up to date, and makes them where there are none. No relay may use a file meanwhile.
    package func migrate() throws(StoreError) -> StoreMigration {
        let key = try secretKey()
        return switch location {
        case .sqlite(let path): try SQLiteMaintenance.migrate(path, key: key)
        case .postgres(let address): try PostgresMaintenance(address).migrate(key: key)
        }
    }

    /// What is wrong with it. Nothing is written, and a relay may run.
    package func examine() -> [Doctor.Entry] {
        let findings: [DoctorFinding]
        do throws(StoreError) {
            findings = try read { try $0.check(key: Result { () throws(StoreError) in try secretKey() }) }
        } catch {
            findings = [DoctorFinding(.problem, error.message, fix: fix(of: error))]
        }
        return findings.map { Doctor.Entry(subject: "store", finding: $0) }
    }

    /// What to do when the store cannot be read, where the message does not say it.
    private func fix(of error: StoreError) -> String? {
        guard case .sqlite(let path) = location, error.code == .unavailable else { return nil }
        return "look at the disk, and at who may read \(path); when the file is damaged, go back to a backup"
    }

    /// How much it holds. A relay may run.
    package func statistics() throws(StoreError) -> StoreStatistics {
        try read { try StoreStatistics($0) }
    }

    private func read<T>(_ body: (any StoreMaintenance) throws -> T) throws(StoreError) -> T {
        switch location {
        case .sqlite(let path): try SQLiteMaintenance.read(path) { try body($0) }
        case .postgres(let address): try PostgresMaintenance(address).read { try body($0) }
        }
    }

    private func secretKey() throws(StoreError) -> CredentialEncryptionKey {
        switch location {
        case .sqlite(let path):
            try CredentialEncryptionKey.load(
                file: keyFile ?? path + ".key", environmentValue: environmentKey, store: path)
        case .postgres:
            try CredentialEncryptionKey.loadShared(file: keyFile, environmentValue: environmentKey)
        }
    }
}
