/// What may be a key that signs deliveries.
package enum SigningKeyRules {
    /// Before the base64 of the key's bytes, as Standard Webhooks 1.0.0 writes keys.
    package static let prefix = "whsec_"

    /// The keys that sign a request at the same time, at most: the new one, and old ones during rotations. Receivers
    /// compare every signature of a request with each of their keys.
    package static let maximumActive = 3

    /// What the relay shows in place of a secret.
    private static let mark = "***"

    /// In characters.
    private static let maximumLength = 512

    /// What is wrong with a key, and what to write instead; nil when nothing is.
    package static func problem(with key: String) -> (message: String, help: String)? {
        if key == mark { return ("is ***, which stands for a secret that is not shown", "give the secret itself") }
        if key.isEmpty { return ("is empty", "give the secret, or remove the option") }
        guard key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return ("has a space, a control character or a letter beyond ASCII", "remove it")
        }
        guard key.utf8.count <= maximumLength else {
            return ("has more than \(maximumLength) characters", "give a shorter one")
        }
        guard key.hasPrefix(prefix) else { return nil }
        return isStandard(key.dropFirst(prefix.utf8.count))
            ? nil : ("is no key of Standard Webhooks", "write \(prefix) and the base64 of 24 to 64 bytes")
    }

    /// Whether a text is padded base64 in the standard alphabet, of as many bytes as Standard Webhooks asks for.
    private static func isStandard(_ text: Substring) -> Bool {
        guard text.utf8.count.isMultiple(of: 4), !text.contains("-"), !text.contains("_") else { return false }
        return (24...64).contains(Base64.decode(String(text))?.count ?? 0)
    }
}
