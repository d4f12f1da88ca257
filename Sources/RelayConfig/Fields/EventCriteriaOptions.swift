package import RelayCore
package import RelayJQ
internal import RelayJSON

/// A condition that passes events: a jq expression, or criteria.
package enum EventCondition: Sendable {
    case expression(JQProgram)
    case criteria(EventCriteria)
}

/// The options of criteria for events.
enum EventCriteriaOptions {
    static let chats = OptionField<[EventCriteria.Chat]>.list(
        "chats", "The kinds of chat whose events pass; default all.", of: .enumeration(of: EventCriteria.Chat.self)
    ).optional
    static let fromMe = OptionField.bool(
        "from_me", "With false no messages that the account itself has sent, with true only these; default both."
    ).optional
    static let types = OptionField<[String]>.list(
        "types", "The types of message that pass, as in payload.type; default all.", of: .messageType
    ).optional
    static let history = OptionField.bool(
        "history", "Whether messages of a history synchronization pass.", default: true)
    static let maxAge = OptionField.duration(
        "max_age", "The greatest age of a message when it arrives; default any."
    ).optional

    static let fields = [
        AnyOptionField(chats), AnyOptionField(fromMe), AnyOptionField(types), AnyOptionField(history),
        AnyOptionField(maxAge),
    ]

    /// - Parameter title: the owner of the criteria, as it appears in messages: `keep`.
    static func read(_ node: ConfigNode, as title: String) throws -> EventCriteria {
        let options = try OptionReader.read(node, as: title, fields: fields)
        let criteria = EventCriteria(
            chats: try options(chats),
            fromMe: try options(fromMe),
            types: try options(types),
            history: try options(history),
            maxAge: try options(maxAge)
        )
        for field in [AnyOptionField(chats), AnyOptionField(types)] {
            guard let list = options.node(field.name), list.elements.isEmpty else { continue }
            throw list.issues(
                "\"\(field.name)\" is empty, so no message would pass", help: "name some, or remove it",
                code: .emptyValue)
        }
        guard criteria != EventCriteria() || !fields.allSatisfy({ options.node($0.name) == nil }) else {
            throw node.issues(
                "\"\(title)\" has no criterion", help: "write for example { chats: [private, group], from_me: false }",
                code: .emptyValue)
        }
        return criteria
    }
}

extension OptionValueType where Value == EventCriteria {
    /// Criteria for events, as a map.
    package static var criteria: OptionValueType<EventCriteria> {
        let name = "a map of criteria such as { chats: [private, group], from_me: false }"
        return OptionValueType(
            name,
            .options(EventCriteriaOptions.fields),
            show: { _ in .null },
            showNode: { $0.json },
            parse: { node in
                guard node.isMap else { throw node.mismatch(name) }
                return try EventCriteriaOptions.read(node, as: node.label)
            }
        )
    }
}

extension OptionValueType where Value == EventCondition {
    /// A jq expression, or criteria as a map.
    package static var condition: OptionValueType<EventCondition> {
        let name = "a jq expression, or a map of criteria"
        return OptionValueType(
            name,
            .either([.text(), .options(EventCriteriaOptions.fields)]),
            show: { _ in .null },
            showNode: { $0.json },
            parse: { node in
                if node.isList { throw node.mismatch(name) }
                guard node.isMap else {
                    return .expression(try OptionValueType<JQProgram>.conditionExpression.parse(node))
                }
                return .criteria(try OptionValueType<EventCriteria>.criteria.parse(node))
            }
        )
    }
}

extension OptionValueType where Value == String {
    /// The type of a message. The native format takes any, so another one than those of the catalogue is a warning; over
    /// REST, where nobody would see it, it is an error.
    static var messageType: OptionValueType {
        let known = EventCatalogue.contents.map(\.name)
        let name = "a type of message such as text"
        return OptionValueType(name, .text(), show: { .string($0) }) { node in
            let text = try node.text(expected: name)
            guard !text.isEmpty else { throw node.mismatch(name) }
            if !known.contains(text) {
                let help = SpellingSuggestion.help(for: text, among: known, intro: "there are")
                node.warn(
                    "no gateway sends messages of the type \(node.shown)", help: help, code: .unknownMessageType)
            }
            return text
        }
    }
}

extension OptionField where Value == EventCondition {
    /// A jq expression, or criteria as a map.
    package static func condition(_ name: String, _ summary: String) -> OptionField {
        OptionField(name, summary, .condition)
    }
}
