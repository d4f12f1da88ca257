internal import GRDB
internal import GRDBSQLite
internal import RelayCore

/// A value that is bound to a statement.
enum SQLValue {
    case null
    case int(Int64)
    case text(String)
    case blob([UInt8])

    init(_ value: Int64?) { self = value.map { .int($0) } ?? .null }
    init(_ value: Int?) { self = value.map { .int(Int64($0)) } ?? .null }
    init(_ value: String?) { self = value.map { .text($0) } ?? .null }
    init(_ value: [UInt8]?) { self = value.map { .blob($0) } ?? .null }
    init(_ value: Timestamp?) { self = value.map { .int($0.milliseconds) } ?? .null }
    init(_ value: Bool) { self = .int(value ? 1 : 0) }
    init(_ value: DestinationKey) { self = .text(value.text) }
    init(_ value: DeliveryState) { self = .int(Int64(value.rawValue)) }
}

/// A prepared statement. Bound and stepped through SQLite's own interface: the hot path runs ten of them for each
/// event, and other interfaces take longer.
struct PreparedStatement {
    /// Keeps the handle alive.
    private let owner: Statement
    private let handle: OpaquePointer

    fileprivate init(_ owner: Statement) {
        self.owner = owner
        handle = owner.sqliteStatement
    }

    /// Runs a statement and ignores its rows.
    func run(_ values: SQLValue...) throws {
        try bind(values)
        defer { sqlite3_reset(handle) }
        while try step() {}
    }

    /// The first row, read; nil when there is none.
    func first<T>(_ values: SQLValue..., read: (ResultRow) throws -> T) throws -> T? {
        try bind(values)
        defer { sqlite3_reset(handle) }
        return try step() ? read(ResultRow(handle: handle)) : nil
    }

    /// All rows, read.
    func all<T>(_ values: [SQLValue] = [], read: (ResultRow) throws -> T) throws -> [T] {
        try bind(values)
        defer { sqlite3_reset(handle) }
        var rows: [T] = []
        while try step() { rows.append(try read(ResultRow(handle: handle))) }
        return rows
    }

    /// The first row of a statement whose values are made at run time.
    func first<T>(values: [SQLValue], read: (ResultRow) throws -> T) throws -> T? {
        try bind(values)
        defer { sqlite3_reset(handle) }
        return try step() ? read(ResultRow(handle: handle)) : nil
    }

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

/// The columns of the current row.
struct ResultRow {
    fileprivate let handle: OpaquePointer

    func isNull(_ index: Int32) -> Bool { sqlite3_column_type(handle, index) == SQLITE_NULL }

    func int(_ index: Int32) -> Int64 { sqlite3_column_int64(handle, index) }

    func optionalInt(_ index: Int32) -> Int64? { isNull(index) ? nil : int(index) }

    func text(_ index: Int32) -> String {
        guard let start = sqlite3_column_text(handle, index) else { return "" }
        let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, index)))
        return String(decoding: bytes, as: UTF8.self)
    }

    func optionalText(_ index: Int32) -> String? { isNull(index) ? nil : text(index) }

    func bytes(_ index: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, index) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, index))))
    }

    func optionalBytes(_ index: Int32) -> [UInt8]? { isNull(index) ? nil : bytes(index) }

    func time(_ index: Int32) -> Timestamp { Timestamp(milliseconds: int(index)) }

    func optionalTime(_ index: Int32) -> Timestamp? { optionalInt(index).map { Timestamp(milliseconds: $0) } }
}

extension Database {
    /// A statement of this connection, prepared once and kept.
    func prepared(_ sql: String) throws -> PreparedStatement {
        PreparedStatement(try cachedStatement(sql: sql))
    }

    /// A statement that the caller keeps.
    func prepare(_ sql: String) throws -> PreparedStatement {
        PreparedStatement(try makeStatement(sql: sql))
    }

    /// Runs one statement.
    func run(_ sql: String, _ values: SQLValue...) throws {
        try run(sql, values: values)
    }

    /// Runs one statement whose values are made at run time.
    func run(_ sql: String, values: [SQLValue]) throws {
        _ = try prepared(sql).first(values: values) { _ in }
    }
}

/// Tells SQLite to copy what is bound.
private let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
