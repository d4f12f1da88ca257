internal import RelayCore
internal import RelayJSON

/// Writes the JSON Schema of the bodies that receivers get. It permits more fields and more events than there are, because
/// both may be added.
enum EventSchemaWriter {
    static var schema: JSON {
        var schema: JSONObject = [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "ZapHub Relay: the body of a delivery",
        ]
        for (key, value) in object(EventCatalogue.envelope) { schema[key] = value }
        schema["allOf"] = .array(
            EventCatalogue.events.map { event in
                branch("event", event.type.name, "payload", reference("event", event.type.name))
            })
        var definitions: JSONObject = ["content": content]
        let described = EventCatalogue.events.flatMap(\.forms) + EventCatalogue.contents.flatMap(\.forms)
        for group in described.flatMap(\.shared) where group.omitted.isEmpty {
            definitions["group." + group.name] = .object(object(group.fields, title: group.title))
        }
        for event in EventCatalogue.events {
            definitions["event." + event.type.name] = forms(event.forms, event.summary)
        }
        for content in EventCatalogue.contents {
            definitions["content." + content.name] = forms(content.forms, content.summary)
        }
        schema["$defs"] = .object(definitions)
        return .object(schema)
    }

    /// When the member `key` has the value `name`, the member `part` fits a definition.
    private static func branch(_ key: String, _ name: String, _ part: String, _ definition: JSON) -> JSON {
        let condition: JSONObject = [key: ["const": .string(name)]]
        let result: JSONObject = [part: definition]
        return [
            "if": ["properties": .object(condition), "required": [.string(key)]],
            "then": ["properties": .object(result)],
        ]
    }

    private static func reference(_ kind: String, _ name: String) -> JSON {
        ["$ref": .string("#/$defs/\(kind).\(name)")]
    }

    private static func forms(_ forms: [EventForm], _ summary: String) -> JSON {
        var schema: JSONObject = ["description": .string(summary)]
        let forms = forms.map { form in
            let groups = form.shared.filter(\.omitted.isEmpty)
            let others = form.shared.filter { !$0.omitted.isEmpty }
            var schema = object(form.own + others.flatMap(\.fields), title: form.title)
            let shared = groups.map { reference("group", $0.name) }
            if !shared.isEmpty { schema["allOf"] = .array(shared) }
            return schema
        }
        if forms.count == 1 {
            for (key, value) in forms[0] { schema[key] = value }
        } else {
            schema["anyOf"] = .array(forms.map(JSON.object))
        }
        return .object(schema)
    }

    /// The content of the type that `type` names.
    private static var content: JSON {
        let branches = EventCatalogue.contents.map { content in
            let definition: JSON = ["anyOf": [["type": "null"], reference("content", content.name)]]
            return branch("type", content.name, "content", definition)
        }
        return ["allOf": .array(branches)]
    }

    private static func object(_ fields: [EventField], title: String? = nil) -> JSONObject {
        var schema: JSONObject = [:]
        if let title { schema["title"] = .string(title) }
        schema["type"] = "object"
        let required = fields.filter { $0.condition == nil }.map { JSON.string($0.name) }
        if !required.isEmpty { schema["required"] = .array(required) }
        schema["properties"] = .object(JSONObject(fields.map { ($0.name, .object(property($0))) }))
        if fields.contains(where: { $0.type == .content }) { schema["allOf"] = [["$ref": "#/$defs/content"]] }
        return schema
    }

    private static func property(_ field: EventField) -> JSONObject {
        var schema: JSONObject = ["description": .string("\(field.summary)\n\n\(field.presence)")]
        var type = shape(field.type)
        if field.nullCondition != nil {
            if let words = type["enum"]?.array {
                type["enum"] = .array(words + [.null])
            } else if let name = type["type"] {
                type["type"] = [name, "null"]
            }
        }
        for (key, value) in type { schema[key] = value }
        return schema
    }

    private static func shape(_ type: EventFieldType) -> JSONObject {
        switch type {
        case .text, .name: ["type": "string"]
        case .integer, .seconds: ["type": "integer"]
        case .number: ["type": "number"]
        case .boolean: ["type": "boolean"]
        case .jid: ["type": "string", "pattern": "^[^@ ]+@[^@ ]+$"]
        case .time: ["type": "string", "format": "date-time"]
        case .base64: ["type": "string", "contentEncoding": "base64"]
        case .word(let words, isOpen: false): ["enum": .array(words.map(JSON.string))]
        case .word(let words, isOpen: true): ["type": "string", "examples": .array(words.map(JSON.string))]
        case .object(let fields): object(fields)
        case .list(let element): ["type": "array", "items": .object(shape(element))]
        case .content, .anyObject: ["type": "object"]
        }
    }
}
