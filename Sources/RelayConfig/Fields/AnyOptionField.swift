package import RelayJSON

/// A ``OptionField`` with its value type erased, for lists of options.
package struct AnyOptionField: Sendable {
    package let name: String
    package let summary: String
    /// A description of the expected value, with its article: `a duration such as 10s`.
    package let typeName: String
    /// The default in configuration syntax; nil when there is no default, or it has no written form.
    package let defaultText: String?
    package let isRequired: Bool
    /// Whether it is shown as `***` wherever the configuration is shown.
    package let isSecret: Bool
    /// The structure of the value, for documentation and schemas.
    package let shape: OptionValueSchema
    /// The default as the resolved configuration shows it; null when the option may be left out and has none.
    package let defaultJSON: JSON?

    let parse: @Sendable (ConfigNode) throws -> any Sendable
    let show: @Sendable (ConfigNode) throws -> JSON

    package init<Value>(_ field: OptionField<Value>) {
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

/// Holds a value of its exact type. Unlike a cast through `any`, this keeps the levels of optionals.
struct TypeErasedValue<Value: Sendable>: Sendable {
    var value: Value
}
