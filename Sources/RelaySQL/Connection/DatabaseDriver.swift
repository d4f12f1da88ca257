/// A connection of a database library, as an adapter makes it. One thread uses it at a time.
package protocol DatabaseDriver: AnyObject {
    /// A statement that the connection keeps: the same object for the same text.
    func statement(_ sql: String) throws -> any DriverStatement

    /// A statement that the caller keeps.
    func makeStatement(_ sql: String) throws -> any DriverStatement

    /// A statement that the caller keeps and runs often in a transaction.
    /// - Parameters:
    ///   - sql: an INSERT with VALUES, or an UPDATE, of one row.
    ///   - types: of the values, in order.
    func makeBatchedStatement(_ sql: String, types: [SQLValueType]) throws -> any DriverBatchedStatement

    /// Rows that the last statement inserted, updated or deleted.
    func changesCount() throws -> Int

    /// Whether a transaction was begun that has neither been committed nor rolled back.
    var isInTransaction: Bool { get }
}

/// A prepared statement of a database library.
package protocol DriverStatement: AnyObject {
    /// Runs the statement without its rows. A driver may send it later, but before any statement whose rows are read and
    /// before the end of the transaction; an error is then thrown there.
    func run(_ values: [SQLValue]) throws

    /// Runs the statement and reads its rows.
    /// - Parameter read: is called with each row; it returns false when it needs no more.
    func read(_ values: [SQLValue], _ read: (ResultRow) throws -> Bool) throws
}

/// The columns of the row that a statement of a database library has arrived at. Columns count from 0.
package protocol DriverRow: AnyObject {
    func isNull(_ index: Int32) -> Bool

    /// 0 when it is NULL.
    func int(_ index: Int32) -> Int64

    /// Empty when it is NULL.
    func text(_ index: Int32) -> String

    /// Empty when it is NULL.
    func bytes(_ index: Int32) -> [UInt8]
}
