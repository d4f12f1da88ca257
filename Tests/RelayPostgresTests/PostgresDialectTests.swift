import Testing

@testable import RelayPostgres

@Suite
struct PostgresDialectTests {
    @Test(arguments: [
        // Parameters.
        ("SELECT ? WHERE a = ?", "SELECT $1 WHERE a = $2"),
        ("SELECT ?2, ?1, ?12", "SELECT $2, $1, $12"),
        ("a = ? AND b % ?2 = ?2", "a = $1 AND b % $2 = $2"),
        ("a = ?3 AND b = ?", "a = $3 AND b = $4"),
        // What is not code stays.
        ("SELECT '?', 'it''s ?', \"a?\"\"b\", ?", "SELECT '?', 'it''s ?', \"a?\"\"b\", $1"),
        ("SELECT ? -- ?\n, ? /* ifnull(? */, ?", "SELECT $1 -- ?\n, $2 /* ifnull(? */, $3"),
        ("SELECT 'max(1, 2)' AS \"LIKE\"", "SELECT 'max(1, 2)' AS \"LIKE\""),
        // Indexes.
        ("FROM d INDEXED BY d_lane\nWHERE a = ?", "FROM d\nWHERE a = $1"),
        ("UPDATE d INDEXED BY d_lane SET a = 1", "UPDATE d SET a = 1"),
        ("(SELECT 1 FROM d INDEXED BY d_lane)", "(SELECT 1 FROM d)"),
        // Functions.
        ("ifnull(a, 0)", "coalesce(a, 0)"),
        ("IFNULL (a, ifnull(b, ?))", "coalesce(a, coalesce(b, $1))"),
        ("max(a, b)", "greatest(a, b)"),
        ("min(a, b, c)", "least(a, b, c)"),
        ("max(id)", "max(id)"),
        ("min((SELECT a, b FROM f(1, 2)))", "min((SELECT a, b FROM f(1, 2)))"),
        ("max(ifnull(a, 0))", "max(coalesce(a, 0))"),
        ("max(m.status, ifnull(f.x, 0))", "greatest(m.status, coalesce(f.x, 0))"),
        ("max(ifnull((SELECT max(id) FROM e), 0), 1)", "greatest(coalesce((SELECT max(id) FROM e), 0), 1)"),
        ("iif(a > ?, b, c)", "CASE WHEN a > $1 THEN b ELSE c END"),
        (
            "iif(f = 0, iif(m IN (1, 2), 0, m), max(m, f))",
            "CASE WHEN f = 0 THEN CASE WHEN m IN (1, 2) THEN 0 ELSE m END ELSE greatest(m, f) END"
        ),
        ("iif(?3 >= ifnull(a, ?3), ?2, ?)", "CASE WHEN $3 >= coalesce(a, $3) THEN $2 ELSE $4 END"),
        ("SELECT d.max, t.min FROM d", "SELECT d.max, t.min FROM d"),
        // Types.
        ("CAST('{}' AS BLOB)", "convert_to('{}', 'UTF8')"),
        ("CAST(value AS INTEGER)", "CAST(value AS BIGINT)"),
        ("CAST(ifnull(a, ?) AS INTEGER)", "CAST(coalesce(a, $1) AS BIGINT)"),
        ("CAST(a AS TEXT)", "CAST(a AS TEXT)"),
        // Words.
        ("a LIKE ? ESCAPE '\\'", "a ILIKE $1 ESCAPE '\\'"),
        ("a not like 'x'", "a not ILIKE 'x'"),
        ("BEGIN IMMEDIATE", "BEGIN"),
        ("INSERT OR IGNORE INTO d (a) VALUES (?)", "INSERT INTO d (a) VALUES ($1) ON CONFLICT DO NOTHING"),
        (
            "INSERT OR IGNORE INTO d (a)\nSELECT 1\n",
            "INSERT INTO d (a)\nSELECT 1 ON CONFLICT DO NOTHING"
        ),
        (
            "INSERT OR IGNORE INTO d (a) VALUES (?) RETURNING a",
            "INSERT INTO d (a) VALUES ($1) ON CONFLICT DO NOTHING RETURNING a"
        ),
        ("INSERT INTO d (a) VALUES (?) RETURNING a", "INSERT INTO d (a) VALUES ($1) RETURNING a"),
        ("COMMIT", "COMMIT"),
        ("", ""),
    ])
    func sharedSQLIsTranslated(sql: String, expected: String) {
        #expect(PostgresDialect.translate(sql) == expected)
    }

    /// An unfinished string or call is for the server to refuse.
    @Test(arguments: ["SELECT 'a", "max(a, b", "SELECT /* a", "INDEXED BY", "CAST(a)", "ifnull"])
    func whatIsNotFinishedStays(sql: String) {
        #expect(PostgresDialect.translate(sql).hasPrefix(sql == "INDEXED BY" ? "" : String(sql.prefix(3))))
    }
}
