internal import RelayConfig
internal import RelayJSON

/// Writes field shapes as JSON Schema.
///
/// Every scalar may also be a string with `${…}`, because an editor cannot know its value.
struct JSONSchemaWriter {
    let reference: ConfigurationDocumentation
    /// The schemas that `$ref` refers to.
    private(set) var definitions: JSONObject = [
        "interpolated": [
            "type": "string", "pattern": .string(Self.interpolation),
            "description": "A value from outside: ${VAR}, ${VAR:-default}, ${VAR:?message} or ${file:/path}.",
        ]
    ]

    private static let interpolation = #"\$\{"#
    private static let interpolated: JSON = ["$ref": "#/$defs/interpolated"]

    init(reference: ConfigurationDocumentation) {
        self.reference = reference
    }

    /// A map of options. It may be null when no option is required.
    mutating func options(_ fields: [AnyOptionField], isRoot: Bool = false) -> JSONObject {
        let required = fields.filter(\.isRequired).map { JSON.string($0.name) }
        var schema: JSONObject = ["type": required.isEmpty && !isRoot ? ["object", "null"] : "object"]
        if !required.isEmpty { schema["required"] = .array(required) }
        var properties = JSONObject()
        for field in fields { properties[field.name] = .object(option(field)) }
        schema["properties"] = .object(properties)
        schema["additionalProperties"] = false
        return schema
    }

    mutating func option(_ field: AnyOptionField) -> JSONObject {
        var schema: JSONObject = [
            "description": .string("\(field.summary)\n\n\(OptionDocumentation(path: field.name, field: field).type)")
        ]
        for (key, value) in shape(field.shape) { schema[key] = value }
        if !field.isSecret, let value = field.defaultJSON,
            OptionDocumentation(path: field.name, field: field).value != nil
        {
            schema["default"] = value
        }
        return schema
    }

    mutating func shape(_ shape: OptionValueSchema) -> JSONObject {
        switch shape {
        case .text(let pattern?): return Self.text(pattern)
        case .text(nil): return ["type": ["string", "number", "boolean"]]
        case .words(let words): return Self.orInterpolated(["enum": .array(words.map(JSON.string))])
        case .bool: return Self.orInterpolated(["type": "boolean"], written: "^([Tt]rue|TRUE|[Ff]alse|FALSE)$")
        case .int(let range):
            var schema: JSONObject = ["type": "integer", "minimum": .int(Int64(range.lowerBound))]
            if range.upperBound < .max { schema["maximum"] = .int(Int64(range.upperBound)) }
            return Self.orInterpolated(schema, written: "^[0-9]+$")
        case .number(let range):
            let schema: JSONObject = [
                "type": "number", "minimum": Self.number(range.lowerBound), "maximum": Self.number(range.upperBound),
            ]
            return Self.orInterpolated(schema, written: "^[0-9.]+$")
        case .duration: return Self.text("^[0-9]+(ms|s|m|h|d)$")
        case .size: return Self.text("^[0-9]+(B|[KMG]i?B|kB)$")
        case .list(let element):
            let element = self.shape(element)
            return ["anyOf": [["type": ["array", "null"], "items": .object(element)], .object(element)]]
        case .map(let element, let names):
            var schema: JSONObject = ["type": ["object", "null"]]
            if let names { schema["propertyNames"] = ["pattern": .string(names)] }
            schema["additionalProperties"] = .object(self.shape(element))
            return schema
        case .options(let fields): return options(fields)
        case .kinds(let kinds, let key): return self.kinds(kinds, key: key)
        case .either(let shapes): return ["anyOf": .array(shapes.map { .object(self.shape($0)) })]
        case .stages: return stages()
        case .anything: return [:]
        }
    }

    /// A map in which the option `key` says which options it has.
    private mutating func kinds(_ kinds: [OptionVariant], key: String) -> JSONObject {
        var branches: [JSON] = kinds.map { kind in
            var schema = options(kind.fields)
            schema["type"] = "object"
            schema["description"] = .string(kind.summary)
            schema["required"] = .array([.string(key)] + (schema["required"]?.array ?? []))
            var properties: JSONObject = [
                key: ["const": .string(kind.name), "description": .string(kind.summary)]
            ]
            for (name, option) in schema["properties"]?.object ?? JSONObject() { properties[name] = option }
            schema["properties"] = .object(properties)
            return .object(schema)
        }
        let unknown: JSONObject = [key: Self.interpolated]
        branches.append(["type": "object", "required": [.string(key)], "properties": .object(unknown)])
        return ["anyOf": .array(branches)]
    }

    // MARK: stages

    private mutating func stages() -> JSONObject {
        if definitions["stages"] == nil {
            // Set before the parts are written, because these may contain stages.
            definitions["stages"] = .null
            definitions["stage"] = .null
            definitions["stage"] = .object(stage())
            definitions["stages"] = [
                "type": "array", "minItems": 1, "items": ["$ref": "#/$defs/stage"],
            ]
        }
        return ["$ref": "#/$defs/stages"]
    }

    /// A stage name, or a map with one stage and the common options.
    private mutating func stage() -> JSONObject {
        let registry = reference.registry
        var properties = JSONObject()
        for stage in registry.stages { properties[stage.kind] = .object(body(of: stage)) }
        for field in registry.stageFields { properties[field.name] = .object(option(field)) }
        let words = registry.stages.filter { !$0.fields.contains(where: \.isRequired) }.map { JSON.string($0.kind) }
        let map: JSON = [
            "type": "object",
            "properties": .object(properties),
            "additionalProperties": false,
            "oneOf": .array(registry.stages.map { ["required": [.string($0.kind)]] }),
        ]
        return ["anyOf": [["enum": .array(words)], map]]
    }

    private mutating func body(of stage: any ConfigurableStage.Type) -> JSONObject {
        let map = options(stage.fields)
        let main = stage.mainField.flatMap { name in stage.fields.first { $0.name == name } }
        guard let main else {
            var schema: JSONObject = ["description": .string(stage.summary)]
            for (key, value) in map { schema[key] = value }
            return schema
        }
        return [
            "description": .string(stage.summary), "anyOf": [.object(option(main)), .object(map)],
        ]
    }

    // MARK: scalars

    private static func text(_ pattern: String) -> JSONObject {
        ["type": "string", "pattern": .string("\(pattern)|\(interpolation)")]
    }

    /// - Parameter written: the pattern of quoted strings that are read as such a value.
    private static func orInterpolated(_ schema: JSONObject, written: String? = nil) -> JSONObject {
        let other = written.map { JSON.object(text($0)) } ?? interpolated
        return ["anyOf": [.object(schema), other]]
    }

    private static func number(_ value: Double) -> JSON {
        value == value.rounded() && abs(value) < 1e15 ? .int(Int64(value)) : .number(value.description)
    }
}
