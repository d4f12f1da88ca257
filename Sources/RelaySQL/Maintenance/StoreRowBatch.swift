/// Rows of a table, column by column, as batches are bound to a statement.
package struct StoreRowBatch: Sendable {
    /// The values of one column. Those of its type are as many as there are rows; the other lists are empty.
    package struct Column: Sendable {
        package let column: StoreTable.Column
        package fileprivate(set) var ints: [Int64?] = []
        package fileprivate(set) var texts: [String?] = []
        package fileprivate(set) var bytes: [[UInt8]?] = []

        fileprivate init(_ column: StoreTable.Column) {
            self.column = column
        }

        /// - Returns: about how many bytes the value has.
        fileprivate mutating func append(_ row: ResultRow, _ index: Int32) -> Int {
            switch column.type {
            case .integer:
                ints.append(row.optionalInt(index))
                return 8
            case .text:
                let text = row.optionalText(index)
                texts.append(text)
                return text?.utf8.count ?? 0
            case .bytes, .other:
                let value = row.optionalBytes(index)
                bytes.append(value)
                return value?.count ?? 0
            }
        }

        fileprivate var last: SQLValue {
            switch column.type {
            case .integer: SQLValue(ints.last ?? nil)
            case .text: SQLValue(texts.last ?? nil)
            case .bytes, .other: SQLValue(bytes.last ?? nil)
            }
        }
    }

    package private(set) var columns: [Column]
    /// Rows.
    package private(set) var count = 0
    /// About how many bytes the values have.
    package private(set) var byteCount = 0

    package init(columns: [StoreTable.Column]) {
        self.columns = columns.map(Column.init)
    }

    /// Adds a row that was selected with the columns, in their order.
    package mutating func append(_ row: ResultRow) {
        for index in columns.indices { byteCount += columns[index].append(row, Int32(index)) }
        count += 1
    }

    /// The values of some columns in the last row.
    func lastValues(of names: [String]) -> [SQLValue] {
        names.compactMap { name in columns.first { $0.column.name == name }?.last }
    }
}

extension StoreMaintenance {
    /// The next rows of a table, in the order of its primary key.
    /// - Parameters:
    ///   - key: the key of the row before them; empty: from the first row.
    ///   - limit: at most so many rows, and none after so many bytes.
    func rows(
        of table: StoreTable, after key: [SQLValue], limit: (rows: Int, bytes: Int)
    ) throws -> StoreRowBatch {
        let columns = table.columns.map(\.quotedName).joined(separator: ", ")
        let order = table.key.map { "\"\($0)\"" }.joined(separator: ", ")
        let places = table.key.map { _ in "?" }.joined(separator: ", ")
        let start = key.isEmpty ? "" : "WHERE (\(order)) > (\(places))"
        let sql = "SELECT \(columns) FROM \(table.quotedName) \(start) ORDER BY \(order)"
        var batch = StoreRowBatch(columns: table.columns)
        try database.driver.statement(sql).read(key) { row in
            batch.append(row)
            return batch.count < limit.rows && batch.byteCount < limit.bytes
        }
        return batch
    }
}
