internal import Mustache
internal import RelayJSON

extension JSON {
    /// The value in the form that the template library needs. Booleans are Swift's own, which sections support.
    var forTemplates: Any {
        switch self {
        case .bool(let value): value
        case .array(let elements): MustacheArray(elements: elements)
        case .null, .int, .number, .string, .object: MustacheValue(json: self)
        }
    }
}

/// A JSON value in a template. An object that is inserted into text is written as JSON.
private struct MustacheValue: MustacheParent, MustacheCustomRenderable, MustacheTransformable {
    let json: JSON

    func child(named name: String) -> Any? { json[name]?.forTemplates }

    var renderText: String {
        switch json {
        case .string(let text): text
        case .null: ""
        default: json.text
        }
    }

    /// For sections: null and the empty string count as absent.
    var isNull: Bool { json.isNull || json.string?.isEmpty == true }

    func transform(_ name: String) -> Any? { json.string?.transform(name) }
}

/// A JSON array in a template. A section is rendered for each element; inserted into text the array is written as JSON.
private struct MustacheArray: MustacheSequence, MustacheCustomRenderable, MustacheTransformable {
    let elements: [JSON]

    func makeIterator() -> some IteratorProtocol<Any> { elements.lazy.map(\.forTemplates).makeIterator() }

    var renderText: String { JSON.array(elements).text }
    var isNull: Bool { elements.isEmpty }

    func transform(_ name: String) -> Any? { elements.map(\.forTemplates).transform(name) }
}
