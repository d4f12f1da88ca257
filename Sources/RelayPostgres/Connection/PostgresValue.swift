package import RelaySQL

/// A value that is bound to a statement in PostgreSQL's own spelling, with `$1` for the first.
///
/// Each is sent with its type: bigint, text, bytea, or an array of these. Where a statement needs another, it casts, as
/// in `$1::integer`. Text cannot have a NUL byte in PostgreSQL: U+FFFD is stored in its place.
package enum PostgresValue: Sendable, Hashable {
    case null
    case int(Int64)
    case text(String)
    case blob([UInt8])
    /// `bigint[]`, e.g. for `unnest($1)`.
    case ints([Int64?])
    /// `text[]`.
    case texts([String?])
    /// `bytea[]`.
    case bytes([[UInt8]?])

    package init(_ value: SQLValue) {
        self =
            switch value {
            case .null: .null
            case .int(let value): .int(value)
            case .text(let value): .text(value)
            case .blob(let value): .blob(value)
            }
    }
}
