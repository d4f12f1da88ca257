internal import RelayCore
internal import RelayJSON

/// One kind of a value whose `type` option names its kind: the options, and the conversion from options to the value.
package struct OptionVariantParser<Value: Sendable>: Sendable {
    let kind: OptionVariant
    let make: @Sendable (OptionReader) throws -> Value

    package init(_ kind: OptionVariant, make: @escaping @Sendable (OptionReader) throws -> Value) {
        self.kind = kind
        self.make = make
    }
}

extension OptionValueType {
    /// A map whose `type` option names one of several kinds, together with the options of that kind.
    /// - Parameters:
    ///   - title: the name of the value, as it appears in messages: `auth`.
    ///   - summary: the summary of the `type` option.
    package static func kinds(_ kinds: [OptionVariantParser<Value>], title: String, summary: String) -> OptionValueType
    {
        let reader = OptionVariantReader(kinds: kinds, title: title, summary: summary)
        return OptionValueType(
            "a map with a type: \(reader.choice)",
            .kinds(kinds.map(\.kind)),
            show: { _ in .object([:]) },
            showNode: { .object(try reader.read($0).options.shown) },
            parse: { node in
                let (kind, options) = try reader.read(node)
                return try kind.make(options)
            }
        )
    }
}

private struct OptionVariantReader<Value: Sendable>: Sendable {
    let kinds: [OptionVariantParser<Value>]
    let title: String
    let summary: String

    var choice: String { QuantitySyntax.choice(kinds.map(\.kind.name)) }

    func read(_ node: ConfigNode) throws -> (kind: OptionVariantParser<Value>, options: OptionReader) {
        guard let typeNode = node["type"] else {
            throw node.issues("\(title) needs \"type\"", help: "add type: \(choice)")
        }
        let type = OptionField("type", summary, OptionValueType<String>.choice(of: kinds.map(\.kind.name)))
        let name = try type.type.parse(typeNode)
        guard let kind = kinds.first(where: { $0.kind.name == name }) else { throw typeNode.mismatch(choice) }
        let fields = [AnyOptionField(type)] + kind.kind.fields
        return (kind, try OptionReader.read(node, as: "\(name) \(title)", fields: fields))
    }
}

extension OptionValueType where Value == String {
    /// One of a fixed set of strings.
    fileprivate static func choice(of words: [String]) -> OptionValueType {
        let name = QuantitySyntax.choice(words)
        return OptionValueType(name, .words(words), show: { .string($0) }) { node in
            let text = try node.text(expected: name)
            guard words.contains(text) else {
                let nearest = SpellingSuggestion.nearest(to: text, among: words)
                throw node.mismatch(name, help: nearest.map { "did you mean \"\($0)\"?" })
            }
            return text
        }
    }
}
