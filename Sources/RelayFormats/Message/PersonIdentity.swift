internal import RelayCore

/// One person under their addresses. WhatsApp names people by hidden identities (`@lid`) more and more, and tells the
/// phone's address beside it, or not.
struct PersonIdentity: Hashable {
    /// The phone's address when it is known, else whatever address there is. Digits of a hidden identity never become
    /// a phone number.
    let id: JID
    /// The hidden identity, when the id is not that itself.
    let lid: JID?

    /// - Parameters:
    ///   - primary: the address that the gateway put first.
    ///   - alternates: others that it names for the same person.
    init?(_ primary: JID?, alternates: [JID?]) {
        guard let primary else { return nil }
        if primary.isLID, let phone = alternates.lazy.compactMap({ $0 }).first(where: \.isPhone) {
            id = phone
            lid = primary
        } else {
            id = primary
            lid = primary.isPhone ? alternates.lazy.compactMap { $0 }.first(where: \.isLID) : nil
        }
    }

    init(_ id: JID, lid: JID? = nil) {
        self.id = id
        self.lid = lid
    }

    /// Of two for the same person or chat the first, with the phone's address from the second when only that has it.
    static func better(_ first: PersonIdentity?, _ second: PersonIdentity?) -> PersonIdentity? {
        guard let first, first.id.isLID, let second, second.id.isPhone else { return first ?? second }
        return PersonIdentity(second.id, lid: first.id)
    }
}

extension ChatKind {
    /// Whether what is in it is written, and read, by several people.
    var hasMembers: Bool { self == .group || self == .status }
}
