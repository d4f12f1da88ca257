/// The type of a value of a statement that is run in batches.
package enum SQLValueType: Sendable {
    case int, text, blob
}

/// A statement that a transaction runs many times, and that inserts or changes one row, or none, each time.
///
/// A database whose server is reached over a connection gets the values of many runs at once. So a run may be sent later than
/// statements of other batches that were run after it. It is sent before the next statement of another kind, before
/// anything is read, and before the end of the transaction.
package protocol DriverBatchedStatement: AnyObject {
    /// Runs the statement.
    /// - Parameter values: of the types that were given, or NULL.
    /// - Returns: whether a row was inserted or changed. A driver may answer true before it knows; when that was wrong, the
    ///   transaction fails, and the next one is told the truth.
    func run(_ values: [SQLValue]) throws -> Bool
}

/// A statement of a connection whose runs may be sent together. See ``DriverBatchedStatement``.
package struct BatchedStatement {
    private let driver: any DriverBatchedStatement

    package init(_ driver: any DriverBatchedStatement) {
        self.driver = driver
    }

    /// Runs the statement.
    /// - Returns: whether a row was inserted or changed.
    @discardableResult
    package func run(_ values: SQLValue...) throws -> Bool { try driver.run(values) }

    /// Runs a statement whose values are made at run time.
    @discardableResult
    package func run(values: [SQLValue]) throws -> Bool { try driver.run(values) }
}
