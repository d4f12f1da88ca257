package import RelayCore
internal import RelayJSON
internal import Synchronization

/// A cache of the directory: entries that were read lately, updated with what running pipelines have learned.
package final class DirectoryCache: ContactDirectorySnapshot {
    fileprivate struct State: Sendable {
        /// Of the phones: known pairs only. An unknown one may be learned at any moment, so it is looked up in the store
        /// each time.
        var entries: DirectoryEntryCache
        var isStale = false
    }

    private let state: Mutex<State>

    /// - Parameter capacity: entries of each kind; at most about twice as many are held.
    package init(capacity: Int = 20_000) {
        state = Mutex(State(entries: DirectoryEntryCache(capacity: capacity)))
    }

    package func contact(_ id: String, session: String) -> Contact? {
        state.withLock { $0.entries.contact(.contact(id, session: session)) ?? nil }
    }

    package func group(_ id: String, session: String) -> Group? {
        state.withLock { $0.entries.group(DirectoryEntryKey(session: session, id: id)) ?? nil }
    }

    /// Loads what the events' stages look up. What the store does not know is cached as unknown.
    package func load(for events: [Event], from history: any DirectoryReader) async throws(StoreError) {
        // Hidden identities are resolved first: they decide whose names are needed.
        let lids = missingLIDs(for: events)
        if !lids.isEmpty {
            let found = try await history.phones(ofLIDs: lids)
            state.withLock { state in
                for (key, phone) in found { state.entries.keep(phone: phone, for: key) }
            }
        }
        let (contacts, groups) = missing(for: events.map(identified))
        if !contacts.isEmpty {
            let found = try await history.contacts(contacts)
            state.withLock { state in
                for key in contacts { state.entries.keep(nil as Contact?, for: key) }
                for contact in found {
                    state.entries.keep(contact, for: .contact(contact.id, session: contact.session))
                }
            }
        }
        if !groups.isEmpty {
            let found = try await history.groups(groups)
            state.withLock { state in
                for key in groups { state.entries.keep(nil as Group?, for: key) }
                for group in found {
                    state.entries.keep(group, for: DirectoryEntryKey(session: group.session, id: group.id))
                }
            }
        }
    }

    /// Caches everything that the events' stages look up as unknown, so that only what is learned is seen.
    package func expect(_ events: [Event]) {
        let (contacts, groups) = missing(for: events)
        state.withLock { state in
            for key in contacts { state.entries.keep(nil as Contact?, for: key) }
            for key in groups { state.entries.keep(nil as Group?, for: key) }
        }
    }

    /// The event with hidden identities replaced by the phones that are known to be behind them.
    package func identified(_ event: Event) -> Event {
        LIDResolver.resolve(event) { phone(ofLID: $0, session: event.session) }
    }

    func missingLIDs(for events: some Sequence<Event>) -> Set<DirectoryEntryKey> {
        var lids: Set<DirectoryEntryKey> = []
        for event in events {
            for lid in event.people where ChatIDRules.isLID(lid) {
                lids.insert(DirectoryEntryKey(session: event.session, id: lid))
            }
            for lid in LIDResolver.namedLIDs(in: event.payload) {
                lids.insert(DirectoryEntryKey(session: event.session, id: lid))
            }
        }
        guard !lids.isEmpty else { return [] }
        return state.withLock { state in
            state.forgetIfStale()
            return lids.filter { state.entries.phone($0) == nil }
        }
    }

    /// What the events' stages look up and is not in the cache.
    func missing(for events: some Sequence<Event>) -> (contacts: Set<DirectoryEntryKey>, groups: Set<DirectoryEntryKey>)
    {
        var contacts: Set<DirectoryEntryKey> = []
        var groups: Set<DirectoryEntryKey> = []
        state.withLock { state in
            state.forgetIfStale()
            for event in events {
                for id in event.people {
                    var id = id
                    if ChatIDRules.isLID(id),
                        let phone = state.entries.phone(DirectoryEntryKey(session: event.session, id: id))
                    {
                        id = phone
                    }
                    if id.hasASCIISuffix("@g.us") {
                        let key = DirectoryEntryKey(session: event.session, id: id)
                        if state.entries.group(key) == nil { groups.insert(key) }
                    } else {
                        let key = DirectoryEntryKey.contact(id, session: event.session)
                        if state.entries.contact(key) == nil { contacts.insert(key) }
                    }
                }
            }
        }
        return (contacts, groups)
    }

    /// Adds what the store has; nil: it knows none.
    func insert(_ contact: Contact?, for key: DirectoryEntryKey) {
        state.withLock { $0.entries.keep(contact, for: key) }
    }

    /// Adds what the store has; nil: it knows none.
    func insert(_ group: Group?, for key: DirectoryEntryKey) { state.withLock { $0.entries.keep(group, for: key) } }

    /// Adds a known pair.
    func insert(_ phone: String, ofLID key: DirectoryEntryKey) {
        state.withLock { $0.entries.keep(phone: phone, for: key) }
    }

    /// The phone's JID of a person whom an event names by a hidden identity; nil when it is not known.
    package func phone(ofLID lid: String, session: String) -> String? {
        state.withLock { $0.entries.phone(DirectoryEntryKey(session: session, id: lid)) }
    }

    /// Updates the cache with what a pipeline has just learned, so that the next event sees it before it is committed.
    /// - Returns: the records that say something new. A sender's name comes with every message.
    @discardableResult
    package func learn(_ records: [HistoryChange]) -> [HistoryChange] {
        state.withLock { state in
            records.filter { record in
                switch record {
                case .contact(let contact):
                    let isNews = state.link(contact)
                    let key = DirectoryEntryKey.contact(contact.id, session: contact.session)
                    // An entry that is not at hand is left to be loaded whole. A large group's members are told again
                    // and again, and mostly are links that are known.
                    guard let present = state.entries.contact(key) else { return isNews || !contact.isLinkOnly }
                    let merged = present?.merged(with: contact) ?? contact
                    guard merged.says(more: present) else { return false }
                    state.entries.keep(merged, for: key)
                case .group(let group):
                    let key = DirectoryEntryKey(session: group.session, id: group.id)
                    guard let present = state.entries.group(key) else { return true }
                    let merged = present?.merged(with: group) ?? group
                    guard merged.says(more: present) else { return false }
                    state.entries.keep(merged, for: key)
                case .pictureChanged(let key):
                    if var contact = state.entries.contact(key) ?? nil {
                        contact.forgetPicture()
                        state.entries.keep(contact, for: key)
                    }
                    if var group = state.entries.group(key) ?? nil {
                        group.forgetPicture()
                        state.entries.keep(group, for: key)
                    }
                default:
                    break
                }
                return true
            }
        }
    }

    /// Forgets what ``learn(_:)`` took from records that are not stored after all.
    func forget(_ records: [HistoryChange]) {
        state.withLock { state in
            for record in records {
                switch record {
                case .contact(let contact):
                    state.entries.forgetContact(.contact(contact.id, session: contact.session))
                    guard let lid = contact.lid else { break }
                    state.entries.forgetPhone(DirectoryEntryKey(session: contact.session, id: lid))
                case .group(let group):
                    state.entries.forgetGroup(DirectoryEntryKey(session: group.session, id: group.id))
                case .pictureChanged(let key):
                    state.entries.forgetContact(key)
                    state.entries.forgetGroup(key)
                default: break
                }
            }
        }
    }

    /// Forgets everything with the next batch, after data was deleted under it or could not be written. Not at once:
    /// the batch at hand was loaded for and goes on with what it has.
    package func forget() {
        state.withLock { $0.isStale = true }
    }
}

extension DirectoryCache.State {
    /// Notes which phone is behind a hidden identity. False when that was known, or none is told.
    @discardableResult
    fileprivate mutating func link(_ contact: Contact) -> Bool {
        guard let pair = IdentityPair(contact.lid, contact.id) else { return false }
        let key = DirectoryEntryKey(session: contact.session, id: pair.lid)
        guard entries.phone(key).map(ChatIDRules.canonical) != ChatIDRules.canonical(pair.phone) else { return false }
        entries.keep(phone: pair.phone, for: key)
        return true
    }

    fileprivate mutating func forgetIfStale() {
        guard isStale else { return }
        entries.removeAll()
        isStale = false
    }
}

extension Event {
    /// Whom stages may look up: the chat and the author, and the people whom the content names.
    fileprivate var people: [String] {
        var people = payload.namedPeople
        if let chat { people.append(chat) }
        if case .string(let author) = payload["participant"] { people.append(author) }
        return people
    }
}

extension DirectoryEntryKey {
    /// The key of a contact in the cache: the same for both spellings of a phone number.
    fileprivate static func contact(_ id: String, session: String) -> DirectoryEntryKey {
        DirectoryEntryKey(session: session, id: ChatIDRules.canonical(id))
    }
}

extension Contact {
    fileprivate mutating func forgetPicture() {
        imageURL = nil
        checkedAt = nil
    }

    /// Whether it tells nothing but the hidden identity.
    fileprivate var isLinkOnly: Bool {
        lid != nil && checkedAt == nil && [name, pushName, verifiedName, imageURL].allSatisfy { $0 == nil }
    }

    fileprivate func says(more old: Contact?) -> Bool {
        guard var old else { return true }
        old.updatedAt = updatedAt
        return self != old
    }
}

extension Group {
    fileprivate mutating func forgetPicture() {
        imageURL = nil
        checkedAt = nil
    }

    fileprivate func says(more old: Group?) -> Bool {
        guard var old else { return true }
        old.updatedAt = updatedAt
        return self != old
    }
}
