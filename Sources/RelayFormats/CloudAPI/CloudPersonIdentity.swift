internal import RelayCore
internal import RelayJSON

/// One person, with all identifiers that a webhook contains for them.
struct CloudPersonIdentity {
    var identity: PersonIdentity
    /// The business-scoped user id.
    var userID: String?
    var parentUserID: String?
    var username: String?
    /// The name that the person chose in WhatsApp.
    var name: String?

    func append(to extra: inout JSONObject) {
        extra.append("userId", known: userID)
        extra.append("parentUserId", known: parentUserID)
        extra.append("username", known: username)
    }
}

/// The identifiers of a person in a message, status or call.
struct CloudPersonReference: Hashable {
    /// The JID of the phone number, or of the opaque id that replaces it.
    var jid: JID?
    var userID: String?
    var parentUserID: String?

    var isEmpty: Bool { jid == nil && userID == nil && parentUserID == nil }

    init(jid: JID?, userID: String? = nil, parentUserID: String? = nil) {
        self.jid = jid
        self.userID = userID
        self.parentUserID = parentUserID
    }

    /// - Parameters:
    ///   - field: the member with the phone number: `from`, `to`, `recipient_id` …
    ///   - prefix: the prefix of its user id members: `from_`, `to_`, `recipient_`, or empty.
    init(_ object: JSONObject, _ field: String, prefix: String = "") {
        self.init(
            jid: CloudJIDConverter.person(object[field]),
            userID: object.text("\(prefix)user_id"),
            // Meta uses both orders of the words.
            parentUserID: object.text("\(prefix)parent_user_id") ?? object.text("parent_\(prefix)user_id")
        )
    }
}

/// The `contacts` of a webhook's value: details about the people that the value mentions.
struct CloudContacts {
    private struct Contact {
        var reference: CloudPersonReference
        var username: String?
        var name: String?
    }

    private let contacts: [Contact]
    private var byJID: [JID: Int] = [:]
    private var byUserID: [String: Int] = [:]

    init(_ json: JSON?) {
        contacts = (json?.array ?? []).compactMap(\.object).map { contact in
            let profile = contact["profile"]?.object
            return Contact(
                reference: CloudPersonReference(contact, "wa_id"),
                username: profile?.text("username") ?? contact.text("username"),
                name: MessageFacts.name(profile?.text("name"))
            )
        }
        for (index, contact) in contacts.enumerated().reversed() {
            if let jid = contact.reference.jid { byJID[jid] = index }
            for id in [contact.reference.parentUserID, contact.reference.userID] {
                if let id { byUserID[id] = index }
            }
        }
    }

    /// The person that a reference identifies, with the details of the matching contact; nil when nobody is identified.
    /// - Parameters:
    ///   - username: the username next to the reference; it takes precedence over the contact's.
    ///   - isOnlyOne: whether a single contact always describes this person, because `wa_id` and `from` may differ.
    ///     Otherwise a single contact is used only for a reference without identifiers.
    func person(
        _ reference: CloudPersonReference, username: String? = nil, isOnlyOne: Bool = false
    ) -> CloudPersonIdentity? {
        let contact = contact(of: reference, isOnlyOne: isOnlyOne)
        let jids = [contact?.reference.jid, reference.jid].compactMap { $0 }
        let userID = reference.userID ?? contact?.reference.userID
        let parentUserID = reference.parentUserID ?? contact?.reference.parentUserID
        let id =
            jids.first(where: \.isPhone) ?? jids.first
            ?? (userID ?? parentUserID).flatMap(CloudJIDConverter.opaque)
        guard let id else { return nil }
        return CloudPersonIdentity(
            identity: PersonIdentity(id),
            userID: userID,
            parentUserID: parentUserID,
            username: username ?? contact?.username,
            name: contact?.name
        )
    }

    private func contact(of reference: CloudPersonReference, isOnlyOne: Bool) -> Contact? {
        let matches = [
            reference.jid.flatMap { byJID[$0] }, reference.userID.flatMap { byUserID[$0] },
            reference.parentUserID.flatMap { byUserID[$0] },
        ]
        if let index = matches.lazy.compactMap({ $0 }).first { return contacts[index] }
        guard contacts.count == 1, let contact = contacts.first, isOnlyOne || reference.isEmpty else { return nil }
        // Different user ids belong to different people.
        let isAnother = reference.userID != nil && contact.reference.userID != nil
        return isAnother ? nil : contact
    }
}
