/// A row of a table: its columns, the values that are bound for them, and how they are read, in one order.
protocol SQLTableRow: Sendable {
    static var table: String { get }
    static var columns: [String] { get }

    /// Reads a row that was selected with ``columns``.
    init(_ row: ResultRow) throws

    /// What is written, in the order of ``columns``.
    var values: [SQLValue] { get }
}

extension SQLTableRow {
    /// The columns for a SELECT.
    static var columnList: String { columns.joined(separator: ", ") }

    /// The statement that writes a new row.
    static var insertion: String {
        "INSERT INTO \(table) (\(columnList)) VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))"
    }

    /// The statement that writes a row, in place of the one that has the same key.
    static func replacement(of key: String...) -> String { upsert(into: table, columns, key: key) }
}

/// A statement that inserts a row, or writes over the one that has the same key.
func upsert(into table: String, _ columns: [String], key: [String]) -> String {
    let changes = columns.filter { !key.contains($0) }.map { "\($0) = excluded.\($0)" }
    return """
        INSERT INTO \(table) (\(columns.joined(separator: ", ")))
        VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
        ON CONFLICT (\(key.joined(separator: ", "))) DO UPDATE SET \(changes.joined(separator: ", "))
        """
}
