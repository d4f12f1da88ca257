import RelaySQL
import RelayTesting
import Testing

@testable import RelayPostgres

@Suite(.limitedConcurrency)
struct PostgresValueTests {
    @Test(arguments: [true, false])
    func valuesComeBackAsTheyWere(usesPreparedStatements: Bool) throws {
        let test = try TestDatabase()
        let (_, database) = try test.connectWithTable(usesPreparedStatements: usesPreparedStatements)
        let large = [UInt8]((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        let rows: [(Int64, String?, [UInt8]?)] = [
            (1, "", []),
            (2, nil, nil),
            (.min, "é 👩‍👩‍👧 '\"\\ ?", [0, 255, 0]),
            (.max, String(repeating: "x", count: 100_000), large),
            (-1, nil, [1]),
        ]
        for row in rows {
            try database.run("INSERT INTO t VALUES (?, ?, ?)", .int(row.0), SQLValue(row.1), SQLValue(row.2))
        }
        for row in rows {
            let found = try database.prepared("SELECT id, name, content FROM t WHERE id = ?").first(.int(row.0)) {
                ($0.int(0), $0.optionalText(1), $0.optionalBytes(2))
            }
            #expect(found?.0 == row.0)
            #expect(found?.1 == row.1)
            #expect(found?.2 == row.2)
        }
    }

    /// PostgreSQL has no NUL in text.
    @Test
    func aNULInTextIsReplaced() throws {
        let test = try TestDatabase()
        let (connection, database) = try test.connectWithTable()
        try database.run("INSERT INTO t (id, name) VALUES (1, ?)", .text("a\0b\0"))
        #expect(try database.prepared("SELECT name FROM t").first { $0.text(0) } == "a\u{FFFD}b\u{FFFD}")
        let elements = try connection.query("SELECT unnest($1)", [.texts(["\0"])]).all { $0.text(0) }
        #expect(elements == ["\u{FFFD}"])
    }

    @Test
    func arraysComeBackAsTheyWere() throws {
        let test = try TestDatabase()
        let connection = try test.connect()
        let numbers: [Int64?] = [1, nil, .min, .max]
        let texts: [String?] = ["", nil, "{\"a\", b}", "é"]
        let blobs: [[UInt8]?] = [[], nil, [0, 1, 255], [7]]
        let rows = try connection.query(
            "SELECT * FROM unnest($1, $2, $3) AS t (a, b, c)", [.ints(numbers), .texts(texts), .bytes(blobs)])
        #expect(rows.all { $0.optionalInt(0) } == numbers)
        #expect(rows.all { $0.optionalText(1) } == texts)
        #expect(rows.all { $0.optionalBytes(2) } == blobs)
        #expect(try connection.query("SELECT cardinality($1)::bigint", [.ints([])]).first { $0.int(0) } == 0)
        let many = (0..<100_000).map { Int64($0) }
        #expect(try connection.query("SELECT max(x) FROM unnest($1) x", [.ints(many)]).first { $0.int(0) } == 99_999)
    }

    @Test
    func wholeNumbersOfEachSizeAreRead() throws {
        let connection = try TestDatabase().connect()
        let found = try connection.query(
            """
            SELECT -2::smallint, -3::integer, -4::bigint, 4000000000::oid, true, false, 'pg_class'::name, 'v'::varchar
            """
        ).first { row in ((0..<6).map { row.int($0) }, row.text(6), row.text(7)) }
        #expect(found?.0 == [-2, -3, -4, 4_000_000_000, 1, 0])
        #expect(found?.1 == "pg_class")
        #expect(found?.2 == "v")
    }

    @Test
    func aColumnOfAnotherTypeIsRefused() throws {
        let connection = try TestDatabase().connect()
        let error = try #require(throws: PostgresError.self) { try connection.query("SELECT 1 AS a, 1.5 AS price") }
        #expect(error.message.contains("price") && error.message.contains("numeric"))
        #expect(try connection.query("SELECT 1").first { $0.int(0) } == 1)
    }

    /// A statement is first run with NULL, whose type the server finds, and then with a value.
    @Test
    func aValueMayFollowANULL() throws {
        let test = try TestDatabase()
        let (_, database) = try test.connectWithTable()
        let insert = try database.prepare("INSERT INTO t (id, name, content) VALUES (?, ?, ?)")
        try insert.run(.int(1), .null, .null)
        try insert.run(.int(2), .text("two"), .null)
        try insert.run(.int(3), .null, .blob([3]))
        try insert.run(.int(4), .text("four"), .blob([4]))
        let rows = try database.prepared("SELECT name, content FROM t ORDER BY id").all {
            [$0.optionalText(0), $0.optionalBytes(1).map { "\($0)" }]
        }
        #expect(rows == [[nil, nil], ["two", nil], [nil, "[3]"], ["four", "[4]"]])
    }
}
