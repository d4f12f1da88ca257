internal import CPostgres
package import RelaySQL

/// The rows of a statement.
package final class PostgresResult: DriverRow {
    private let handle: OpaquePointer
    /// The row whose columns are read.
    private var row: Int32 = 0

    /// Takes over a result of libpq, in binary form.
    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    deinit { PQclear(handle) }

    /// How many rows there are.
    package var count: Int { Int(PQntuples(handle)) }

    /// All rows, read.
    package func all<T>(_ read: (ResultRow) throws -> T) rethrows -> [T] {
        var values: [T] = []
        values.reserveCapacity(count)
        try forEach { row in
            values.append(try read(row))
            return true
        }
        return values
    }

    /// The first row, read; nil when there is none.
    package func first<T>(_ read: (ResultRow) throws -> T) rethrows -> T? {
        var value: T?
        try forEach { row in
            value = try read(row)
            return false
        }
        return value
    }

    /// - Parameter read: returns false when it needs no more rows.
    func forEach(_ read: (ResultRow) throws -> Bool) rethrows {
        row = 0
        let end = PQntuples(handle)
        while row < end, try read(ResultRow(self)) { row += 1 }
    }

    /// - Throws: when the type of a column is none that this code reads.
    func checkTypes(sql: String) throws(PostgresError) {
        for column in 0..<PQnfields(handle) {
            let type = PQftype(handle, column)
            guard !PostgresType.isReadable(type) else { continue }
            let name = PQfname(handle, column).map { String(cString: $0) } ?? "\(column)"
            throw PostgresError(
                sqlState: "",
                message: """
                    the column \(name) of a result has the type \(PostgresType.title(of: type)), which is not read \
                    here; cast it to bigint, text or bytea in the statement
                    """,
                sql: sql)
        }
    }

    // MARK: Columns

    package func isNull(_ index: Int32) -> Bool { PQgetisnull(handle, row, index) == 1 }

    package func int(_ index: Int32) -> Int64 {
        guard let start = value(index)?.baseAddress else { return 0 }
        return switch PQftype(handle, index) {
        case PostgresType.int8: Int64(bigEndian: start.loadUnaligned(as: Int64.self))
        case PostgresType.int4: Int64(Int32(bigEndian: start.loadUnaligned(as: Int32.self)))
        case PostgresType.int2: Int64(Int16(bigEndian: start.loadUnaligned(as: Int16.self)))
        case PostgresType.oid: Int64(UInt32(bigEndian: start.loadUnaligned(as: UInt32.self)))
        case PostgresType.bool: Int64(start.load(as: UInt8.self))
        default: Int64(text(index)) ?? 0
        }
    }

    package func text(_ index: Int32) -> String {
        guard let value = value(index) else { return "" }
        guard !PostgresType.isInteger(PQftype(handle, index)) else { return String(int(index)) }
        return String(decoding: value, as: UTF8.self)
    }

    package func bytes(_ index: Int32) -> [UInt8] {
        guard let value = value(index) else { return [] }
        guard !PostgresType.isInteger(PQftype(handle, index)) else { return Array(String(int(index)).utf8) }
        return [UInt8](value)
    }

    /// What the server sent for a column; nil for NULL.
    private func value(_ index: Int32) -> UnsafeRawBufferPointer? {
        guard !isNull(index), let start = PQgetvalue(handle, row, index) else { return nil }
        return UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(handle, row, index)))
    }
}
