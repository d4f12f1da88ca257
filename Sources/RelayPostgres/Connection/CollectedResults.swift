internal import CPostgres
internal import Glibc

/// A result that was asked for.
enum ExpectedResult {
    case statement(PostgresStatement)
    /// Of a batch, with the number of its rows.
    case batch(PostgresBatch, Int)
    /// Of a statement, with its number.
    case preparation(PostgresStatement, Int)
    /// Of the preparation with this number.
    case deallocation(Int)
    case synchronization

    var sql: String? {
        switch self {
        case .statement(let statement), .preparation(let statement, _): statement.sql
        case .batch(let batch, _): batch.statement.sql
        case .deallocation, .synchronization: nil
        }
    }
}

/// What the results that were read say.
struct CollectedResults: ~Copyable {
    /// Whether the last statement's result is kept for ``takeLast()``.
    var keepsLast = false
    /// Rows that the last INSERT, UPDATE or DELETE changed.
    private(set) var changes = 0
    private var error: PostgresError?
    private var last: OpaquePointer?

    deinit { PQclear(last) }

    /// The first failure since the last call.
    mutating func takeError() -> PostgresError? {
        defer { error = nil }
        return error
    }

    /// The last statement's result, which the caller clears.
    mutating func takeLast() -> OpaquePointer? {
        defer { last = nil }
        return last
    }

    /// Adds a result; it is cleared here.
    /// - Returns: whether the server has done what was asked.
    mutating func add(_ result: OpaquePointer, of expected: ExpectedResult) -> Bool {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
            switch expected {
            case .statement(let statement): note(result, of: statement)
            case .batch(let batch, let rows):
                let unexpected = batch.check(result, rows: rows)
                if error == nil { error = unexpected }
                PQclear(result)
            case .preparation, .deallocation, .synchronization: PQclear(result)
            }
            return true
        case PGRES_PIPELINE_ABORTED: break
        case PGRES_FATAL_ERROR:
            if error == nil { error = PostgresError(result, sql: expected.sql) }
        case let status:
            if error == nil {
                error = PostgresError(
                    sqlState: "", message: "PostgreSQL gave a result that was not expected (\(status.rawValue))",
                    sql: expected.sql)
            }
        }
        PQclear(result)
        return false
    }

    private mutating func note(_ result: OpaquePointer, of statement: PostgresStatement) {
        let tag = PQcmdStatus(result)
        switch tag.map({ UInt8(bitPattern: $0.pointee) }) ?? 0 {
        case UInt8(ascii: "I"), UInt8(ascii: "U"), UInt8(ascii: "D"), UInt8(ascii: "M"):
            changes = PQcmdTuples(result).map { atol($0) } ?? 0
        default: break
        }
        // The server answers a COMMIT after a failed statement with a rollback, which is no error to it.
        if statement.role == .commit, let tag, strcmp(tag, "COMMIT") != 0, error == nil {
            error = PostgresError(
                sqlState: "25P02", message: "the transaction was rolled back, because a statement in it had failed",
                sql: statement.sql)
        }
        guard keepsLast else { return PQclear(result) }
        PQclear(last)
        last = result
    }
}
