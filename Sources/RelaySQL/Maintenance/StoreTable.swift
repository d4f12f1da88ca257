/// A table of a store as its database describes it.
package struct StoreTable: Sendable, Hashable {
    package struct Column: Sendable, Hashable {
        package enum ValueType: Sendable, Hashable {
            case integer
            case text
            case bytes
            /// None that the shared SQL uses.
            case other
        }

        package let name: String
        package let type: ValueType

        package init(name: String, type: ValueType) {
            self.name = name
            self.type = type
        }

        /// For a statement.
        package var quotedName: String { "\"\(name)\"" }
    }

    package let name: String
    package let columns: [Column]
    /// The names of the columns of the primary key, in its order.
    package let key: [String]

    package init(name: String, columns: [Column], key: [String]) {
        self.name = name
        self.columns = columns
        self.key = key
    }

    /// For a statement.
    package var quotedName: String { "\"\(name)\"" }
}
