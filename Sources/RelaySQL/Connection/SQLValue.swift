package import RelayCore

/// A value that is bound to a statement.
package enum SQLValue: Sendable, Hashable {
    case null
    case int(Int64)
    case text(String)
    case blob([UInt8])

    package init(_ value: Int64?) { self = value.map { .int($0) } ?? .null }
    package init(_ value: Int?) { self = value.map { .int(Int64($0)) } ?? .null }
    package init(_ value: String?) { self = value.map { .text($0) } ?? .null }
    package init(_ value: [UInt8]?) { self = value.map { .blob($0) } ?? .null }
    package init(_ value: Timestamp?) { self = value.map { .int($0.milliseconds) } ?? .null }
    package init(_ value: Bool) { self = .int(value ? 1 : 0) }
    package init(_ value: DestinationKey) { self = .text(value.text) }
    package init(_ value: DeliveryState) { self = .int(Int64(value.rawValue)) }
}
