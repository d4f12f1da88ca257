/// The contacts table, with indexes by id, phone number, identifier and e-mail.
struct ChatwootDoubleContactTable: Sendable {
    typealias Contact = ChatwootDouble.Contact

    struct Key: Hashable {
        let account: Int
        let value: String
    }

    private(set) var rows: [Int: Contact] = [:]
    private var phones: [Key: Set<Int>] = [:]
    /// By the identifier in lower case, like the filter compares.
    private var identifiers: [Key: Set<Int>] = [:]
    private var emails: [Key: Set<Int>] = [:]

    subscript(id: Int) -> Contact? { rows[id] }

    mutating func put(_ contact: Contact) {
        remove(contact.id)
        rows[contact.id] = contact
        index(contact) { $0.insert(contact.id) }
    }

    mutating func remove(_ id: Int) {
        guard let old = rows.removeValue(forKey: id) else { return }
        index(old) { $0.remove(id) }
    }

    private mutating func index(_ contact: Contact, _ change: (inout Set<Int>) -> Void) {
        func key(_ value: String) -> Key { Key(account: contact.accountID, value: value) }
        if let phone = contact.phoneNumber { change(&phones[key(phone), default: []]) }
        if let identifier = contact.identifier { change(&identifiers[key(identifier.lowercased()), default: []]) }
        if let email = contact.email { change(&emails[key(email.lowercased()), default: []]) }
    }

    func ids(phone: String, account: Int) -> Set<Int> { phones[Key(account: account, value: phone)] ?? [] }

    /// Ignores letter case, like the filter.
    func ids(identifierInAnyCase identifier: String, account: Int) -> Set<Int> {
        identifiers[Key(account: account, value: identifier.lowercased())] ?? []
    }

    func ids(email: String, account: Int) -> Set<Int> {
        emails[Key(account: account, value: email.lowercased())] ?? []
    }

    func first(phone: String, account: Int) -> Contact? {
        ids(phone: phone, account: account).min().flatMap { rows[$0] }
    }

    func first(identifier: String, account: Int) -> Contact? {
        ids(identifierInAnyCase: identifier, account: account).sorted().lazy.compactMap { rows[$0] }
            .first { $0.identifier == identifier }
    }

    func first(email: String, account: Int) -> Contact? {
        ids(email: email, account: account).min().flatMap { rows[$0] }
    }
}

/// The source ids of contacts in inboxes: `(inbox_id, source_id)` is unique.
struct ChatwootDoubleContactInboxTable: Sendable {
    typealias ContactInbox = ChatwootDouble.ContactInbox

    struct Key: Hashable {
        let inbox: Int
        let sourceID: String
    }

    private(set) var rows: [Int: ContactInbox] = [:]
    private var keys: [Key: Int] = [:]
    private var ofContact: [Int: [Int]] = [:]

    subscript(id: Int) -> ContactInbox? { rows[id] }

    mutating func put(_ row: ContactInbox) {
        remove(row.id)
        rows[row.id] = row
        keys[Key(inbox: row.inboxID, sourceID: row.sourceID)] = row.id
        ofContact[row.contactID, default: []].append(row.id)
    }

    mutating func remove(_ id: Int) {
        guard let old = rows.removeValue(forKey: id) else { return }
        keys[Key(inbox: old.inboxID, sourceID: old.sourceID)] = nil
        ofContact[old.contactID]?.removeAll { $0 == id }
    }

    func find(inbox: Int, sourceID: String) -> ContactInbox? {
        keys[Key(inbox: inbox, sourceID: sourceID)].flatMap { rows[$0] }
    }

    func of(contact: Int) -> [ContactInbox] { (ofContact[contact] ?? []).sorted().compactMap { rows[$0] } }
}

/// The conversations, each with its messages in order.
struct ChatwootDoubleConversationTable: Sendable {
    typealias Conversation = ChatwootDouble.Conversation

    struct Key: Hashable {
        let account: Int
        let displayID: Int
    }

    private(set) var rows: [Int: Conversation] = [:]
    private var displayed: [Key: Int] = [:]
    private var ofContact: [Int: [Int]] = [:]
    private var ofContactInbox: [Int: [Int]] = [:]
    /// Message ids in ascending order, by conversation.
    private(set) var messageIDs: [Int: [Int]] = [:]

    subscript(id: Int) -> Conversation? { rows[id] }

    mutating func insert(_ row: Conversation) {
        rows[row.id] = row
        displayed[Key(account: row.accountID, displayID: row.displayID)] = row.id
        ofContact[row.contactID, default: []].append(row.id)
        ofContactInbox[row.contactInboxID, default: []].append(row.id)
    }

    /// Updates a row whose contact and number are unchanged.
    mutating func update(_ row: Conversation) { rows[row.id] = row }

    mutating func move(_ id: Int, toContact contact: Int) {
        guard let old = rows[id]?.contactID else { return }
        ofContact[old]?.removeAll { $0 == id }
        ofContact[contact, default: []].append(id)
        rows[id]?.contactID = contact
    }

    mutating func remove(_ id: Int) {
        guard let old = rows.removeValue(forKey: id) else { return }
        displayed[Key(account: old.accountID, displayID: old.displayID)] = nil
        ofContact[old.contactID]?.removeAll { $0 == id }
        ofContactInbox[old.contactInboxID]?.removeAll { $0 == id }
        messageIDs[id] = nil
    }

    mutating func append(message: Int, to id: Int) { messageIDs[id, default: []].append(message) }

    func find(account: Int, displayID: Int) -> Conversation? {
        displayed[Key(account: account, displayID: displayID)].flatMap { rows[$0] }
    }

    func of(contact: Int) -> [Conversation] { (ofContact[contact] ?? []).compactMap { rows[$0] } }

    /// Oldest first.
    func of(contactInbox: Int) -> [Conversation] {
        (ofContactInbox[contactInbox] ?? []).sorted().compactMap { rows[$0] }
    }
}
