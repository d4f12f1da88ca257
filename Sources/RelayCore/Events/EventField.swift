/// The type of a member of an event's body.
package indirect enum EventFieldType: Sendable, Hashable {
    case text
    /// What somebody is called, or a file, a place, a group: text on one line without control characters, whatever the
    /// document has. See ``DisplayName``.
    case name
    case integer
    /// A number that may have a fraction.
    case number
    case boolean
    /// WhatsApp's identifier of a person, group or list, in the form of ``JID``.
    case jid
    /// A moment as RFC 3339 writes it, in UTC.
    case time
    /// A moment as a whole number: seconds since 1970.
    case seconds
    /// Bytes as base64.
    case base64
    /// One of some words. `isOpen`: WhatsApp or a gateway may send others as well.
    case word([String], isOpen: Bool)
    case object([EventField])
    case list(EventFieldType)
    /// The content of a message of the type that `type` beside it names: see ``EventCatalogue/contents``.
    case content
    /// An object whose members the gateway decides.
    case anyObject

    /// One of these words and no other.
    package static func word(_ words: [String]) -> EventFieldType { .word(words, isOpen: false) }

    /// Usually one of these words.
    package static func openWord(_ words: String...) -> EventFieldType { .word(words, isOpen: true) }
}

/// The declaration of one member of an event's body.
package struct EventField: Sendable, Hashable {
    package let name: String
    package let type: EventFieldType
    /// When the member is there: a clause that follows "when"; nil: always.
    package let condition: String?
    /// When its value is null: a clause that follows "null when"; nil: never.
    package let nullCondition: String?
    /// What it means, in one sentence.
    package let summary: String

    /// A member that is always there and has a value.
    package static func always(_ name: String, _ type: EventFieldType, _ summary: String) -> EventField {
        EventField(name: name, type: type, condition: nil, nullCondition: nil, summary: summary)
    }

    /// A member that is always there.
    /// - Parameter condition: when it is null.
    package static func always(
        _ name: String, _ type: EventFieldType, nullWhen condition: String, _ summary: String
    ) -> EventField {
        EventField(name: name, type: type, condition: nil, nullCondition: condition, summary: summary)
    }

    /// A member that is there only sometimes.
    /// - Parameters:
    ///   - condition: when it is there.
    ///   - nullCondition: when it is null.
    package static func sometimes(
        _ name: String, _ type: EventFieldType, when condition: String, nullWhen nullCondition: String? = nil,
        _ summary: String
    ) -> EventField {
        EventField(name: name, type: type, condition: condition, nullCondition: nullCondition, summary: summary)
    }
}

/// Members that several events, or several types of content, have in common.
package struct EventFieldGroup: Sendable, Hashable {
    /// One word.
    package let name: String
    /// What the members are of, as a heading.
    package let title: String
    private let all: [EventField]
    /// Members that are left out, because the form has its own of the same name.
    package private(set) var omitted: Set<String> = []

    init(name: String, title: String, fields: [EventField]) {
        self.name = name
        self.title = title
        all = fields
    }

    package var fields: [EventField] { all.filter { !omitted.contains($0.name) } }

    /// The group without a member that a form declares itself.
    func omitting(_ name: String) -> EventFieldGroup {
        var group = self
        group.omitted.insert(name)
        return group
    }
}

/// One form that an event, or a content, can have. Most have a single one.
package struct EventForm: Sendable, Hashable {
    /// What tells this form from the others; nil for the only one.
    package let title: String?
    /// The members of this form alone.
    package let own: [EventField]
    /// Members that others have as well.
    package let shared: [EventFieldGroup]

    package init(_ title: String? = nil, own: [EventField] = [], shared: [EventFieldGroup] = []) {
        self.title = title
        self.own = own
        self.shared = shared
    }

    /// All members: shared ones first.
    package var fields: [EventField] { shared.flatMap(\.fields) + own }
}

/// The declaration of an event: what its payload has.
package struct EventDescription: Sendable, Hashable {
    package let type: EventType
    /// What happened, in one sentence.
    package let summary: String
    package let forms: [EventForm]

    package init(_ type: EventType, _ summary: String, forms: [EventForm]) {
        self.type = type
        self.summary = summary
        self.forms = forms
    }
}

/// The declaration of a type of content: what `payload.content` has when `payload.type` is its name.
package struct ContentDescription: Sendable, Hashable {
    /// The value of `payload.type`.
    package let name: String
    /// What it is, in one sentence.
    package let summary: String
    /// Whether the message has a file: `payload.media` or `payload.raw_media`.
    package let hasFile: Bool
    package let forms: [EventForm]

    package init(_ name: String, _ summary: String, hasFile: Bool = false, forms: [EventForm]) {
        self.name = name
        self.summary = summary
        self.hasFile = hasFile
        self.forms = forms
    }

    /// A content of one form.
    package init(
        _ name: String, _ summary: String, hasFile: Bool = false, shared: [EventFieldGroup] = [], _ own: [EventField]
    ) {
        self.init(name, summary, hasFile: hasFile, forms: [EventForm(own: own, shared: shared)])
    }
}
