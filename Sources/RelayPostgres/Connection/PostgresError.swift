internal import CPostgres

/// A failure that PostgreSQL or libpq reports.
package struct PostgresError: Error, Sendable, CustomStringConvertible {
    /// What a failure means for the connection and for the statement.
    package enum Kind: Sendable {
        /// The connection is lost, or could not be made. Another may work later.
        case broken
        /// Another transaction was in the way. The same transaction may work when it is run again.
        case retryable
        /// The disk of the server is full.
        case full
        /// The server takes no writes: it is a standby.
        case readOnly
        /// The failure concerns the statement only.
        case other
    }

    /// The five characters of PostgreSQL's SQLSTATE; empty when this code has found the failure.
    package let sqlState: String
    /// One sentence. It may have a value in it that the server objects to.
    package let message: String
    /// It may have values of the row in it: not for logs.
    package let detail: String?
    package let hint: String?
    /// The statement as it was sent, without the values; nil when no statement failed.
    package let sql: String?

    package init(
        sqlState: String, message: String, detail: String? = nil, hint: String? = nil, sql: String? = nil
    ) {
        self.sqlState = sqlState
        self.message = message
        self.detail = detail
        self.hint = hint
        self.sql = sql
    }

    /// The SQLSTATE of `check_ownership`: the ownership is not the one that this node knows.
    static let changedOwnership = "ZH001"

    /// A batch has not changed as many rows as it has. See ``PostgresBatch``.
    static let unexpectedCount = "ZH002"

    package var kind: Kind {
        switch sqlState {
        // The server shuts down, has crashed, starts up, or ended a connection that was idle for too long.
        case "57P01", "57P02", "57P03", "57P05", "25P03", "25P04": .broken
        case _ where sqlState.hasPrefix("08"): .broken
        case "40001", "40P01", "55P03", Self.changedOwnership, Self.unexpectedCount: .retryable
        case "53100": .full
        case "25006": .readOnly
        default: .other
        }
    }

    package var description: String {
        sqlState.isEmpty ? message : "\(message) (SQLSTATE \(sqlState))"
    }
}

extension PostgresError {
    /// The failure that a result of the server reports.
    init(_ result: OpaquePointer, sql: String?) {
        self.init(
            sqlState: cpostgres_sqlstate(result).map { String(cString: $0) } ?? "",
            message: cpostgres_message(result).map { String(cString: $0) } ?? Self.text(PQresultErrorMessage(result)),
            detail: cpostgres_detail(result).map { String(cString: $0) },
            hint: cpostgres_hint(result).map { String(cString: $0) },
            sql: sql
        )
    }

    /// The connection ended without a word of the server.
    static func lost(_ handle: OpaquePointer, sql: String? = nil) -> PostgresError {
        PostgresError(sqlState: "08006", message: text(PQerrorMessage(handle)), sql: sql)
    }

    /// No connection could be made. libpq names the server and the user, and never the password.
    static func unreachable(_ handle: OpaquePointer) -> PostgresError {
        PostgresError(sqlState: "08001", message: text(PQerrorMessage(handle)))
    }

    static let closed = PostgresError(sqlState: "08003", message: "the connection to PostgreSQL is closed")

    /// What libpq says, on one line.
    private static func text(_ message: UnsafePointer<CChar>?) -> String {
        let lines = message.map { String(cString: $0) } ?? ""
        let text = lines.split(whereSeparator: \.isNewline).map { line in
            line.drop { $0 == " " || $0 == "\t" }
        }.joined(separator: "; ")
        return text.isEmpty ? "libpq gives no reason" : text
    }
}
