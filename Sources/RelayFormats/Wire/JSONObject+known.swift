internal import RelayCore
internal import RelayJSON

extension JSONObject {
    /// The string value of a key; nil when it is missing or empty.
    func text(_ key: String) -> String? {
        self[key]?.string.flatMap { $0.isEmpty ? nil : $0 }
    }

    func flag(_ key: String) -> Bool {
        self[key]?.bool == true
    }

    /// The JID value of a key, in canonical form.
    func jid(_ key: String) -> JID? {
        self[key]?.string.flatMap { JID($0) }
    }

    /// Adds the value unless it is nil.
    mutating func append(_ key: String, known value: String?) {
        if let value { append(key, .string(value)) }
    }

    mutating func append(_ key: String, known value: Int64?) {
        if let value { append(key, .int(value)) }
    }

    /// Adds the value, or null, so that receivers always find the field.
    mutating func append(_ key: String, orNull value: String?) {
        append(key, value.map(JSON.string) ?? .null)
    }

    mutating func append(_ key: String, orNull value: Int64?) {
        append(key, value.map(JSON.int) ?? .null)
    }

    /// Adds the flag when it is true.
    mutating func append(_ key: String, raised flag: Bool) {
        if flag { append(key, .bool(true)) }
    }
}
