internal import RelayCore
internal import RelayJSON

extension JSONObject {
    /// The text under a key; nil when there is none or it is empty.
    func text(_ key: String) -> String? {
        self[key]?.string.flatMap { $0.isEmpty ? nil : $0 }
    }

    func flag(_ key: String) -> Bool {
        self[key]?.bool == true
    }

    /// The address under a key, canonical.
    func address(_ key: String) -> JID? {
        self[key]?.string.flatMap { JID($0) }
    }

    /// Adds the value when there is one.
    mutating func append(_ key: String, known value: String?) {
        if let value { append(key, .string(value)) }
    }

    mutating func append(_ key: String, known value: Int64?) {
        if let value { append(key, .int(value)) }
    }

    /// Adds the value, or null: receivers find the field in any case.
    mutating func append(_ key: String, orNull value: String?) {
        append(key, value.map(JSON.string) ?? .null)
    }

    mutating func append(_ key: String, orNull value: Int64?) {
        append(key, value.map(JSON.int) ?? .null)
    }

    /// Adds the flag when it is up.
    mutating func append(_ key: String, raised flag: Bool) {
        if flag { append(key, .bool(true)) }
    }
}
