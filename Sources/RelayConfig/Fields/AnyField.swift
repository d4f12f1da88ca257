public import RelayJSON

/// An option whatever its type, for lists of options.
public struct AnyField: Sendable {
    public let name: String
    public let summary: String
    /// What to write, with its article: `a duration such as 10s`.
    public let typeName: String
    /// The default as it would be written; nil when there is none, or nothing to write.
    public let defaultText: String?
    public let isRequired: Bool
    /// Whether it is shown as `***` wherever the configuration is shown.
    public let isSecret: Bool
    /// How the value is built up, for documentation and schemas.
    public let shape: FieldShape
    /// The default as the resolved configuration shows it; null when the option may be left out and has none.
    public let defaultJSON: JSON?

    let parse: @Sendable (ConfigNode) throws -> any Sendable
    let show: @Sendable (ConfigNode) throws -> JSON

    public init<Value>(_ field: Field<Value>) {
        let type = field.type
        name = field.name
        summary = field.summary
        typeName = type.name
        isRequired = field.defaultValue == nil
        isSecret = type.isSecret
        shape = type.shape
        defaultJSON = field.defaultValue.map(type.show)
        defaultText = defaultJSON.flatMap { $0.isNull ? nil : $0.string ?? $0.text }
        parse = { Box(value: try type.parse($0)) }
        show = { try type.shown($0) }
    }
}

/// Keeps a value under its exact type, optionals included, which a cast through `any` would unwrap.
struct Box<Value: Sendable>: Sendable {
    var value: Value
}
