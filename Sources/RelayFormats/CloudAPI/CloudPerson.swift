internal import RelayCore
internal import RelayJSON

/// A person, under all the names that a webhook has for them.
struct CloudPerson {
    var identity: PersonIdentity
    /// The business-scoped user id.
    var userID: String?
    var parentUserID: String?
    var username: String?
    /// The name that the person chose.
    var name: String?

    func append(to extra: inout JSONObject) {
        extra.append("userId", known: userID)
        extra.append("parentUserId", known: parentUserID)
        extra.append("username", known: username)
    }
}

/// How a message, status or call names a person.
struct CloudReference: Hashable {
    /// The phone number, or whatever stands in its place.
    var address: JID?
    var userID: String?
    var parentUserID: String?

    var isEmpty: Bool { address == nil && userID == nil && parentUserID == nil }

    init(address: JID?, userID: String? = nil, parentUserID: String? = nil) {
        self.address = address
        self.userID = userID
        self.parentUserID = parentUserID
    }

    /// - Parameters:
    ///   - field: where the phone number is: `from`, `to`, `recipient_id` …
    ///   - prefix: what its user ids begin with: `from_`, `to_`, `recipient_`, or nothing.
    init(_ object: JSONObject, _ field: String, prefix: String = "") {
        self.init(
            address: CloudAddress.person(object[field]),
            userID: object.text("\(prefix)user_id"),
            // Meta has written it both ways round.
            parentUserID: object.text("\(prefix)parent_user_id") ?? object.text("parent_\(prefix)user_id")
        )
    }
}

/// The `contacts` that a value has for the people in it.
struct CloudContacts {
    private struct Contact {
        var reference: CloudReference
        var username: String?
        var name: String?
    }

    private let contacts: [Contact]
    private var byAddress: [JID: Int] = [:]
    private var byUserID: [String: Int] = [:]

    init(_ json: JSON?) {
        contacts = (json?.array ?? []).compactMap(\.object).map { contact in
            let profile = contact["profile"]?.object
            return Contact(
                reference: CloudReference(contact, "wa_id"),
                username: profile?.text("username") ?? contact.text("username"),
                name: MessageFacts.name(profile?.text("name"))
            )
        }
        for (index, contact) in contacts.enumerated().reversed() {
            if let address = contact.reference.address { byAddress[address] = index }
            for id in [contact.reference.parentUserID, contact.reference.userID] {
                if let id { byUserID[id] = index }
            }
        }
    }

    /// The person that a reference names, with what the contact that belongs to it tells; nil when nobody is named.
    /// - Parameters:
    ///   - username: what stands beside the reference; it wins over the contact's.
    ///   - isOnlyOne: whether an only contact is this person in any case: `wa_id` and `from` may differ. Otherwise it is
    ///     only for a reference that names nobody.
    func person(
        _ reference: CloudReference, username: String? = nil, isOnlyOne: Bool = false
    ) -> CloudPerson? {
        let contact = contact(of: reference, isOnlyOne: isOnlyOne)
        let addresses = [contact?.reference.address, reference.address].compactMap { $0 }
        let userID = reference.userID ?? contact?.reference.userID
        let parentUserID = reference.parentUserID ?? contact?.reference.parentUserID
        let id =
            addresses.first(where: \.isPhone) ?? addresses.first
            ?? (userID ?? parentUserID).flatMap(CloudAddress.opaque)
        guard let id else { return nil }
        return CloudPerson(
            identity: PersonIdentity(id),
            userID: userID,
            parentUserID: parentUserID,
            username: username ?? contact?.username,
            name: contact?.name
        )
    }

    private func contact(of reference: CloudReference, isOnlyOne: Bool) -> Contact? {
        let matches = [
            reference.address.flatMap { byAddress[$0] }, reference.userID.flatMap { byUserID[$0] },
            reference.parentUserID.flatMap { byUserID[$0] },
        ]
        if let index = matches.lazy.compactMap({ $0 }).first { return contacts[index] }
        guard contacts.count == 1, let contact = contacts.first, isOnlyOne || reference.isEmpty else { return nil }
        // Two user ids are two people.
        let isAnother = reference.userID != nil && contact.reference.userID != nil
        return isAnother ? nil : contact
    }
}
