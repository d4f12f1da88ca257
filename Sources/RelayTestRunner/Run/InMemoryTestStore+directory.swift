internal import RelayCore
internal import Synchronization

extension InMemoryTestStore: DirectoryReader {
    func contacts(_ ids: Set<DirectoryEntryKey>) async throws(StoreError) -> [Contact] {
        ids.compactMap { key in
            let id = ChatIDRules.canonical(key.id)
            let learned = state.withLock { $0.contacts[DirectoryEntryKey(session: key.session, id: id)] }
            let known = contacts.first { ChatIDRules.canonical($0.contact.id) == id && $0.isKnown(in: key.session) }?
                .contact
            return (known?.merged(withLearned: learned) ?? learned)?.of(key.session)
        }
    }

    func groups(_ ids: Set<DirectoryEntryKey>) async throws(StoreError) -> [Group] {
        ids.compactMap { key in
            let learned = state.withLock { $0.groups[key] }
            var group = groups.first { $0.group.id == key.id && $0.isKnown(in: key.session) }?.group
            if let learned { group = group?.merged(with: learned) ?? learned }
            group?.session = key.session
            return group
        }
    }

    func phones(ofLIDs lids: Set<DirectoryEntryKey>) async throws(StoreError) -> [DirectoryEntryKey: String] {
        state.withLock { state in
            var phones: [DirectoryEntryKey: String] = [:]
            for key in lids { phones[key] = state.phone(ofLID: key.id, session: key.session) }
            return phones
        }
    }
}

extension KnownContact {
    func isKnown(in session: String) -> Bool { self.session == nil || self.session == session }
}

extension KnownGroup {
    func isKnown(in session: String) -> Bool { self.session == nil || self.session == session }
}

extension Contact {
    fileprivate func merged(withLearned learned: Contact?) -> Contact { learned.map(merged(with:)) ?? self }

    fileprivate func of(_ session: String) -> Contact {
        var contact = self
        contact.session = session
        return contact
    }
}

extension InMemoryTestStore: LateMediaQueue {
    func lateMedia(limit: Int) async throws(StoreError) -> [LateMedia] {
        state.withLock { Array($0.lateMedia.sorted { ($0.dueAt, $0.event) < ($1.dueAt, $1.event) }.prefix(limit)) }
    }

    func postpone(_ media: LateMedia) async throws(StoreError) {
        state.withLock { state in
            guard let index = state.lateMedia.firstIndex(where: { $0.event == media.event }) else { return }
            state.lateMedia[index] = media
        }
    }

    func settleLateMedia(
        of event: EventID,
        announcing announcement: ParsedEvent?,
        source: String,
        at moment: Timestamp
    ) async throws(StoreError) {
        state.withLock { $0.lateMedia.removeAll { $0.event == event } }
        if let announcement { take([announcement], source: source, at: moment) }
    }
}
