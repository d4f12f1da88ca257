import Foundation
import RelayJSON
import RelayTesting
import Testing

/// `zaphub store`.
@Suite(.limitedConcurrency)
struct StoreCommandTests {
    /// A configuration with a store of an older schema, as a relay of that time wrote it.
    private func olderStore(_ version: Int = 10) throws -> (relay: RelayProcess, store: URL) {
        let relay = try RelayProcess()
        let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("RelaySQLiteTests/Fixtures")
        let data = relay.folder.appendingPathComponent("data")
        try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
        let store = data.appendingPathComponent("zaphub.db")
        try FileManager.default.copyItem(
            at: fixtures.appendingPathComponent("schema-\(version).sqlite"), to: store)
        try FileManager.default.copyItem(
            at: fixtures.appendingPathComponent("schema-\(version).key"),
            to: data.appendingPathComponent("zaphub.db.key"))
        return (relay, store)
    }

    private func zaphub(_ arguments: [String], of relay: RelayProcess) async throws -> CommandTests.Result {
        let configuration = relay.folder.appendingPathComponent("config.yaml").path
        return try await CommandTests().zaphub(["store"] + arguments + ["-c", configuration])
    }

    @Test func migrateSaysFromWhichVersionToWhich() async throws {
        let (relay, _) = try olderStore()
        defer { relay.remove() }
        let first = try await zaphub(["migrate"], of: relay)
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.output.contains("it had schema 10."), "\(first.output)")
        let second = try await zaphub(["migrate"], of: relay)
        #expect(second.status == 0, "\(second.errors)")
        #expect(second.output.contains("which is current."), "\(second.output)")
    }

    @Test func migrateMakesAStore() async throws {
        let relay = try RelayProcess()
        defer { relay.remove() }
        let made = try await zaphub(["migrate"], of: relay)
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.output.contains("it had none."), "\(made.output)")
    }

    @Test func aRunningRelayKeepsItsStore() async throws {
        let relay = try RelayProcess()
        defer { relay.remove() }
        try await relay.start()
        let refused = try await zaphub(["migrate"], of: relay)
        #expect(refused.status == 75)
        #expect(refused.errors.contains("is in use by process"), "\(refused.errors)")
        let check = try await zaphub(["check"], of: relay)
        #expect(check.status == 0, "\(check.output)\(check.errors)")
        let statistics = try await zaphub(["stats"], of: relay)
        #expect(statistics.status == 0, "\(statistics.errors)")
    }

    @Test func checkFindsAWrongKeyAndDamage() async throws {
        let (relay, store) = try olderStore()
        defer { relay.remove() }
        let good = try await zaphub(["check"], of: relay)
        #expect(good.status == 0, "\(good.output)\(good.errors)")
        #expect(good.output.contains("schema 10") && good.output.contains("integrity_check finds no damage"))

        let key = store.appendingPathExtension("key")
        let rightKey = try Data(contentsOf: key)
        try Data((Data(repeating: 1, count: 32).base64EncodedString() + "\n").utf8).write(to: key)
        let wrong = try await zaphub(["check", "--format", "json"], of: relay)
        #expect(wrong.status == 1)
        let findings = try JSON(parsing: wrong.output)["findings"]?.array ?? []
        #expect(findings.contains { $0["severity"] == "problem" && $0["what"]?.string?.contains("secret key") == true })

        // The second half of the file is gone.
        try rightKey.write(to: key)
        let bytes = try Data(contentsOf: store)
        try bytes.prefix(bytes.count / 2).write(to: store)
        let damaged = try await zaphub(["check"], of: relay)
        #expect(damaged.status == 1, "\(damaged.output)")
        #expect(damaged.output.contains("go back to a backup"), "\(damaged.output)")
    }

    @Test func checkOfAStoreThatIsNotThereMakesNone() async throws {
        let relay = try RelayProcess()
        defer { relay.remove() }
        let check = try await zaphub(["check"], of: relay)
        #expect(check.status == 1)
        #expect(check.output.contains("there is no store"), "\(check.output)")
        let data = relay.folder.appendingPathComponent("data").path
        #expect((try? FileManager.default.contentsOfDirectory(atPath: data)) ?? [] == [])
    }

    @Test func statisticsCountRowsAndWork() async throws {
        let (relay, _) = try olderStore()
        defer { relay.remove() }
        let text = try await zaphub(["stats"], of: relay)
        #expect(text.status == 0, "\(text.errors)")
        #expect(text.output.contains("TABLE") && text.output.contains("pending events"), "\(text.output)")
        let printed = try await zaphub(["stats", "--json"], of: relay)
        let json = try JSON(parsing: printed.output)
        #expect(json["schema"] == 10)
        #expect(json["pending_events"]?["count"] == 1)
        let states = json["deliveries"]?.array ?? []
        #expect(states.map { $0["state"] } == ["queued", "in_flight", "delivered", "dead", "cancelled"])
        #expect(states.first?["count"] == 1)
        let tables = json["tables"]?.array ?? []
        #expect(tables.contains { $0["name"] == "webhooks" && $0["rows"] == 2 }, "\(printed.output)")
    }

    @Test(arguments: [
        ("postgres://a@b/c", "sqlite:x.db", "pg_dump"),
        ("x.db", "postgres://a@b/c", "FROM is sqlite:PATH"),
        ("sqlite:x.db", "sqlite:y.db", "VACUUM INTO"),
        ("sqlite:x.db", "postgres://a@b:port/c", "the port is not a number"),
    ])
    func copySaysWhichURLsItTakes(from: String, to: String, words: String) async throws {
        let refused = try await CommandTests().zaphub(["store", "copy", from, to])
        #expect(refused.status == 64)
        #expect(refused.errors.contains(words), "\(refused.errors)")
    }

    @Test func copyOfAnOlderStoreNeedsLeaveToChangeIt() async throws {
        let (relay, store) = try olderStore()
        defer { relay.remove() }
        let cluster = try PostgresCluster.shared()
        let database = try cluster.createDatabase()
        let arguments = ["store", "copy", "sqlite:\(store.path)", cluster.url(of: database)]
        let refused = try await CommandTests().zaphub(arguments)
        #expect(refused.status == 74)
        #expect(refused.errors.contains("--migrate-source"), "\(refused.errors)")
        let copied = try await CommandTests().zaphub(arguments + ["--migrate-source"])
        #expect(copied.status == 0, "\(copied.output)\(copied.errors)")
        #expect(copied.output.contains("the same secret key"), "\(copied.output)")
        #expect(try cluster.run("SELECT count(*) FROM deliveries", in: database) != "0")
        let again = try await CommandTests().zaphub(arguments)
        #expect(again.status == 74)
        #expect(again.errors.contains("give the copy an empty database"), "\(again.errors)")
    }
}
