internal import RelayCore
internal import RelayJSON

/// Rules for contacts and their source ids in inboxes.
extension ChatwootDoubleState {
    typealias AttributeError = (attribute: String, message: String)

    /// The contact attributes in a request; nil for those that it does not contain.
    struct ContactChange {
        var name: String?
        var email: String??
        var phone: String??
        var identifier: String??
        var isBlocked: Bool?
        var additional: JSONObject?
        var custom: JSONObject?
        var avatarURL: String?

        init(name: String) { self.name = name }

        init(_ call: ChatwootDoubleRequest) {
            func value(_ key: String) -> String?? { call.has(key) ? .some(call.present(key)) : nil }
            name = call.has("name") ? call.text("name") ?? "" : nil
            email = value("email").map { $0?.lowercased() }
            phone = value("phone_number")
            identifier = value("identifier")
            isBlocked = call.flag("blocked")
            additional = call.object("additional_attributes")
            custom = call.object("custom_attributes")
            avatarURL = call.present("avatar_url")
        }

        func apply(to contact: inout ChatwootDouble.Contact) {
            if let name { contact.name = name }
            if let email { contact.email = email }
            if let phone { contact.phoneNumber = phone }
            if let identifier { contact.identifier = identifier }
            if let isBlocked { contact.isBlocked = isBlocked }
            for (key, value) in additional ?? [:] { contact.additionalAttributes[key] = value }
            for (key, value) in custom ?? [:] { contact.customAttributes[key] = value }
            if let avatarURL { contact.avatarURL = avatarURL }
        }
    }

    /// Validates a contact like its model does, including uniqueness by reading the table.
    ///
    /// - Throws: 422 with all invalid attributes; 500 when a race let a duplicate identifier reach the unique index.
    func validate(_ contact: Double.Contact, race: ChatwootDoubleRequest.ContactRace? = nil)
        throws(ChatwootDoubleRefusalError)
    {
        var errors: [AttributeError] = []
        let account = contact.accountID
        func isTaken(_ ids: Set<Int>) -> Bool { ids.contains { $0 != contact.id } }
        if let email = contact.email {
            if isTaken(contacts.ids(email: email, account: account)) {
                errors.append(("email", "Email has already been taken"))
            }
            if !email.contains("@") { errors.append(("email", "Email Invalid email")) }
        }
        if let identifier = contact.identifier,
            let other = contacts.first(identifier: identifier, account: account), other.id != contact.id
        {
            if race?.identifierIsFree == true { throw .exception }
            errors.append(("identifier", "Identifier has already been taken"))
        }
        if let phone = contact.phoneNumber {
            if race?.phoneIsFree != true, isTaken(contacts.ids(phone: phone, account: account)) {
                errors.append(("phone_number", "Phone number has already been taken"))
            }
            if !Self.isE164(phone) { errors.append(("phone_number", "Phone number should be in e164 format")) }
        }
        let columns = [
            ("name", "Name", contact.name), ("email", "Email", contact.email),
            ("phone_number", "Phone number", contact.phoneNumber), ("identifier", "Identifier", contact.identifier),
        ]
        for (attribute, label, value) in columns where (value?.unicodeScalars.count ?? 0) > 255 {
            errors.append((attribute, "\(label) is too long (maximum is 255 characters)"))
        }
        if !errors.isEmpty { throw .invalid(errors) }
    }

    /// `/\+[1-9]\d{1,14}\z/`: anchored only at the end, so text before the plus is accepted.
    static func isE164(_ phone: String) -> Bool {
        guard let plus = phone.lastIndex(of: "+") else { return false }
        let digits = phone[phone.index(after: plus)...].utf8
        let areDigits = digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return areDigits && (2...15).contains(digits.count) && digits.first != UInt8(ascii: "0")
    }

    /// What the uniqueness checks of a create would find now.
    func race(of call: ChatwootDoubleRequest) -> ChatwootDoubleRequest.ContactRace {
        let account =
            call.segments["account_id"].flatMap { Int($0) }
            ?? inboxes.values.first { $0.identifier == call.segments["inbox_identifier"] }?.accountID ?? 0
        let phone = call.present("phone_number")
        let identifier = call.present("identifier")
        return ChatwootDoubleRequest.ContactRace(
            phoneIsFree: phone.map { contacts.ids(phone: $0, account: account).isEmpty } ?? true,
            identifierIsFree: identifier.map { contacts.first(identifier: $0, account: account) == nil } ?? true
        )
    }

    mutating func insertContact(
        account: Int,
        _ change: ContactChange,
        race: ChatwootDoubleRequest.ContactRace? = nil
    ) throws(ChatwootDoubleRefusalError) -> Double.Contact {
        var contact = Double.Contact(id: 0, accountID: account, name: "", createdAt: now)
        change.apply(to: &contact)
        try validate(contact, race: race)
        contact = contact.numbered(nextID(.contact))
        contacts.put(contact)
        return contact
    }

    /// Binds a contact to an inbox. An existing binding is returned; without a source id, a random one is generated.
    ///
    /// - Returns: nil when another contact has the source id in this inbox.
    mutating func bind(contact: Int, inbox: Int, sourceID: String?) -> Double.ContactInbox? {
        if let sourceID, let found = contactInboxes.find(inbox: inbox, sourceID: sourceID) {
            return found.contactID == contact ? found : nil
        }
        let row = Double.ContactInbox(
            id: nextID(.contactInbox),
            contactID: contact,
            inboxID: inbox,
            sourceID: sourceID ?? nextUUID(),
            pubsubToken: nextToken(),
            createdAt: now
        )
        contactInboxes.put(row)
        return row
    }

    /// Deletes a contact and everything that belongs to it.
    mutating func destroyContact(_ id: Int) {
        for conversation in conversations.of(contact: id) {
            for message in conversations.messageIDs[conversation.id] ?? [] { messages[message] = nil }
            conversations.remove(conversation.id)
        }
        for row in contactInboxes.of(contact: id) { contactInboxes.remove(row.id) }
        contacts.remove(id)
    }

    /// Moves everything that belongs to one contact to another, fills the attributes that the other lacks, and deletes
    /// the first.
    mutating func merge(_ mergee: Double.Contact, into base: Double.Contact) -> Double.Contact {
        for conversation in conversations.of(contact: mergee.id) {
            conversations.move(conversation.id, toContact: base.id)
            for message in conversations.messageIDs[conversation.id] ?? []
            where messages[message]?.sender == .contact(mergee.id) {
                messages[message]?.sender = .contact(base.id)
            }
        }
        for var row in contactInboxes.of(contact: mergee.id) {
            contactInboxes.remove(row.id)
            row.contactID = base.id
            contactInboxes.put(row)
        }
        contacts.remove(mergee.id)
        var result = base
        if result.name.isEmpty { result.name = mergee.name }
        result.email = base.email ?? mergee.email
        result.phoneNumber = base.phoneNumber ?? mergee.phoneNumber
        result.identifier = base.identifier ?? mergee.identifier
        for (key, value) in mergee.additionalAttributes where !base.additionalAttributes.contains(key) {
            result.additionalAttributes[key] = value
        }
        for (key, value) in mergee.customAttributes where !base.customAttributes.contains(key) {
            result.customAttributes[key] = value
        }
        contacts.put(result)
        return result
    }
}

extension ChatwootDouble.Contact {
    func numbered(_ id: Int) -> Self {
        Self(
            id: id,
            accountID: accountID,
            name: name,
            email: email,
            phoneNumber: phoneNumber,
            identifier: identifier,
            isBlocked: isBlocked,
            additionalAttributes: additionalAttributes,
            customAttributes: customAttributes,
            createdAt: createdAt,
            lastActivityAt: lastActivityAt,
            avatarURL: avatarURL
        )
    }

    /// Whether lists and filters show the contact: one that only has a name is hidden.
    func isResolved(onlyLeads: Bool) -> Bool {
        email != nil || phoneNumber != nil || (!onlyLeads && identifier != nil)
    }
}
