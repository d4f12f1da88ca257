package import RelayJSON

/// An option whatever its type, for lists of options.
package struct AnyField: Sendable {
    package let name: String
    package let summary: String
    /// What to write, with its article: `a duration such as 10s`.
    package let typeName: String
    /// The default as it would be written; nil when there is none, or nothing to write.
    package let defaultText: String?
    package let isRequired: Bool
    /// Whether it is shown as `***` wherever the configuration is shown.
    package let isSecret: Bool
    /// How the value is built up, for documentation and schemas.
    package let shape: FieldShape
    /// The default as the resolved configuration shows it; null when the option may be left out and has none.
    package let defaultJSON: JSON?

    let parse: @Sendable (ConfigNode) throws -> any Sendable
    let show: @Sendable (ConfigNode) throws -> JSON

    package init<Value>(_ field: Field<Value>) {
        let type = field.type
        name = field.name
        summary = field.summary
        typeName = type.name
        isRequired = field.defaultValue == nil
        isSecret = type.isSecret
        shape = type.shape
        defaultJSON = field.defaultValue.map(type.show)
        defaultText = defaultJSON.flatMap { $0.isNull ? nil : $0.string ?? $0.text }
        parse = { TypeErasedValue(value: try type.parse($0)) }
        show = { try type.shown($0) }
    }
}

/// Keeps a value under its exact type, optionals included, which a cast through `any` would unwrap.
struct TypeErasedValue<Value: Sendable>: Sendable {
    var value: Value
}
