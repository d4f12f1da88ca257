internal import RelayCore

extension EventFieldType {
    /// The type for people.
    var noun: String {
        switch self {
        case .text: "text"
        case .name: "a name"
        case .integer: "a whole number"
        case .number: "a number"
        case .boolean: "true or false"
        case .jid: "a JID"
        case .time: "an RFC 3339 time"
        case .seconds: "a time in Unix seconds"
        case .base64: "base64"
        case .word(let words, isOpen: false) where words.count == 1: "`\(words[0])`"
        case .word(let words, isOpen: false): "one of " + Self.list(words)
        case .word(let words, isOpen: true): "text, usually " + Self.list(words)
        case .object, .anyObject: "an object"
        case .content: "an object: see `type`"
        case .list(let element): "a list of " + element.plural
        }
    }

    private var plural: String {
        switch self {
        case .jid: "JIDs"
        case .name: "names"
        case .object, .anyObject: "objects"
        default: noun
        }
    }

    private static func list(_ words: [String]) -> String { words.map { "`\($0)`" }.joined(separator: ", ") }

    /// The members of an object, or of the objects in a list.
    var members: [EventField] {
        switch self {
        case .object(let fields): fields
        case .list(let element): element.members
        default: []
        }
    }

    /// What stands between the name of such a field and the name of a member.
    fileprivate var separator: String {
        if case .list = self { return "[]." }
        return "."
    }
}

extension EventField {
    /// When the member is there, and when it is null.
    var presence: String {
        let there = condition.map { "when " + $0 } ?? "always"
        return nullCondition.map { "\(there); null when \($0)" } ?? there
    }

    /// The field, followed by its members.
    func options(under prefix: String = "") -> [OptionDocumentation] {
        let path = prefix + name
        let option = OptionDocumentation(
            path: path, name: name, summary: summary, type: type.noun, presence: .stated(presence))
        return [option] + type.members.flatMap { $0.options(under: path + type.separator) }
    }
}

extension [EventField] {
    /// The fields, each followed by its members: `quoted.messageId` after `quoted`, `choices[].id` after `choices`.
    var options: [OptionDocumentation] { flatMap { $0.options() } }
}
