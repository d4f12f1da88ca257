package import RelayJSON

extension ConfigNode {
    /// Creates a node from a JSON value, for options received over the API. Nothing is interpolated, so that a caller
    /// cannot read the relay's environment.
    init(_ json: JSON, label: String, pointer: String = "", origin: ConfigSourceDocument) {
        self.label = label
        self.origin = origin
        location = ConfigNodeLocation(pointer: pointer)
        func child(_ value: JSON, _ key: String, _ label: String) -> ConfigNode {
            ConfigNode(value, label: label, pointer: "\(pointer)/\(Self.escaped(key))", origin: origin)
        }
        switch json {
        case .null: content = .null
        case .bool(let value): content = .scalar(Scalar(written: value ? "true" : "false", style: .plain))
        case .int(let value): content = .scalar(Scalar(written: String(value), style: .plain))
        case .number(let text): content = .scalar(Scalar(written: text, style: .plain))
        case .string(let text): content = .scalar(Scalar(written: text, style: .doubleQuoted))
        case .array(let values):
            content = .list(values.enumerated().map { child($1, String($0), label) })
        case .object(let members):
            content = .map(
                members.map { key, value in
                    let value = child(value, key, key)
                    return Entry(key: key, value: value, keyLocation: value.location)
                }
            )
        }
    }

    /// The value as JSON, as written: `${…}` is not resolved.
    package var json: JSON {
        switch content {
        case .null: .null
        case .scalar(let scalar): scalar.json
        case .list(let nodes): .array(nodes.map(\.json))
        case .map(let entries): .object(JSONObject(entries.map { ($0.key, $0.value.json) }))
        }
    }

    /// ``json`` with literal secrets masked.
    var shownJSON: JSON {
        switch content {
        case .null, .scalar: origin.concealed(location.pointer).map(JSON.string) ?? json
        case .list(let nodes): .array(nodes.map(\.shownJSON))
        case .map(let entries): .object(JSONObject(entries.map { ($0.key, $0.value.shownJSON) }))
        }
    }

    /// Escapes a key for a JSON pointer (RFC 6901, 3).
    static func escaped(_ key: String) -> String {
        var text = ""
        for letter in key { text += letter == "~" ? "~0" : letter == "/" ? "~1" : String(letter) }
        return text
    }
}

extension ConfigNode.Scalar {
    fileprivate var json: JSON {
        guard style == .plain else { return .string(written) }
        switch written {
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        if let value = Int64(written), String(value) == written { return .int(value) }
        if let value = Double(written), value.isFinite, value.description == written { return .number(written) }
        return .string(written)
    }
}
