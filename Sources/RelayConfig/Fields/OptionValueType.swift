internal import RelayJSON

/// How an option's value is parsed and shown.
package struct OptionValueType<Value: Sendable>: Sendable {
    /// A description of the expected value, with its article: `a duration such as 10s`.
    package let name: String
    /// The structure of the values, for documentation and schemas.
    package let shape: OptionValueSchema
    /// Whether it is shown as `***` wherever the configuration is shown.
    package let isSecret: Bool

    /// Parses a value.
    /// - Throws: the mistakes in the value, with their positions.
    package let parse: @Sendable (ConfigNode) throws -> Value
    /// Converts the value to JSON for the resolved configuration.
    let show: @Sendable (Value) -> JSON
    /// Converts the node to JSON for the resolved configuration, for types whose values do not keep their options.
    let showNode: (@Sendable (ConfigNode) throws -> JSON)?

    init(
        _ name: String,
        _ shape: OptionValueSchema = .text(),
        isSecret: Bool = false,
        show: @escaping @Sendable (Value) -> JSON,
        showNode: (@Sendable (ConfigNode) throws -> JSON)? = nil,
        parse: @escaping @Sendable (ConfigNode) throws -> Value
    ) {
        self.name = name
        self.shape = shape
        self.isSecret = isSecret
        self.parse = { node in
            guard node.isUnknown else { return try parse(node) }
            do { return try parse(node) } catch { return try parse(node.standing(for: shape.sample)) }
        }
        self.show = show
        self.showNode = showNode
    }

    func shown(_ node: ConfigNode) throws -> JSON {
        if isSecret { return .string("***") }
        return try showNode?(node) ?? show(parse(node))
    }

    /// The same type for an option that is not required.
    var optional: OptionValueType<Value?> {
        let (parse, show, showNode) = (parse, show, showNode)
        return OptionValueType<Value?>(
            name,
            shape,
            isSecret: isSecret,
            show: { $0.map(show) ?? .null },
            showNode: showNode,
            parse: { try parse($0) }
        )
    }

    /// A custom type: `parse` reads the node and throws `node.fail(…)` for invalid values.
    /// - Parameters:
    ///   - name: a description of the expected value, with its article, as it appears in messages.
    ///   - shape: the structure of the values, for documentation and schemas.
    package static func custom(
        _ name: String,
        _ shape: OptionValueSchema = .anything,
        parse: @escaping @Sendable (ConfigNode) throws -> Value
    ) -> OptionValueType {
        OptionValueType(name, shape, show: { .string(String(describing: $0)) }, showNode: { $0.json }, parse: parse)
    }
}
