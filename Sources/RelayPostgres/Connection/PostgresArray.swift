internal import RelaySQL

/// The elements of an array in PostgreSQL's binary form, each behind its length.
struct PostgresArray {
    let type: SQLValueType
    private(set) var count = 0
    private(set) var hasNulls = false
    private(set) var elements: [UInt8] = []

    init(_ type: SQLValueType) {
        self.type = type
    }

    /// The type of the array.
    var arrayType: UInt32 {
        switch type {
        case .int: PostgresType.int8Array
        case .text: PostgresType.textArray
        case .blob: PostgresType.byteaArray
        }
    }

    var elementType: UInt32 {
        switch type {
        case .int: PostgresType.int8
        case .text: PostgresType.text
        case .blob: PostgresType.bytea
        }
    }

    mutating func removeAll() {
        count = 0
        hasNulls = false
        elements.removeAll(keepingCapacity: true)
    }

    /// - Throws: when the value is not of the array's type.
    mutating func append(_ value: SQLValue) throws(PostgresError) {
        count += 1
        switch (value, type) {
        case (.null, _):
            hasNulls = true
            elements.append(bigEndian: Int32(-1))
        case (.int(let number), .int):
            elements.append(bigEndian: Int32(8))
            elements.append(bigEndian: number)
        case (.text(let text), .text):
            let start = elements.count
            elements.append(bigEndian: Int32(0))
            elements.append(postgresText: text)
            let length = Int32(elements.count - start - 4)
            withUnsafeBytes(of: length.bigEndian) { elements.replaceSubrange(start..<start + 4, with: $0) }
        case (.blob(let bytes), .blob):
            elements.append(bigEndian: Int32(bytes.count))
            elements.append(contentsOf: bytes)
        default:
            throw PostgresError(sqlState: "", message: "a value of a batch has another type than its column")
        }
    }
}
