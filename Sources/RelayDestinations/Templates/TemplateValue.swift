internal import Mustache
internal import RelayJSON

extension JSON {
    /// The value as templates take it: lists and truth values as Swift's own, whose meaning for sections is built in.
    var forTemplates: Any {
        switch self {
        case .bool(let value): value
        case .array(let elements): elements.map(\.forTemplates)
        case .null, .int, .number, .string, .object: TemplateValue(json: self)
        }
    }
}

/// A JSON value in a template. An object or a list that is put into a text is its JSON.
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
