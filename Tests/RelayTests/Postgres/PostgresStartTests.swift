import Foundation
import RelayJSON
import RelayTesting
import Testing

/// Starts that are refused: the error says what to do.
@Suite(.limitedConcurrency)
struct PostgresStartTests {
    private static let otherKey = Data([UInt8](repeating: 7, count: 32)).base64EncodedString()

    private static func makeRelay(
        url: String, key: String? = PostgresRelayFixture.secretKey, options: String = ""
    ) throws -> RelayProcess {
        try RelayProcess(
            configuration: PostgresRelayFixture.configuration(url: url, media: "data/media", options: options),
            environment: ["ZAPHUB_SECRET_KEY": key ?? ""]
        )
    }

    /// The exit status and everything that the relay has printed.
    private static func refusal(
        url: String, key: String? = PostgresRelayFixture.secretKey, options: String = ""
    ) async throws -> (status: Int32, text: String) {
        let relay = try makeRelay(url: url, key: key, options: options)
        defer { relay.remove() }
        await #expect(throws: ChildProcessError.self) { try await relay.start() }
        let text = relay.output + relay.log
        return (try await relay.waitForEnd(), text)
    }

    private static func emptyDatabase() throws -> (cluster: PostgresCluster, url: String) {
        let cluster = try PostgresCluster.shared()
        return (cluster, cluster.url(of: try cluster.createDatabase()))
    }

    @Test func withoutAKeyTheErrorSaysHowToMakeOne() async throws {
        let url = try Self.emptyDatabase().url
        let (status, text) = try await Self.refusal(url: url, key: nil)
        #expect(status == 74, "\(text)")
        for part in ["openssl rand -base64 32", "ZAPHUB_SECRET_KEY", "store.key_file", "the same on every node"] {
            #expect(text.contains(part), "\(text)")
        }
    }

    @Test func aKeyFileThatIsNotThereIsNamed() async throws {
        let url = try Self.emptyDatabase().url
        let (status, text) = try await Self.refusal(url: url, key: nil, options: "  key_file: absent.key")
        #expect(status == 74, "\(text)")
        #expect(text.contains("/absent.key") && text.contains("openssl rand -base64 32"), "\(text)")
    }

    @Test func anotherKeyThanTheStoresIsRefused() async throws {
        let url = try Self.emptyDatabase().url
        let first = try Self.makeRelay(url: url)
        defer { first.remove() }
        try await first.start()
        try await first.end()

        let (status, text) = try await Self.refusal(url: url, key: Self.otherKey)
        #expect(status == 74, "\(text)")
        #expect(text.contains("the secret key is not the one that the store"), "\(text)")
        #expect(!text.contains(Self.otherKey) && !text.contains(PostgresRelayFixture.secretKey))

        let second = try Self.makeRelay(url: url, key: nil, options: "  key_file: secret.key")
        defer { second.remove() }
        try (PostgresRelayFixture.secretKey + "\n").write(
            to: second.folder.appendingPathComponent("secret.key"), atomically: true, encoding: .utf8)
        try await second.start()
        #expect(try await second.end() == 0)
    }

    @Test func aServerThatIsNotReachedIsNamedWithoutThePassword() async throws {
        let receiver = try ScriptedReceiver()
        receiver.stop()
        let url = "postgres://zaphub:verysecret@127.0.0.1:\(receiver.port)/zaphub?application_name=hush"
        let (status, text) = try await Self.refusal(url: url)
        #expect(status == 74, "\(text)")
        #expect(text.contains("127.0.0.1") && text.contains("\(receiver.port)"), "\(text)")
        #expect(text.contains("store.url"), "\(text)")
        #expect(!text.contains("verysecret") && !text.contains("hush"), "\(text)")
    }

    @Test func aDatabaseThatDoesNotExistIsNamedWithoutThePassword() async throws {
        let cluster = try PostgresCluster.shared()
        let url = "postgres://zaphub:verysecret@127.0.0.1:\(cluster.port)/absent"
        let (status, text) = try await Self.refusal(url: url)
        #expect(status == 74, "\(text)")
        #expect(text.contains("absent") && !text.contains("verysecret"), "\(text)")
    }

    /// The rest of the password would be taken for the name of the database.
    @Test func aURLThatCannotBeReadIsRefusedWithoutThePassword() async throws {
        let (status, text) = try await Self.refusal(url: "postgres://zaphub:very/secret@127.0.0.1/zaphub")
        #expect(status != 0, "\(text)")
        #expect(text.contains("%2F"), "\(text)")
        #expect(!text.contains("very/secret") && !text.contains("secret@"), "\(text)")
    }

    @Test func asynchronousCommitsAreRefusedWithTheStatementToRun() async throws {
        let (cluster, url) = try Self.emptyDatabase()
        let role = "careless_\(UUID().uuidString.prefix(8).lowercased())"
        try cluster.run("CREATE ROLE \(role) LOGIN SUPERUSER; ALTER ROLE \(role) SET synchronous_commit = off")
        let own = url.replacing("zaphub@", with: "\(role)@")
        let (status, text) = try await Self.refusal(url: own)
        #expect(status == 74, "\(text)")
        #expect(text.contains("ALTER ROLE \(role) SET synchronous_commit = on"), "\(text)")

        // The statement is the remedy.
        try cluster.run("ALTER ROLE \(role) SET synchronous_commit = on")
        let relay = try Self.makeRelay(url: own)
        defer { relay.remove() }
        try await relay.start()
        #expect(try await relay.end() == 0)
    }
}
