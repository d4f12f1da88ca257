internal import RelayJSON

/// Cleans all names in an event, as ``DisplayName`` does it. Which members are names is declared in ``EventCatalogue``.
package enum EventNameCleaner {
    /// Where names are in a value.
    private indirect enum Place: Sendable {
        /// - Parameter isNullable: whether null may stand for a name of which nothing remains.
        case name(isNullable: Bool)
        case object([String: Place])
        case list(Place)
        /// The content of the type that `type` beside it names.
        case content
    }

    private static let events = EventCatalogue.events.reduce(into: [EventType: [String: Place]]()) {
        $0[$1.type] = places(in: $1.forms.flatMap(\.fields))
    }
    private static let contents = EventCatalogue.contents.reduce(into: [String: [String: Place]]()) {
        $0[$1.name] = places(in: $1.forms.flatMap(\.fields))
    }

    /// Cleans the names in the payload. Text that people have written stays as it is.
    package static func clean(_ event: inout ParsedEvent) {
        guard let places = events[event.type], let payload = cleaned(event.payload, places) else { return }
        event.payload = payload
    }

    // MARK: - Declarations

    private static func places(in fields: [EventField]) -> [String: Place] {
        var places: [String: Place] = [:]
        for field in fields {
            guard let place = place(of: field.type, isNullable: field.nullCondition != nil) else { continue }
            places[field.name] = joined(places[field.name], place)
        }
        return places
    }

    private static func place(of type: EventFieldType, isNullable: Bool) -> Place? {
        switch type {
        case .name: return .name(isNullable: isNullable)
        case .content: return .content
        case .list(let element): return place(of: element, isNullable: false).map(Place.list)
        case .object(let fields):
            let places = places(in: fields)
            return places.isEmpty ? nil : .object(places)
        default: return nil
        }
    }

    /// Forms of one event may declare a member differently.
    private static func joined(_ one: Place?, _ other: Place) -> Place {
        guard case .object(let members) = one, case .object(let others) = other else { return other }
        return .object(members.merging(others) { joined($0, $1) })
    }

    // MARK: - Values

    /// - Returns: nil when nothing is to be changed.
    private static func cleaned(_ object: JSONObject, _ places: [String: Place]) -> JSONObject? {
        var changed: JSONObject?
        for (key, value) in object {
            guard mayContainName(value), let place = places[key], let clean = cleaned(value, place, beside: object)
            else { continue }
            changed = changed ?? object
            changed?[key] = clean
        }
        return changed
    }

    /// Whether a value may have a name that is to be changed. Looking for the member's declaration takes longer.
    private static func mayContainName(_ value: JSON) -> Bool {
        switch value {
        // Long texts are rarely names.
        case .string(let text): text.utf8.count > 64 || !DisplayName.isClean(text)
        case .object, .array: true
        default: false
        }
    }

    private static func cleaned(_ value: JSON, _ place: Place, beside siblings: JSONObject) -> JSON? {
        switch (place, value) {
        case (.name(let isNullable), .string(let name)):
            let clean = DisplayName.cleaned(name)
            if clean == name { return nil }
            return clean.isEmpty && isNullable ? .null : .string(clean)
        case (.object(let places), .object(let object)):
            return cleaned(object, places).map(JSON.object)
        case (.content, .object(let object)):
            let places = siblings["type"]?.string.flatMap { contents[$0] }
            return places.flatMap { cleaned(object, $0) }.map(JSON.object)
        case (.list(let element), .array(let values)):
            let clean = values.map { cleaned($0, element, beside: JSONObject()) }
            guard clean.contains(where: { $0 != nil }) else { return nil }
            return .array(zip(clean, values).map { $0 ?? $1 })
        default:
            return nil
        }
    }
}
