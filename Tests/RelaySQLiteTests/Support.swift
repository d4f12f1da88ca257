import Foundation
import Logging
import RelayCore
import RelaySQLite
import RelayTesting

/// A directory of a test's own, deleted with it.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("relay-sqlite-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    var database: String { path + "/store.db" }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
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
    ) async throws -> SQLiteStore {
        var configuration = SQLiteStore.Configuration()
        configuration.ballastBytes = ballast
        configuration.cacheBytes = 4 << 20
        configure(&configuration)
        return try await SQLiteStore.open(
            path: path, secretKey: SecretKey(bytes: key), clock: clock, logger: logger, configuration: configuration
        )
    }
}

/// Which directory each store of the conformance suite lives in.
actor Directories {
    private var scratches: [ObjectIdentifier: Scratch] = [:]

    func make(_ clock: any RelayClock) async throws -> any RelayStore {
        let scratch = try Scratch()
        return try await keep(Stores.open(scratch.database, clock: clock), scratch)
    }

    /// Opens a copy of the files as they are now: what a killed process leaves behind.
    func reopen(_ store: any RelayStore, _ clock: any RelayClock) async throws -> any RelayStore {
        guard let old = scratches[ObjectIdentifier(store as AnyObject)] else { throw CancellationError() }
        let new = try Scratch()
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: old.database + suffix) {
            try FileManager.default.copyItem(atPath: old.database + suffix, toPath: new.database + suffix)
        }
        return try await keep(Stores.open(new.database, clock: clock), new)
    }

    func contents(_ store: any RelayStore) throws -> [UInt8] {
        guard let scratch = scratches[ObjectIdentifier(store as AnyObject)] else { throw CancellationError() }
        var bytes: [UInt8] = []
        for suffix in ["", "-wal"] {
            bytes += try [UInt8](Data(contentsOf: URL(fileURLWithPath: scratch.database + suffix)))
        }
        return bytes
    }

    func discard(_ store: any RelayStore) async {
        await (store as? SQLiteStore)?.close()
        scratches[ObjectIdentifier(store as AnyObject)] = nil
    }

    private func keep(_ store: SQLiteStore, _ scratch: Scratch) -> any RelayStore {
        scratches[ObjectIdentifier(store)] = scratch
        return store
    }
}
