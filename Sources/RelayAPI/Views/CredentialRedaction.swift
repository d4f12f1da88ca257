/// Replaces credentials in responses.
enum CredentialRedaction {
    static let mark = "***"

    private static let credentialWords = [
        "auth", "cookie", "credential", "jwt", "key", "password", "secret", "signature", "token",
    ]

    /// A header's value, redacted when the header's name suggests a credential.
    static func header(_ name: String, _ value: String) -> String {
        let name = name.lowercased()
        return credentialWords.contains { name.contains($0) } ? mark : value
    }
}
