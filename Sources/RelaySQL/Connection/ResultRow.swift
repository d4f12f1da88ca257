package import RelayCore
package import RelayJSON

/// The columns of the row that a statement has arrived at. It is valid until the next row is read.
package struct ResultRow {
    private let driver: any DriverRow

    package init(_ driver: any DriverRow) {
        self.driver = driver
    }

    package func isNull(_ index: Int32) -> Bool { driver.isNull(index) }

    package func int(_ index: Int32) -> Int64 { driver.int(index) }

    package func optionalInt(_ index: Int32) -> Int64? { isNull(index) ? nil : int(index) }

    package func text(_ index: Int32) -> String { driver.text(index) }

    package func optionalText(_ index: Int32) -> String? { isNull(index) ? nil : text(index) }

    package func bytes(_ index: Int32) -> [UInt8] { driver.bytes(index) }

    package func optionalBytes(_ index: Int32) -> [UInt8]? { isNull(index) ? nil : bytes(index) }

    package func time(_ index: Int32) -> Timestamp { Timestamp(milliseconds: int(index)) }

    package func optionalTime(_ index: Int32) -> Timestamp? { optionalInt(index).map { Timestamp(milliseconds: $0) } }

    package func destination(_ index: Int32) -> DestinationKey { DestinationKey(text(index)) }

    /// - Throws: ``JSONError`` when the column has something else.
    package func json(_ index: Int32) throws -> JSON {
        // Deeper than any document that is accepted, so that everything that was stored can be read.
        try JSON(parsing: bytes(index), maximumDepth: 512)
    }

    package func object(_ index: Int32) throws -> JSONObject {
        guard case .object(let object) = try json(index) else {
            throw CorruptRowError("a column that holds an object holds another value")
        }
        return object
    }
}

/// A row has a value that this code never writes.
package struct CorruptRowError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
