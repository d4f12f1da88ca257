internal import Mustache
internal import RelayJSON

extension JSON {
    /// The value as templates take it. Truth values are Swift's own, whose meaning for sections is built in.
    var forTemplates: Any {
        switch self {
        case .bool(let value): value
        case .array(let elements): TemplateList(elements: elements)
        case .null, .int, .number, .string, .object: TemplateValue(json: self)
        }
    }
}

/// A JSON value in a template. An object that is put into a text is its JSON.
private struct TemplateValue: MustacheParent, MustacheCustomRenderable, MustacheTransformable {
    let json: JSON

    func child(named name: String) -> Any? { json[name]?.forTemplates }

    var renderText: String {
        switch json {
        case .string(let text): text
        case .null: ""
        default: json.text
        }
    }

    /// For sections: nothing is there in a null and in an empty text.
    var isNull: Bool { json.isNull || json.string?.isEmpty == true }

    func transform(_ name: String) -> Any? { json.string?.transform(name) }
}

/// A JSON array in a template: a section is rendered for each element; put into a text it is its JSON.
private struct TemplateList: MustacheSequence, MustacheCustomRenderable, MustacheTransformable {
    let elements: [JSON]

    func makeIterator() -> some IteratorProtocol<Any> { elements.lazy.map(\.forTemplates).makeIterator() }

    var renderText: String { JSON.array(elements).text }
    var isNull: Bool { elements.isEmpty }

    func transform(_ name: String) -> Any? { elements.map(\.forTemplates).transform(name) }
}
