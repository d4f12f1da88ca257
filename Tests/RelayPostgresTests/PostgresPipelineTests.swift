import RelaySQL
import RelayTesting
import Testing

@testable import RelayPostgres

@Suite(.limitedConcurrency)
struct PostgresPipelineTests {
    @Test(arguments: [true, false])
    func manyStatementsAreQueuedAndThenRead(usesPreparedStatements: Bool) throws {
        let test = try TestDatabase()
        let (_, database) = try test.connectWithTable(usesPreparedStatements: usesPreparedStatements)
        let name = String(repeating: "n", count: 500)
        try database.run("BEGIN IMMEDIATE")
        for id in 0..<10_000 {
            try database.run("INSERT INTO t (id, name) VALUES (?, ?)", .int(Int64(id)), .text(name))
        }
        #expect(try database.prepared("SELECT count(*) FROM t").first { $0.int(0) } == 10_000)
        #expect(database.isInTransaction)
        try database.run("COMMIT")
        #expect(!database.isInTransaction)
        #expect(try test.connect().query("SELECT count(*) FROM t").first { $0.int(0) } == 10_000)
    }

    /// The answers are larger than what the sockets hold.
    @Test
    func largeAnswersThatNobodyReadsDoNotBlock() throws {
        let test = try TestDatabase()
        let (_, database) = try test.connectWithTable()
        try database.run("BEGIN IMMEDIATE")
        for _ in 0..<400 {
            try database.run("SELECT repeat('x', 100000), ?", .text(String(repeating: "y", count: 50_000)))
        }
        try database.run("COMMIT")
    }

    @Test(arguments: [true, false])
    func theFirstFailureOfAPipelineIsThrown(usesPreparedStatements: Bool) throws {
        let test = try TestDatabase()
        let (_, database) = try test.connectWithTable(usesPreparedStatements: usesPreparedStatements)
        let insert = try database.prepare("INSERT INTO t (id) VALUES (?)")
        try database.run("BEGIN IMMEDIATE")
        try insert.run(.int(1))
        try insert.run(.int(1))
        // Skipped by the server, its preparation included.
        try database.run("INSERT INTO u VALUES (?)", .int(2))
        let error = try #require(throws: PostgresError.self) {
            _ = try database.prepared("SELECT id FROM t").all { $0.int(0) }
        }
        #expect(error.sqlState == "23505")
        #expect(error.sql == "INSERT INTO t (id) VALUES ($1)")
        #expect(database.isInTransaction)
        try database.run("ROLLBACK")
        #expect(!database.isInTransaction)

        try database.run("BEGIN IMMEDIATE")
        try database.run("INSERT INTO u VALUES (?)", .int(2))
        try insert.run(.int(1))
        try database.run("COMMIT")
        #expect(try database.prepared("SELECT id FROM t").all { $0.int(0) } == [1])
        #expect(try database.prepared("SELECT id FROM u").all { $0.int(0) } == [2])
    }

    @Test
    func aFailureThatNobodyAwaitedIsThrownByCOMMIT() throws {
        let test = try TestDatabase()
        let (_, database) = try test.connectWithTable()
        try database.run("BEGIN IMMEDIATE")
        try database.run("INSERT INTO absent VALUES (1)")
        let error = try #require(throws: PostgresError.self) { try database.run("COMMIT") }
        #expect(error.sqlState == "42P01")
        #expect(database.isInTransaction)
        try database.run("ROLLBACK")
        #expect(!database.isInTransaction)
    }

    @Test
    func aRollbackForgetsFailuresThatNobodyAwaited() throws {
        let test = try TestDatabase()
        let (_, database) = try test.connectWithTable()
        try database.run("BEGIN IMMEDIATE")
        try database.run("INSERT INTO absent VALUES (1)")
        try database.run("ROLLBACK")
        #expect(!database.isInTransaction)
        try database.run("INSERT INTO t (id) VALUES (1)")
    }

    /// The server answers such a COMMIT with a rollback, and reports no error.
    @Test
    func aCOMMITAfterAFailureThatWasIgnoredFails() throws {
        let test = try TestDatabase()
        let (_, database) = try test.connectWithTable()
        try database.run("BEGIN IMMEDIATE")
        try database.run("INSERT INTO t (id) VALUES (1)")
        #expect(throws: PostgresError.self) { try database.prepared("SELECT absent").first { $0.int(0) } }
        let error = try #require(throws: PostgresError.self) { try database.run("COMMIT") }
        #expect(error.sqlState == "25P02")
        #expect(!database.isInTransaction)
    }

    @Test
    func changesAreThoseOfTheLastStatementThatChanges() throws {
        let test = try TestDatabase()
        let (_, database) = try test.connectWithTable()
        try database.run("BEGIN IMMEDIATE")
        for id in 0..<5 { try database.run("INSERT INTO t (id) VALUES (?)", .int(Int64(id))) }
        #expect(try database.changesCount() == 1)
        try database.run("UPDATE t SET name = 'x' WHERE id < ?", .int(3))
        #expect(try database.changesCount() == 3)
        _ = try database.prepared("SELECT id FROM t").all { $0.int(0) }
        #expect(try database.changesCount() == 3)
        try database.run("INSERT OR IGNORE INTO t (id) VALUES (?)", .int(1))
        #expect(try database.changesCount() == 0)
        let deleted = try database.prepared("DELETE FROM t WHERE id = ? RETURNING id").first(.int(4)) { $0.int(0) }
        #expect(deleted == 4)
        #expect(try database.changesCount() == 1)
        try database.run("COMMIT")
    }

    /// More texts than the server keeps, some of them used again.
    @Test
    func preparedStatementsAreLimited() throws {
        let test = try TestDatabase()
        let (connection, database) = try test.connectWithTable()
        let insert = try database.prepare("INSERT INTO t (id) VALUES (?)")
        try database.run("BEGIN IMMEDIATE")
        for number in 0..<2 * PreparedStatements.limit {
            try database.run("UPDATE t SET name = '\(number)' WHERE id = ?", .int(1))
            if number % 400 == 0 { try insert.run(.int(Int64(number))) }
        }
        try database.run("COMMIT")
        let kept = try connection.query("SELECT count(*) FROM pg_prepared_statements").first { $0.int(0) }
        #expect(kept == Int64(PreparedStatements.limit))
        #expect(try database.prepared("SELECT count(*) FROM t").first { $0.int(0) } == 3)
    }

    @Test
    func nothingIsPreparedWhenAPoolerForbidsIt() throws {
        let test = try TestDatabase()
        let (connection, database) = try test.connectWithTable(usesPreparedStatements: false)
        try database.run("INSERT INTO t (id) VALUES (?)", .int(1))
        #expect(try connection.query("SELECT count(*) FROM pg_prepared_statements").first { $0.int(0) } == 0)
    }

    @Test
    func aScriptIsPartOfATransaction() throws {
        let test = try TestDatabase()
        let (connection, database) = try test.connectWithTable()
        try database.run("BEGIN IMMEDIATE")
        try connection.runScript("CREATE TABLE v (id bigint); INSERT INTO v VALUES (1), (2);")
        #expect(database.isInTransaction)
        try database.run("ROLLBACK")
        let error = try #require(throws: PostgresError.self) { try connection.query("SELECT id FROM v") }
        #expect(error.sqlState == "42P01")
        #expect(throws: PostgresError.self) { try connection.runScript("SELECT 1; SELECT absent") }
        #expect(try connection.query("SELECT 1").first { $0.int(0) } == 1)
    }
}
