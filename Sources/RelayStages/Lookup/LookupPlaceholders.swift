internal import RelayConfig
internal import RelayCore

/// The values of the placeholders in a lookup's templates, for one chat.
struct LookupPlaceholders: Sendable {
    static let names = ["session", "chat.id", "chat.user", "chat.phone", "chat.kind"]

    let chat: JID
    let values: [String: String]

    /// Nil when the key is neither a group nor a person.
    init?(_ key: DirectoryEntryKey) {
        guard let chat = JID(key.id), chat.isGroup || chat.isPhone || chat.isLID else { return nil }
        self.chat = chat
        var values = [
            "session": key.session, "chat.id": chat.description, "chat.user": chat.user,
            "chat.kind": chat.chatKind.rawValue,
        ]
        values["chat.phone"] = chat.phone
        self.values = values
    }

    /// The value, encoded for a URL.
    func encoded(_ name: String) -> String? {
        values[name].flatMap(PlaceholderTemplate.percentEncoded)
    }
}
