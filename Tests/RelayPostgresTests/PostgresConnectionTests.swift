import RelaySQL
import RelayTesting
import Testing

@testable import RelayPostgres

@Suite(.limitedConcurrency)
struct PostgresConnectionTests {
    @Test
    func aConnectionThatTheServerEndsIsBroken() throws {
        let test = try TestDatabase()
        let (connection, database) = try test.connectWithTable()
        try database.run("BEGIN IMMEDIATE")
        try database.run("INSERT INTO t (id) VALUES (1)")
        try connection.finish()
        try test.cluster.terminateBackends(of: test.name)
        let error = try #require(throws: PostgresError.self) {
            // The statements are sent before the end of the connection is noticed.
            for id in 2..<1000 { try database.run("INSERT INTO t (id) VALUES (?)", .int(Int64(id))) }
            try database.run("COMMIT")
        }
        #expect(error.kind == .broken)
        #expect(!database.isInTransaction)
        let later = try #require(throws: PostgresError.self) { try database.run("ROLLBACK") }
        #expect(later.kind == .broken)
        #expect(try test.connect().query("SELECT count(*) FROM t").first { $0.int(0) } == 0)
    }

    @Test
    func aStatementThatWaitsSaysWhyTheServerEndedIt() throws {
        let test = try TestDatabase()
        let connection = try test.connect()
        let error = try #require(throws: PostgresError.self) {
            try connection.query("SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(10)")
        }
        #expect(error.sqlState == "57P01")
        #expect(error.kind == .broken)
    }

    @Test
    func aServerThatCrashesIsReachedAgainAfterItsRestart() throws {
        let cluster = try PostgresCluster()
        let address = try PostgresAddress(cluster.socketURL(of: "postgres"))
        let connection = try PostgresConnection(address, applicationName: "tests")
        try connection.runScript("CREATE TABLE kept (id bigint); INSERT INTO kept VALUES (1)")
        try cluster.stop(.immediate)
        let lost = try #require(throws: PostgresError.self) { try connection.query("SELECT 1") }
        #expect(lost.kind == .broken)
        let refused = try #require(throws: PostgresError.self) {
            _ = try PostgresConnection(address, applicationName: "tests")
        }
        #expect(refused.kind == .broken)
        try cluster.start()
        let again = try PostgresConnection(address, applicationName: "tests")
        #expect(try again.query("SELECT id FROM kept").first { $0.int(0) } == 1)
    }

    @Test
    func theErrorOfAFailedConnectionHasNoPassword() throws {
        let test = try TestDatabase()
        let url = "postgres://absent:verysecret@127.0.0.1:\(test.cluster.port)/\(test.name)"
        let error = try #require(throws: PostgresError.self) {
            _ = try PostgresConnection(PostgresAddress(url), applicationName: "tests")
        }
        #expect(error.kind == .broken)
        #expect(error.description.contains("absent"))
        #expect(!error.description.contains("verysecret"))
    }

    @Test
    func aReadOnlyServerIsRecognized() throws {
        let test = try TestDatabase()
        let (connection, database) = try test.connectWithTable()
        try connection.query("SET default_transaction_read_only = on")
        let error = try #require(throws: PostgresError.self) { try database.run("INSERT INTO t (id) VALUES (1)") }
        #expect(error.kind == .readOnly)
    }

    @Test
    func theApplicationHasAName() throws {
        let test = try TestDatabase()
        let connection = try test.connect()
        #expect(try connection.query("SHOW application_name").first { $0.text(0) } == "tests")
        #expect(try connection.query("SHOW client_encoding").first { $0.text(0) } == "UTF8")
    }

    // MARK: Notifications

    @Test
    func notificationsArrive() throws {
        let test = try TestDatabase()
        let (listener, sender) = (try test.connect(), try test.connect())
        try listener.query("LISTEN news")
        #expect(try listener.waitForNotifications(.milliseconds(1)).isEmpty)
        try sender.query("SELECT pg_notify('news', $1)", [.text("one")])
        let expected = PostgresNotification(channel: "news", payload: "one", process: sender.process)
        #expect(try listener.waitForNotifications(.waitLimit) == [expected])
        #expect(try listener.notifications().isEmpty)
    }

    /// They come together with the results of statements.
    @Test
    func notificationsArriveDuringStatements() throws {
        let test = try TestDatabase()
        let connection = try test.connect()
        try connection.query("LISTEN news")
        try connection.queue("NOTIFY news, 'own'")
        try connection.query("SELECT 1")
        #expect(try connection.waitForNotifications(.waitLimit).map(\.payload) == ["own"])
        #expect(connection.socket >= 0)
    }

    @Test
    func aListenerNoticesThatItsConnectionIsLost() throws {
        let test = try TestDatabase()
        let connection = try test.connect()
        try connection.query("LISTEN news")
        try test.cluster.terminateBackends(of: test.name)
        let error = try #require(throws: PostgresError.self) { _ = try connection.waitForNotifications(.waitLimit) }
        #expect(error.kind == .broken)
    }
}
