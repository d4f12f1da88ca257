import Foundation
import RelayCore
import RelayJSON
import RelayTesting
import Testing

@testable import RelaySQL
@testable import RelaySQLite

@Suite(.limitedConcurrency) struct OpeningTests {
    @Test func aSecondStoreOnTheSameFileIsRefused() async throws {
        let directory = try TemporaryDirectory()
        let store = try await Stores.open(directory.database)
        let error = await #expect(throws: StoreError.self) { try await Stores.open(directory.database) }
        #expect(error?.code == .locked)
        #expect(error?.message.contains("in use by process \(ProcessInfo.processInfo.processIdentifier);") == true)
        #expect(error?.message.contains("\(directory.database) ") == true)
        await store.close()
        try await Stores.open(directory.database).close()
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/flock"), "needs flock of util-linux"))
    func anotherProcessFindsTheFileLocked() async throws {
        let directory = try TemporaryDirectory()
        let store = try await Stores.open(directory.database)
        #expect(try lockFromOutside(directory) == 1)
        await store.close()
        #expect(try lockFromOutside(directory) == 0)
    }

    private func lockFromOutside(_ directory: TemporaryDirectory) throws -> Int32 {
        try ChildProcess.run("/usr/bin/flock", "-n", directory.database + ".lock", "true")
    }

    @Test func aStoreOfANewerVersionIsLeftAlone() async throws {
        let directory = try TemporaryDirectory()
        let store = try await Stores.open(directory.database)
        try await store.write { try $0.database.run("PRAGMA user_version = 99") }
        await store.close()
        let error = await #expect(throws: StoreError.self) { try await Stores.open(directory.database) }
        #expect(error?.code == .tooNew)
        #expect(error?.message.contains("schema 99") == true)
    }

    @Test func anEmptyFileBecomesAStore() async throws {
        let directory = try TemporaryDirectory()
        #expect(FileManager.default.createFile(atPath: directory.database, contents: nil))
        let store = try await Stores.open(directory.database)
        let version = try await store.read { try $0.prepared("PRAGMA user_version").first { $0.int(0) } }
        #expect(version == SQLiteSchema.version)
        #expect(SQLiteSchema.version > 0)
        let integrity = try await store.read { try $0.prepared("PRAGMA integrity_check").first { $0.text(0) } }
        #expect(integrity == "ok")
        await store.close()
    }

    @Test func aFileThatIsNoDatabaseIsRefused() async throws {
        let directory = try TemporaryDirectory()
        let junk = Data(repeating: 7, count: 8192)
        #expect(FileManager.default.createFile(atPath: directory.database, contents: junk))
        let error = await #expect(throws: StoreError.self) { try await Stores.open(directory.database) }
        #expect(error?.code == .unavailable)
        #expect(FileManager.default.contents(atPath: directory.database) == junk)
    }

    @Test func filesAreTheOwnersAlone() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/a/b/store.db"
        let store = try await Stores.open(path, ballast: 1 << 20)
        _ = try await store.accept(
            [ParsedEvent(type: .messageSent, session: "s", payload: [:])], source: "t", at: Stores.now
        )
        for suffix in ["", "-wal", "-shm", ".lock", ".ballast"] {
            #expect(try mode(path + suffix) == 0o600, "\(suffix)")
        }
        #expect(try mode(directory.path + "/a/b") == 0o700)
        let size = try FileManager.default.attributesOfItem(atPath: path + ".ballast")[.size] as? Int
        #expect(size == 1 << 20)
        await store.close()
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func anotherKeyIsRefused() async throws {
        let directory = try TemporaryDirectory()
        try await Stores.open(directory.database).close()
        let error = await #expect(throws: StoreError.self) {
            try await Stores.open(directory.database, key: [UInt8](repeating: 9, count: 32))
        }
        #expect(error?.code == .wrongKey)
        #expect(error?.message.contains("put back the key") == true)
        try await Stores.open(directory.database).close()
    }

    @Test func aKeyIsMadeOnceAndKept() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/keys/secret.key"
        let made = try CredentialEncryptionKey.load(file: path, environmentValue: nil, store: path + ".none")
        #expect(try mode(path) == 0o600)
        let sealed = made.seal([1, 2, 3], for: "t/1/c")
        #expect(
            try CredentialEncryptionKey.load(file: path, environmentValue: "", store: path + ".none").open(
                sealed, for: "t/1/c") == [
                    1, 2, 3,
                ])
        let other = Data(repeating: 5, count: 32).base64EncodedString()
        let fromEnvironment = try CredentialEncryptionKey.load(
            file: path, environmentValue: other, store: path + ".none")
        #expect(throws: StoreError.self) { try fromEnvironment.open(sealed, for: "t/1/c") }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path + "/keys") == ["secret.key"])
    }

    @Test(arguments: ["short", "AAAA", "not base64 at all, but of some length ....", "="])
    func aKeyThatIsNoneIsRefused(_ text: String) throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/secret.key"
        let error = #expect(throws: StoreError.self) {
            try CredentialEncryptionKey.load(file: path, environmentValue: text, store: path + ".none")
        }
        #expect(error?.code == .wrongKey)
        #expect(error?.message.contains("openssl rand -base64 32") == true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: StoreError.self) {
            try CredentialEncryptionKey.load(file: path, environmentValue: nil, store: path + ".none")
        }
        #expect(FileManager.default.contents(atPath: path) == Data(text.utf8), "it is not overwritten")
    }

    /// Columns of a store that was written when the relay still used swift-crypto.
    @Test func whatEarlierVersionsSealedOpens() throws {
        let key = try CredentialEncryptionKey(bytes: Array(0..<32))
        let headers = try #require(Hex.decode("17a61f87d74c0661c38a98bd269dde89d61fe80dea84c4f5c5301dc35fbe"))
        #expect(try key.open(headers, for: "webhooks/wh_1m8mhv89jk4f7/headers") == Array("[]".utf8))
        let secrets = try #require(
            Hex.decode(
                "9cdc3e4d17cfdd8e637a43ab0ad0e5cd73d29b9c9a95518379e008a68618100656e31f853c6fc751cbbab6ffa9a35501cf"
                    + "81d891fb62266de45f35e96e700a02cf088389201ae68cb12ca84ac47f6872046ec6331042a363e6d6adc946a718"))
        #expect(
            try key.open(secrets, for: "webhooks/wh_1m8mhv89jk4f7/secrets")
                == Array(#"[["whsec_c2VjcmV0LW9mLXRoZS13ZWJob29rLTEyMzQ=",1795986137394,null]]"#.utf8))
        let check = try #require(
            Hex.decode("916f1a83cbabb2b55cd10032e38cfc8230464903c561b1d4035bd519a86e1ecaccff"))
        #expect(try key.open(check, for: "meta/key_check/value") == Array("zaphub".utf8))
    }

    @Test func whatIsSealedOpensInItsPlaceAlone() throws {
        let key = try CredentialEncryptionKey(bytes: Stores.keyBytes)
        let sealed = key.seal(Array("whsec_x".utf8), for: "webhooks/wh_1/secrets")
        #expect(try key.open(sealed, for: "webhooks/wh_1/secrets") == Array("whsec_x".utf8))
        for place in ["webhooks/wh_2/secrets", "webhooks/wh_1/headers"] {
            #expect(throws: StoreError.self) { try key.open(sealed, for: place) }
        }
        var damaged = sealed
        damaged[20] ^= 1
        #expect(throws: StoreError.self) { try key.open(damaged, for: "webhooks/wh_1/secrets") }
        #expect(key.seal([1], for: "a") != key.seal([1], for: "a"), "a nonce is used once")
        #expect(throws: StoreError.self) { try CredentialEncryptionKey(bytes: [1, 2, 3]) }
    }
}
