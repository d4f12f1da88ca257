internal import GRDB
internal import GRDBSQLite
internal import RelaySQL

/// A connection of GRDB. Statements are bound and stepped through SQLite's own interface: the hot path runs ten of them
/// for each event, and other interfaces take longer.
final class SQLiteDriver: DatabaseDriver {
    let database: Database

    init(_ database: Database) {
        self.database = database
    }

    func statement(_ sql: String) throws -> any DriverStatement {
        SQLiteStatement(try database.cachedStatement(sql: sql))
    }

    func makeStatement(_ sql: String) throws -> any DriverStatement {
        SQLiteStatement(try database.makeStatement(sql: sql))
    }

    func makeBatchedStatement(_ sql: String, types: [SQLValueType]) throws -> any DriverBatchedStatement {
        SQLiteStatement(try database.makeStatement(sql: sql))
    }

    func changesCount() throws -> Int { database.changesCount }

    var isInTransaction: Bool { database.sqliteConnection.map { sqlite3_get_autocommit($0) == 0 } ?? false }
}

/// A statement, and the columns of the row that it has arrived at.
final class SQLiteStatement: DriverStatement, DriverBatchedStatement, DriverRow {
    /// Keeps the handle alive.
    private let owner: Statement
    private let handle: OpaquePointer

    init(_ owner: Statement) {
        self.owner = owner
        handle = owner.sqliteStatement
    }

    func run(_ values: [SQLValue]) throws {
        try bind(values)
        defer { sqlite3_reset(handle) }
        while try step() {}
    }

    func run(_ values: [SQLValue]) throws -> Bool {
        try run(values) as Void
        return sqlite3_changes(sqlite3_db_handle(handle)) > 0
    }

    func read(_ values: [SQLValue], _ read: (ResultRow) throws -> Bool) throws {
        try bind(values)
        defer { sqlite3_reset(handle) }
        let row = ResultRow(self)
        while try step(), try read(row) {}
    }

    // MARK: Columns

    func isNull(_ index: Int32) -> Bool { sqlite3_column_type(handle, index) == SQLITE_NULL }

    func int(_ index: Int32) -> Int64 { sqlite3_column_int64(handle, index) }

    func text(_ index: Int32) -> String {
        guard let start = sqlite3_column_text(handle, index) else { return "" }
        let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, index)))
        return String(decoding: bytes, as: UTF8.self)
    }

    func bytes(_ index: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, index) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, index))))
    }

    // MARK: Binding and stepping

    private func bind(_ values: [SQLValue]) throws {
        for (index, value) in values.enumerated() {
            let position = Int32(index + 1)
            let code =
                switch value {
                case .null: sqlite3_bind_null(handle, position)
                case .int(let value): sqlite3_bind_int64(handle, position, value)
                case .text(let text): Self.bind(text, to: handle, at: position)
                case .blob(let bytes): Self.bind(bytes, to: handle, at: position)
                }
            guard code == SQLITE_OK else { throw failure(code) }
        }
    }

    private static func bind(_ text: String, to handle: OpaquePointer, at position: Int32) -> Int32 {
        var text = text
        return text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) {
                // An empty buffer may have no base pointer, which SQLite would read as NULL.
                $0.baseAddress.map { sqlite3_bind_text(handle, position, $0, Int32(utf8.count), transient) }
                    ?? sqlite3_bind_text(handle, position, "", 0, transient)
            }
        }
    }

    private static func bind(_ bytes: [UInt8], to handle: OpaquePointer, at position: Int32) -> Int32 {
        bytes.isEmpty
            ? sqlite3_bind_zeroblob(handle, position, 0)
            : sqlite3_bind_blob(handle, position, bytes, Int32(bytes.count), transient)
    }

    private func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw failure(code)
        }
    }

    private func failure(_ code: Int32) -> DatabaseError {
        let message = sqlite3_errmsg(sqlite3_db_handle(handle)).map { String(cString: $0) }
        sqlite3_reset(handle)
        return DatabaseError(resultCode: ResultCode(rawValue: code), message: message, sql: owner.sql)
    }
}

/// Tells SQLite to copy what is bound.
private let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
