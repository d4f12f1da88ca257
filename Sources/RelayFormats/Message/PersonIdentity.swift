internal import RelayCore
internal import RelayJSON

/// The JIDs of one person. WhatsApp increasingly identifies people by a hidden identity (LID, `@lid`), with or without
/// the JID of their phone number.
struct PersonIdentity: Hashable {
    /// The JID of the phone number when it is known, else any other JID. The digits of a LID never become a phone
    /// number.
    let id: JID
    /// The LID; nil when ``id`` is the LID itself or there is none.
    let lid: JID?

    /// - Parameters:
    ///   - primary: the JID that the gateway names first.
    ///   - alternates: other JIDs that it names for the same person.
    init?(_ primary: JID?, alternates: [JID?]) {
        self.init(primary) { isWanted in alternates.lazy.compactMap { $0 }.first(where: isWanted) }
    }

    /// - Parameters:
    ///   - primary: the JID that the gateway names first.
    ///   - names: the members of `object` that may have other JIDs of the same person.
    init?(_ primary: JID?, alternates names: [String], of object: JSONObject) {
        self.init(primary) { isWanted in
            for name in names {
                if let jid = object.jid(name), isWanted(jid) { return jid }
            }
            return nil
        }
    }

    /// - Parameter alternate: the first other JID that is wanted.
    private init?(_ primary: JID?, alternate: ((JID) -> Bool) -> JID?) {
        guard let primary else { return nil }
        if primary.isLID, let phone = alternate({ $0.isPhone }) {
            id = phone
            lid = primary
        } else {
            id = primary
            lid = primary.isPhone ? alternate { $0.isLID } : nil
        }
    }

    init(_ id: JID, lid: JID? = nil) {
        self.id = id
        self.lid = lid
    }

    /// Of two identities of the same person or chat, the first one; it is completed with the second one's phone JID
    /// when it has none.
    static func better(_ first: PersonIdentity?, _ second: PersonIdentity?) -> PersonIdentity? {
        guard let first, first.id.isLID, let second, second.id.isPhone else { return first ?? second }
        return PersonIdentity(second.id, lid: first.id)
    }
}

extension ChatKind {
    /// Whether several people write and read in this kind of chat.
    var hasMembers: Bool { self == .group || self == .status }
}
