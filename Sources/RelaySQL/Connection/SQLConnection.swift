/// A connection to the database of a store, for one thread at a time.
///
/// Statements are written in the SQL that SQLite and PostgreSQL share, with SQLite's spelling where they differ in words
/// only: `?` and `?1` for values, `ifnull`, `iif`, `max` and `min` of two values, `LIKE` for any case of ASCII letters,
/// and `INDEXED BY`. An adapter translates them.
package final class SQLConnection {
    package let driver: any DatabaseDriver

    package init(_ driver: any DatabaseDriver) {
        self.driver = driver
    }

    /// A statement of this connection, prepared once and kept.
    package func prepared(_ sql: String) throws -> PreparedStatement {
        PreparedStatement(try driver.statement(sql))
    }

    /// A statement that the caller keeps.
    package func prepare(_ sql: String) throws -> PreparedStatement {
        PreparedStatement(try driver.makeStatement(sql))
    }

    /// A statement that the caller keeps, and whose runs may be sent together.
    /// - Parameters:
    ///   - sql: an INSERT with VALUES, or an UPDATE, of one row.
    ///   - types: of the values, in order.
    package func prepareBatched(_ sql: String, _ types: SQLValueType...) throws -> BatchedStatement {
        try prepareBatched(sql, types: types)
    }

    /// A statement whose number of values is known at run time.
    package func prepareBatched(_ sql: String, types: [SQLValueType]) throws -> BatchedStatement {
        BatchedStatement(try driver.makeBatchedStatement(sql, types: types))
    }

    /// Runs one statement.
    package func run(_ sql: String, _ values: SQLValue...) throws {
        try driver.statement(sql).run(values)
    }

    /// Runs one statement whose values are made at run time.
    package func run(_ sql: String, values: [SQLValue]) throws {
        try driver.statement(sql).run(values)
    }

    /// Rows that the last statement inserted, updated or deleted.
    package func changesCount() throws -> Int { try driver.changesCount() }

    package var isInTransaction: Bool { driver.isInTransaction }

    /// Writes a number of the store itself.
    package func setMeta(_ name: String, _ value: Int64) throws {
        try run(upsert(into: "meta", ["key", "value"], key: ["key"]), .text(name), .blob(Array(String(value).utf8)))
    }
}

/// A prepared statement of a connection.
package struct PreparedStatement {
    private let driver: any DriverStatement

    package init(_ driver: any DriverStatement) {
        self.driver = driver
    }

    /// Runs a statement and ignores its rows.
    package func run(_ values: SQLValue...) throws { try driver.run(values) }

    /// The first row, read; nil when there is none.
    package func first<T>(_ values: SQLValue..., read: (ResultRow) throws -> T) throws -> T? {
        try first(values: values, read: read)
    }

    /// The first row of a statement whose values are made at run time.
    package func first<T>(values: [SQLValue], read: (ResultRow) throws -> T) throws -> T? {
        var result: T?
        try driver.read(values) { row in
            result = try read(row)
            return false
        }
        return result
    }

    /// All rows, read.
    package func all<T>(_ values: [SQLValue] = [], read: (ResultRow) throws -> T) throws -> [T] {
        var rows: [T] = []
        try driver.read(values) { row in
            rows.append(try read(row))
            return true
        }
        return rows
    }
}
