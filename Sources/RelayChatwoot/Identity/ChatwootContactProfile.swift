package import RelayCore
package import RelayJSON

/// A contact of Chatwoot for a WhatsApp person or group.
package struct ChatwootContactProfile: Sendable, Hashable {
    /// The JID from the event.
    package let id: JID
    /// The contact's `source_id` in the inbox: `wa-5511999999999`. See ``ChatwootSourceID``.
    package let sourceID: String
    /// The contact's `identifier` in the account: the JID. It never changes.
    package let identifier: String
    /// At most 255 characters; never empty.
    package let name: String
    /// Whether ``name`` is a real name and not a placeholder such as a number.
    package let isNamed: Bool
    /// `+` and digits; nil when the phone number is unknown.
    package let phone: String?
    /// All spellings of the phone number, ``phone`` first: with and without Brazil's ninth digit, and so on.
    package let phoneVariants: [String]
    /// The person's LID, when the event contains it in addition to the phone number.
    package let lid: JID?
    /// The URL of the picture, which expires.
    package let avatarURL: String?
    /// `custom_attributes`: strings only, at most 1500 characters each.
    package let attributes: JSONObject

    /// The `source_id` of the same person by LID, for a contact that was created before the phone number was known.
    package var lidSourceID: String? { lid.map(ChatwootSourceID.of) }

    /// What identifies the person among deliveries that run at the same time: one key for all spellings of the phone
    /// number, and one for the LID.
    var exclusionKeys: Set<String> {
        var keys: Set = [phoneVariants.min() ?? id.description]
        if let lid { keys.insert(lid.description) }
        return keys
    }

    /// The same keys of a chat of which only the id is known.
    static func exclusionKeys(of chat: String) -> Set<String> {
        [JID(chat)?.phone.flatMap { PhoneNumberVariants.of($0).min() } ?? chat]
    }

    /// The new name for an existing contact; nil when it keeps its name.
    /// - Parameter current: the contact's name in Chatwoot.
    package func rename(from current: String, by policy: ContactNameUpdatePolicy) -> String? {
        guard isNamed, current != name else { return nil }
        switch policy {
        case .follow: return name
        case .never: return nil
        case .fill: return isPlaceholder(current) ? name : nil
        }
    }

    /// Whether a name is only a placeholder.
    private func isPlaceholder(_ current: String) -> Bool {
        let ids = [id.user, identifier, sourceID] + [lid?.user, lid?.description, lidSourceID].compactMap { $0 }
        if current.allSatisfy(\.isWhitespace) || ids.contains(current) { return true }
        if AgentNoticeLanguage.allCases.contains(where: {
            ContactNameFormatter.placeholders(for: id, lid: lid, in: $0).contains(current)
        }) {
            return true
        }
        let digits = current.filter { !" +-().".contains($0) }
        return phoneVariants.contains("+" + digits)
    }
}
