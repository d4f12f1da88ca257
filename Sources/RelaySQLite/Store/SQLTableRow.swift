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

    /// The statement that writes a row.
    /// - Parameter verb: `INSERT`, or `INSERT OR REPLACE` to write over a row of the same key.
    static func insertion(_ verb: String = "INSERT") -> String {
        "\(verb) INTO \(table) (\(columnList)) VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))"
    }
}
