/// The numbers (oids) of PostgreSQL's built-in types that values are sent or read as. Every server has the same.
enum PostgresType {
    static let bool: UInt32 = 16
    static let bytea: UInt32 = 17
    static let name: UInt32 = 19
    static let int8: UInt32 = 20
    static let int2: UInt32 = 21
    static let int4: UInt32 = 23
    static let text: UInt32 = 25
    static let oid: UInt32 = 26
    static let byteaArray: UInt32 = 1001
    static let textArray: UInt32 = 1009
    static let int8Array: UInt32 = 1016
    static let varchar: UInt32 = 1043
    /// What functions without a result have; it is read as empty text.
    static let void: UInt32 = 2278

    /// Whether a column of the type is read as a whole number.
    static func isInteger(_ type: UInt32) -> Bool {
        switch type {
        case int8, int4, int2, oid, bool: true
        default: false
        }
    }

    /// Whether columns of the type are read at all. The binary form of the others is not that of text or numbers.
    static func isReadable(_ type: UInt32) -> Bool {
        switch type {
        case text, varchar, name, bytea, void: true
        default: isInteger(type)
        }
    }

    /// What people call a type that is not read.
    static func title(of type: UInt32) -> String {
        switch type {
        case 114: "json"
        case 700: "real"
        case 701: "double precision"
        case 1042: "character"
        case 1082: "date"
        case 1114: "timestamp without time zone"
        case 1184: "timestamp with time zone"
        case 1186: "interval"
        case 1700: "numeric"
        case 2950: "uuid"
        case 3802: "jsonb"
        default: "with the oid \(type)"
        }
    }
}
