package import RelaySQL

/// A connection to a PostgreSQL database. One thread uses it at a time, and its calls block.
///
/// Statements of a transaction that are run, and not read, are only sent; their failures are thrown by the next call
/// that waits, COMMIT among them. See ``PostgresPipeline``. A connection that was lost stays lost: each call throws a
/// ``PostgresError`` of the kind `broken`, and the caller opens another.
package final class PostgresConnection: DatabaseDriver {
    let libpq: LibPQConnection
    private let pipeline: PostgresPipeline
    /// By their text in the shared spelling.
    private var sharedStatements: [String: PostgresStatement] = [:]
    /// By their text in PostgreSQL's spelling.
    private var ownStatements: [String: PostgresStatement] = [:]

    /// As many statements of each spelling are kept.
    private static let statementLimit = 2 * PreparedStatements.limit

    /// Connects, and blocks meanwhile.
    /// - Parameters:
    ///   - applicationName: is shown in the server's lists of connections, unless the URL has `application_name`.
    /// - Throws: ``PostgresError`` of the kind `broken`.
    package init(_ address: PostgresAddress, applicationName: String) throws {
        libpq = try LibPQConnection(address, applicationName: applicationName)
        // A pooler that gives each transaction another connection to the server would lose prepared statements; the server
        // then parses each statement each time.
        pipeline = PostgresPipeline(libpq, usesPreparedStatements: !address.isPooledByTransaction)
    }

    // Statements and the pipeline refer to each other, and callers may still hold statements.
    deinit { pipeline.close() }

    // MARK: Shared SQL

    package func statement(_ sql: String) throws -> any DriverStatement {
        if let known = sharedStatements[sql] { return known }
        Self.limit(&sharedStatements)
        let statement = PostgresStatement(PostgresDialect.translate(sql), pipeline)
        sharedStatements[sql] = statement
        return statement
    }

    /// The same object as ``statement(_:)`` gives: it has no state of an execution.
    package func makeStatement(_ sql: String) throws -> any DriverStatement { try statement(sql) }

    package func makeBatchedStatement(_ sql: String, types: [SQLValueType]) throws -> any DriverBatchedStatement {
        PostgresBatch(PostgresDialect.translate(sql), types: types, pipeline)
    }

    package func changesCount() throws -> Int { try pipeline.changesCount() }

    package var isInTransaction: Bool { pipeline.isInTransaction }

    /// Waits until the server has done everything that was sent.
    /// - Throws: the first failure among it.
    package func finish() throws { try pipeline.finish() }

    // MARK: PostgreSQL's SQL

    /// Runs a statement with `$1` for its first value, and waits for its rows.
    @discardableResult
    package func query(_ sql: String, _ values: [PostgresValue] = []) throws -> PostgresResult {
        try pipeline.read(ownStatement(sql)) { parameters in
            for value in values { parameters.append(value) }
        }
    }

    /// Sends a statement whose rows are not needed. In a transaction it is not awaited.
    package func queue(_ sql: String, _ values: [PostgresValue] = []) throws {
        try pipeline.run(ownStatement(sql)) { parameters in
            for value in values { parameters.append(value) }
        }
    }

    /// Runs several statements without values, separated by semicolons, such as the steps of a schema. Outside of a
    /// transaction they are one.
    package func runScript(_ sql: String) throws { try pipeline.runScript(sql) }

    private func ownStatement(_ sql: String) -> PostgresStatement {
        if let known = ownStatements[sql] { return known }
        Self.limit(&ownStatements)
        let statement = PostgresStatement(sql, pipeline)
        ownStatements[sql] = statement
        return statement
    }

    /// Makes room for one more: those stay that the server has prepared.
    private static func limit(_ statements: inout [String: PostgresStatement]) {
        guard statements.count >= statementLimit else { return }
        statements = statements.filter { $0.value.preparation != nil }
    }
}
