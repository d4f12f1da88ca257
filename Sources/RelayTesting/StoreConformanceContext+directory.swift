internal import RelayCore

extension StoreConformanceContext {
    private func write(_ records: HistoryChange...) async throws {
        let event = try await event()
        try await store.commit([EventProcessingResult(event: event.id, records: records)], at: now)
    }

    func remembersWhenGatewaysWereAsked() async throws {
        let (contactKey, groupKey) = (
            DirectoryEntryKey(session: "acct", id: "a@s.whatsapp.net"), DirectoryEntryKey(session: "acct", id: "g@g.us")
        )
        try await write(
            .contact(Contact(session: "acct", id: contactKey.id, imageURL: "u", updatedAt: now, checkedAt: now)),
            .group(Group(session: "acct", id: groupKey.id, imageURL: "u", updatedAt: now, checkedAt: now))
        )
        let later = now + .seconds(5)
        // A check without new data is recorded as well; an event does not count as a check.
        try await write(
            .contact(Contact(session: "acct", id: contactKey.id, updatedAt: later, checkedAt: later)),
            .group(Group(session: "acct", id: groupKey.id, updatedAt: later, checkedAt: later))
        )
        try await write(
            .contact(Contact(session: "acct", id: contactKey.id, pushName: "ana", updatedAt: later)),
            .group(Group(session: "acct", id: groupKey.id, name: "Team", updatedAt: later))
        )
        try equal(try await store.contacts([contactKey]).map(\.checkedAt), [later])
        try equal(try await store.groups([groupKey]).map(\.checkedAt), [later])

        try await write(.pictureChanged(contactKey), .pictureChanged(groupKey))
        let contact = try some(await store.contacts([contactKey]).first)
        let group = try some(await store.groups([groupKey]).first)
        try equal(contact.imageURL, nil, "the old picture")
        try equal(contact.checkedAt, nil)
        try equal(contact.pushName, "ana")
        try equal(group.imageURL, nil, "the old picture")
        try equal(group.checkedAt, nil)
        try equal(group.name, "Team")
    }

    func findsWhoIsBehindAHiddenIdentity() async throws {
        let lid = DirectoryEntryKey(session: "acct", id: "9@lid")
        func found(_ keys: DirectoryEntryKey...) async throws -> [String] {
            try await store.phones(ofLIDs: Set(keys)).values.sorted()
        }
        try equal(try await found(), [])
        try equal(try await found(lid), [])
        try await write(
            .contact(Contact(session: "acct", id: "1@s.whatsapp.net", lid: "9@lid", updatedAt: now)),
            .contact(Contact(session: "acct", id: "2@s.whatsapp.net", lid: "8@lid", updatedAt: now)),
            .contact(Contact(session: "b", id: "3@s.whatsapp.net", lid: "9@lid", updatedAt: now)),
            // A contact known only by its LID, reported later than the phone number.
            .contact(Contact(session: "acct", id: "9@lid", lid: "9@lid", updatedAt: now + .seconds(9)))
        )
        try equal(try await found(lid), ["1@s.whatsapp.net"])
        let other = DirectoryEntryKey(session: "acct", id: "8@lid")
        try equal(try await found(lid, other), ["1@s.whatsapp.net", "2@s.whatsapp.net"])
        let moved = Contact(session: "acct", id: "4@s.whatsapp.net", lid: "9@lid", updatedAt: now + .seconds(1))
        try await write(.contact(moved))
        try equal(try await found(lid), ["4@s.whatsapp.net"], "the one that was reported last")
    }
}
