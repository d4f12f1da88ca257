package import RelayCore
package import RelayJSON

/// Whose conversation it is: a person or a group, as Chatwoot knows contacts.
package struct ChatwootContact: Sendable, Hashable {
    /// The address, as the event has it.
    package let id: JID
    /// The contact's key in the inbox: `wa-5511999999999`. See ``ChatwootSourceID``.
    package let sourceID: String
    /// The contact's key in the account: the address. It is never rewritten.
    package let identifier: String
    /// At most 255 characters; never empty.
    package let name: String
    /// Whether the name is one, and not just a number in its place.
    package let isNamed: Bool
    /// `+` and digits; only of people whose phone is known.
    package let phone: String?
    /// The numbers that the same phone goes by, `phone` first: with and without Brazil's ninth digit, and so on.
    package let phoneVariants: [String]
    /// The hidden identity of the person, when the event tells it beside the phone.
    package let lid: JID?
    /// The picture's address; it expires.
    package let avatarURL: String?
    /// `custom_attributes`: texts only, at most 1500 characters each.
    package let attributes: JSONObject

    /// The key of the same person under the hidden identity: a contact that was made before the phone was known.
    package var lidSourceID: String? { lid.map(ChatwootSourceID.of) }

    /// The name to give a contact that has another one; nil: it keeps its own.
    /// - Parameter current: what the contact is called in Chatwoot.
    package func rename(from current: String, by policy: ContactNamePolicy) -> String? {
        guard isNamed, current != name else { return nil }
        switch policy {
        case .follow: return name
        case .never: return nil
        case .fill: return isPlaceholder(current) ? name : nil
        }
    }

    /// Whether somebody's name is only what stands where none is known.
    private func isPlaceholder(_ current: String) -> Bool {
        let ids = [id.user, identifier, sourceID] + [lid?.user, lid?.description, lidSourceID].compactMap { $0 }
        if current.allSatisfy(\.isWhitespace) || ids.contains(current) { return true }
        if NoticeLanguage.allCases.contains(where: {
            ContactNaming.placeholders(for: id, lid: lid, in: $0).contains(current)
        }) {
            return true
        }
        let digits = current.filter { !" +-().".contains($0) }
        return phoneVariants.contains("+" + digits)
    }
}
