package import RelayCore
package import RelayJSON

/// Compares events with ``EventCatalogue``, and remembers what of it has occurred.
package struct EventCatalogueCheck {
    /// The declared fields that have occurred.
    package private(set) var seenFields: Set<EventField> = []
    /// The declared types of content that have occurred.
    package private(set) var seenContents: Set<String> = []

    package init() {}

    /// What an event has that the catalogue does not say, and what it lacks, a line each with the JSON pointer.
    package static func problems(_ type: EventType, _ payload: JSONObject) -> [String] {
        var check = EventCatalogueCheck()
        return check.problems(of: type, payload)
    }

    /// - Returns: what is wrong with the event, a line each with the JSON pointer; fields of it count as seen.
    package mutating func problems(of type: EventType, _ payload: JSONObject) -> [String] {
        guard let event = EventCatalogue.event(type.name) else { return ["the catalogue has no event \(type)"] }
        return problems(of: payload, in: event.forms, at: "/payload")
    }

    /// Compares with the form that fits best.
    private mutating func problems(of object: JSONObject, in forms: [EventForm], at pointer: String) -> [String] {
        let results = forms.map { form in
            var check = EventCatalogueCheck()
            return (problems: check.problems(of: object, form.fields, at: pointer), check: check)
        }
        guard let best = results.min(by: { $0.problems.count < $1.problems.count }) else { return [] }
        seenFields.formUnion(best.check.seenFields)
        seenContents.formUnion(best.check.seenContents)
        return best.problems
    }

    private mutating func problems(of object: JSONObject, _ fields: [EventField], at pointer: String) -> [String] {
        var problems: [String] = []
        for field in fields where field.condition == nil && object[field.name] == nil {
            problems.append("\(pointer)/\(field.name) is missing")
        }
        for (name, value) in object {
            let pointer = "\(pointer)/\(name)"
            guard let field = fields.first(where: { $0.name == name }) else {
                problems.append("\(pointer) is not declared")
                continue
            }
            seenFields.insert(field)
            if value == .null {
                if field.nullCondition == nil { problems.append("\(pointer) is null") }
            } else {
                problems += self.problems(of: value, field.type, beside: object, at: pointer)
            }
        }
        return problems
    }

    private mutating func problems(
        of value: JSON, _ type: EventFieldType, beside siblings: JSONObject, at pointer: String
    ) -> [String] {
        switch type {
        case .object(let fields):
            guard let object = value.object else { return ["\(pointer) is no object: \(value.text)"] }
            return problems(of: object, fields, at: pointer)
        case .list(let element):
            guard let list = value.array else { return ["\(pointer) is no list: \(value.text)"] }
            return list.enumerated().flatMap { index, value in
                problems(of: value, element, beside: [:], at: "\(pointer)/\(index)")
            }
        case .content:
            let name = siblings["type"]?.string ?? ""
            guard let object = value.object, let content = EventCatalogue.content(name) else {
                return ["\(pointer) is no content of the type \"\(name)\": \(value.text)"]
            }
            seenContents.insert(name)
            return problems(of: object, in: content.forms, at: pointer)
        default:
            return Self.fits(value, type) ? [] : ["\(pointer) is no \(type): \(value.text)"]
        }
    }

    private static func fits(_ value: JSON, _ type: EventFieldType) -> Bool {
        switch type {
        // Formats leave names as documents have them; they are cleaned when the document is taken in.
        case .text, .name: value.string != nil
        case .integer, .seconds: value.int != nil
        case .number: value.double != nil
        case .boolean: value.bool != nil
        case .jid: value.string.flatMap { JID($0) }?.description == value.string
        case .time: value.string.flatMap { Timestamp(iso8601: $0) }?.iso8601 == value.string
        case .base64: value.string.flatMap { Base64.decode($0) } != nil
        case .word(let words, let isOpen): value.string.map { isOpen || words.contains($0) } ?? false
        case .anyObject: value.object != nil
        case .object, .list, .content: false
        }
    }
}

extension EventCatalogue {
    /// All fields that are declared, inner ones included.
    package static var allFields: Set<EventField> {
        let forms = events.flatMap(\.forms) + contents.flatMap(\.forms)
        return forms.flatMap(\.fields).reduce(into: []) { $1.collect(into: &$0) }
    }
}

extension EventField {
    fileprivate func collect(into fields: inout Set<EventField>) {
        fields.insert(self)
        var type = type
        while case .list(let element) = type { type = element }
        if case .object(let inner) = type { for field in inner { field.collect(into: &fields) } }
    }
}
