internal import CPostgres
internal import Glibc
internal import RelaySQL

/// A statement whose runs are collected, and sent as one statement with arrays of their values.
///
/// That each run has inserted or changed a row is assumed, and checked when the server has answered. When it was wrong, the
/// transaction fails with ``PostgresError/unexpectedCount``; the statement is then run for each row, and awaited, for a while.
final class PostgresBatch: DriverBatchedStatement {
    /// Runs the statement once for each element of its values, which are arrays.
    let statement: PostgresStatement
    private let single: PostgresStatement
    private let pipeline: PostgresPipeline
    private(set) var columns: [PostgresArray]
    /// Runs that are to be awaited, because an earlier one has not changed a row.
    private var awaitedRuns = 0

    /// How many runs are awaited after an assumption was wrong: what changes no row rarely comes alone.
    private static let awaitedRunsAfterFailure = 10_000
    /// A batch is sent when it has as many rows or bytes.
    private static let largest = (rows: 512, bytes: 256 << 10)

    init(_ sql: String, types: [SQLValueType], _ pipeline: PostgresPipeline) {
        self.pipeline = pipeline
        single = PostgresStatement(sql, pipeline)
        statement = PostgresStatement(PostgresBatchSQL.text(sql, values: types.count), pipeline)
        columns = types.map { PostgresArray($0) }
    }

    var rows: Int { columns.first?.count ?? 0 }

    func run(_ values: [SQLValue]) throws -> Bool {
        if awaitedRuns > 0 || !pipeline.canDelay {
            awaitedRuns = max(0, awaitedRuns - 1)
            try single.run(values)
            return try pipeline.changesCount() > 0
        }
        if rows == 0 { pipeline.delay(self) }
        for (index, value) in values.enumerated() { try columns[index].append(value) }
        let bytes = columns.reduce(0) { $0 + $1.elements.count }
        if rows >= Self.largest.rows || bytes >= Self.largest.bytes { try pipeline.sendDelayed() }
        return true
    }

    func removeAll() {
        for index in columns.indices { columns[index].removeAll() }
    }

    /// What is wrong with the number of rows that the server has changed; nil: it is as assumed.
    func check(_ result: OpaquePointer, rows: Int) -> PostgresError? {
        let changed = PQcmdTuples(result).map { Int(atol($0)) } ?? 0
        guard changed != rows else { return nil }
        awaitedRuns = Self.awaitedRunsAfterFailure
        return PostgresError(
            sqlState: PostgresError.unexpectedCount,
            message: "a statement changed \(changed) rows, and not \(rows)", sql: statement.sql)
    }
}
