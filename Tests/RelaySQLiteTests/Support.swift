import Foundation
import GRDB
import Logging
import RelayCore
import RelayTesting

@testable import RelaySQL
@testable import RelaySQLite

extension TemporaryDirectory {
    /// The path of a test's database file.
    var database: String { path("store.db") }
}

extension StoreWriter {
    /// The connection of GRDB that writes.
    var sqlite: Database {
        get throws {
            guard let driver = database.driver as? SQLiteDriver else { throw CancellationError() }
            return driver.database
        }
    }
}

enum Stores {
    static let keyBytes = [UInt8](0..<32)

    static let now = Timestamp(seconds: 1_763_029_800)

    static var logger: Logger {
        var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        return logger
    }

    static func open(
        _ path: String,
        clock: any RelayClock = ManualClock(),
        key: [UInt8] = keyBytes,
        ballast: Int = 0,
        configure: (inout SQLiteStore.Configuration) -> Void = { _ in }
    ) async throws -> SQLStore {
        var configuration = SQLiteStore.Configuration()
        configuration.diskReserveBytes = ballast
        configuration.cacheBytes = 4 << 20
        configure(&configuration)
        return try await SQLiteStore.open(
            path: path, secretKey: CredentialEncryptionKey(bytes: key), clock: clock, logger: logger,
            configuration: configuration
        )
    }
}

/// The directory of each store of the conformance suite.
actor Directories {
    private var scratches: [ObjectIdentifier: TemporaryDirectory] = [:]

    func make(_ clock: any RelayClock) async throws -> any RelayStore {
        let directory = try TemporaryDirectory()
        return try await keep(Stores.open(directory.database, clock: clock), directory)
    }

    /// Opens a copy of the current files, as a killed process leaves them.
    func reopen(_ store: any RelayStore, _ clock: any RelayClock) async throws -> any RelayStore {
        guard let old = scratches[ObjectIdentifier(store as AnyObject)] else { throw CancellationError() }
        let new = try TemporaryDirectory()
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: old.database + suffix) {
            try FileManager.default.copyItem(atPath: old.database + suffix, toPath: new.database + suffix)
        }
        return try await keep(Stores.open(new.database, clock: clock), new)
    }

    func contents(_ store: any RelayStore) throws -> [UInt8] {
        guard let directory = scratches[ObjectIdentifier(store as AnyObject)] else { throw CancellationError() }
        var bytes: [UInt8] = []
        for suffix in ["", "-wal"] {
            bytes += try [UInt8](Data(contentsOf: URL(fileURLWithPath: directory.database + suffix)))
        }
        return bytes
    }

    func discard(_ store: any RelayStore) async {
        await (store as? SQLStore)?.close()
        scratches[ObjectIdentifier(store as AnyObject)] = nil
    }

    private func keep(_ store: SQLStore, _ directory: TemporaryDirectory) -> any RelayStore {
        scratches[ObjectIdentifier(store)] = directory
        return store
    }
}
