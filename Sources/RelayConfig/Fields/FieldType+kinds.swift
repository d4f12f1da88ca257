internal import RelayCore
internal import RelayJSON

/// One kind of a value whose `type` option names its kind: the options, and the conversion from options to the value.
package struct ConfiguredKind<Value: Sendable>: Sendable {
    let kind: FieldKind
    let make: @Sendable (OptionReader) throws -> Value

    package init(_ kind: FieldKind, make: @escaping @Sendable (OptionReader) throws -> Value) {
        self.kind = kind
        self.make = make
    }
}

extension FieldType {
    /// A map whose `type` option names one of several kinds, together with the options of that kind.
    /// - Parameters:
    ///   - title: the name of the value, as it appears in messages: `auth`.
    ///   - summary: the summary of the `type` option.
    package static func kinds(_ kinds: [ConfiguredKind<Value>], title: String, summary: String) -> FieldType {
        let reader = KindReader(kinds: kinds, title: title, summary: summary)
        return FieldType(
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

private struct KindReader<Value: Sendable>: Sendable {
    let kinds: [ConfiguredKind<Value>]
    let title: String
    let summary: String

    var choice: String { QuantityFormat.choice(kinds.map(\.kind.name)) }

    func read(_ node: ConfigNode) throws -> (kind: ConfiguredKind<Value>, options: OptionReader) {
        guard let typeNode = node["type"] else {
            throw node.issues("\(title) needs \"type\"", help: "add type: \(choice)")
        }
        let type = Field("type", summary, FieldType<String>.choice(of: kinds.map(\.kind.name)))
        let name = try type.type.parse(typeNode)
        guard let kind = kinds.first(where: { $0.kind.name == name }) else { throw typeNode.mismatch(choice) }
        let fields = [AnyField(type)] + kind.kind.fields
        return (kind, try OptionReader.read(node, as: "\(name) \(title)", fields: fields))
    }
}

extension FieldType where Value == String {
    /// One of a fixed set of strings.
    fileprivate static func choice(of words: [String]) -> FieldType {
        let name = QuantityFormat.choice(words)
        return FieldType(name, .words(words), show: { .string($0) }) { node in
            let text = try node.text(expected: name)
            guard words.contains(text) else {
                let nearest = SpellingSuggestion.nearest(to: text, among: words)
                throw node.mismatch(name, help: nearest.map { "did you mean \"\($0)\"?" })
            }
            return text
        }
    }
}
