package import RelayCore
internal import RelayJSON

extension OptionValueType {
    /// A list; a single value counts as a list of one.
    /// - Parameter limit: the most elements.
    package static func list<Element>(of element: OptionValueType<Element>, atMost limit: Int? = nil) -> OptionValueType
    where Value == [Element] {
        OptionValueType(
            "a list of \(element.name)",
            .list(element.shape),
            isSecret: element.isSecret,
            show: { .array($0.map(element.show)) },
            showNode: { node in .array(try node.elements.map(element.shown)) },
            parse: { node in
                if node.isMap { throw node.mismatch("a list") }
                if let limit, node.elements.count > limit {
                    throw node.elements[limit].issues(
                        "\"\(node.label)\" has \(node.elements.count) entries", help: "it takes at most \(limit)")
                }
                return try ValueIssuesError.collect(node.elements, element.parse)
            }
        )
    }

    /// A map from names to values.
    package static func map<Element>(of element: OptionValueType<Element>) -> OptionValueType
    where Value == [String: Element] {
        OptionValueType(
            "a map of names to \(element.name)",
            .map(element.shape),
            isSecret: element.isSecret,
            show: { values in
                .object(JSONObject(values.sorted { $0.key < $1.key }.map { ($0.key, element.show($0.value)) }))
            },
            showNode: { node in
                .object(JSONObject(try node.entries.map { ($0.key, try element.shown($0.value)) }))
            },
            parse: { node in
                let pairs = try ValueIssuesError.collect(node.entries) { ($0.key, try element.parse($0.value)) }
                return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
            }
        )
    }

    /// A group of options under one name. `make` reads them as an initializer does.
    /// - Parameter title: the name of the group, as it appears in messages: `a retry policy`.
    package static func section(
        _ title: String,
        fields: [AnyOptionField],
        make: @escaping @Sendable (OptionReader) throws -> Value
    ) -> OptionValueType {
        OptionValueType(
            "a map of options",
            .options(fields),
            show: { _ in .object(OptionReader.defaults(of: fields)) },
            showNode: { .object(try OptionReader.read($0, as: title, fields: fields).shown) },
            parse: { try make(OptionReader.read($0, as: title, fields: fields)) }
        )
    }
}

extension OptionValueType where Value == [String] {
    /// A list of strings; `allowed` limits them to a fixed set.
    package static func stringList(allowed: [String]? = nil) -> OptionValueType {
        guard let allowed else { return .list(of: .string) }
        let word = OptionValueType<String>(
            QuantitySyntax.choice(allowed),
            .words(allowed),
            show: { .string($0) },
            parse: { node in
                let text = try node.text(expected: "a name")
                guard allowed.contains(text) else {
                    let help = SpellingSuggestion.help(for: text, among: allowed)
                    throw node.issues("\"\(node.label)\" cannot have \(node.shown)", help: help, code: .unknownWord)
                }
                return text
            }
        )
        return .list(of: word)
    }
}

extension OptionValueType where Value == ConfigNode {
    /// A value of any kind, parsed later.
    /// - Parameters:
    ///   - name: a description of the expected value, with its article, as it appears in messages.
    ///   - shape: the structure of the values, for documentation and schemas.
    package static func node(_ name: String = "anything", _ shape: OptionValueSchema = .anything) -> OptionValueType {
        OptionValueType(name, shape, show: { $0.json }, parse: { $0 })
    }
}

extension OptionValueType where Value == EventTypeFilter {
    /// Event types: names, `message.*`, or `*`.
    package static var events: OptionValueType<EventTypeFilter> {
        let list = OptionValueType<[String]>.list(of: .string)
        return OptionValueType(
            "a list of event types such as message.received or message.*",
            .list(.text(pattern: #"^([^*]+|[^*]*\*)$"#)),
            show: { list.show($0.patterns) }
        ) {
            let patterns = try ValueIssuesError.collect($0.elements) { node in
                let text = try node.text(expected: "an event type")
                let name = text.hasSuffix("*") ? text.dropLast() : text[...]
                guard !text.isEmpty, !name.contains("*") else {
                    throw node.mismatch("an event type", help: "write a name, message.* or *")
                }
                let filter = EventTypeFilter([text])
                if !EventType.all.contains(where: filter.matches) {
                    let help = SpellingSuggestion.help(for: text, among: EventType.all.map(\.name), intro: "there are")
                    node.warn("no event has the type \(node.shown)", help: help, code: .unknownEvent)
                }
                return text
            }
            return EventTypeFilter(patterns)
        }
    }
}
