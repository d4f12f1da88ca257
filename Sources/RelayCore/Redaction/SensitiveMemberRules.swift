package import RelayJSON

/// Decides which members of a gateway's document are key material or credentials.
package enum SensitiveMemberRules {
    /// Whether a member is key material: its name ends in `key` in any spelling (`mediaKey`, `call_key`, `CallKey`), and
    /// its value is text or bytes. The key of a message (`key: {id, remoteJid}`) is a reference and no key material.
    package static func isKeyMaterial(_ name: String, _ value: JSON) -> Bool {
        let name = folded(name)
        return (name.hasSuffix("key") || name.hasSuffix("keys")) && isTextOrBytes(value)
    }

    /// Whether a member is key material, or a credential such as a password or a token.
    package static func isSecret(_ name: String, _ value: JSON) -> Bool {
        if isKeyMaterial(name, value) { return true }
        let name = folded(name)
        return credentials.contains(where: name.hasSuffix) && isTextOrBytes(value)
    }

    /// A name without differences of case and separators: `call_key` and `CallKey` are `callkey`.
    package static func folded(_ name: String) -> String {
        String(name.lowercased().filter { $0 != "_" && $0 != "-" })
    }

    private static let credentials = ["token", "secret", "password", "authorization", "credential", "credentials"]

    /// Whether a value is text, or bytes in one of the forms that gateways write: an array of numbers, an object with an
    /// index for each byte, `{"type": "Buffer", "data": …}`, or a list of such values.
    private static func isTextOrBytes(_ value: JSON) -> Bool {
        switch value {
        case .string: true
        case .array(let elements): !elements.isEmpty && elements.allSatisfy { $0.int != nil || isTextOrBytes($0) }
        case .object(let object): isBuffer(object) || isIndexed(object)
        default: false
        }
    }

    private static func isBuffer(_ object: JSONObject) -> Bool {
        guard let data = object["data"], object["type"] == "Buffer" || object.count == 1 else { return false }
        return data == [] || isTextOrBytes(data)
    }

    private static func isIndexed(_ object: JSONObject) -> Bool {
        !object.isEmpty && object.allSatisfy { Int($0.key) != nil && $0.value.int != nil }
    }
}
