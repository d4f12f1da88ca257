internal import RelayCore

/// Who is who: hidden identities and the phones behind them. Events are resolved here in the order of acceptance, before
/// their deduplication keys, lanes and history rows are made.
extension StoreWriter {
    // MARK: Look-up

    /// The phone's JID behind a hidden identity, as a gateway wrote it; nil when it is not known.
    func phone(ofLID lid: String, session: String) throws -> String? {
        let key = DirectoryEntryKey(session: session, id: lid)
        if let known = identities[key] { return known }
        let stored = try statements.findPhone.first(.text(session), .text(lid)) { $0.optionalText(0) }
        guard let phone = stored.flatMap(\.self) else { return nil }
        identities[key] = phone
        return phone
    }

    /// The id under which the rows of a chat or contact are kept.
    func currentID(_ id: String, session: String) throws -> String {
        guard ChatIDRules.isLID(id) else { return ChatIDRules.canonical(id) }
        return ChatIDRules.canonical(try phone(ofLID: id, session: session) ?? id)
    }

    /// The lane of a delivery. One that was planned before its chat's phone was known is in the phone's lane.
    func currentLane(_ lane: String?, session: String, chat: String?) throws -> String? {
        guard let lane, let chat, ChatIDRules.isLID(chat), lane == DeliveryLaneName.text(session: session, chat: chat),
            let phone = try phone(ofLID: chat, session: session)
        else { return lane }
        return DeliveryLaneName.text(session: session, chat: phone)
    }

    // MARK: Acceptance

    /// An event with its hidden identities replaced by phones, as far as they are known.
    func resolved(_ entry: EncodedJournalEntry) throws -> EncodedJournalEntry {
        guard !entry.lids.isEmpty else { return entry }
        let session = entry.event.session
        var event = entry.event
        event.chat = try LIDResolver.resolve(chat: event.chat, payload: &event.payload) {
            try phone(ofLID: $0, session: session)
        }
        event.dedupKey = try event.dedupKey.map { key in
            try LIDResolver.canonicalKey(key) { try phone(ofLID: $0, session: session) }
        }
        // Encoded anew only where something was replaced.
        return event == entry.event ? entry : EncodedJournalEntry(event, source: entry.source)
    }

    /// Notes hidden identities without a phone under which an event was accepted, and what must change when the phone
    /// becomes known.
    func noteUnresolved(_ entry: EncodedJournalEntry, as id: Int64) throws {
        let event = entry.event
        for lid in LIDResolver.lids(chat: event.chat, payload: event.payload) {
            try statements.insertIdentity.run(.text(event.session), .text(lid))
        }
        guard let key = event.dedupKey else { return }
        for lid in Set(LIDResolver.lids(inKey: key)) {
            try statements.insertIdentity.run(.text(event.session), .text(lid))
            try statements.insertUnresolvedKey.run(
                .text(event.session), .text(lid), .int(id), .text(entry.source), .text(key))
        }
    }

    // MARK: Learning

    /// Stores who is behind a hidden identity. Where events were accepted under it before, what they left is joined to
    /// the phone's, and `contact.identified` is accepted.
    func learn(_ pair: IdentityPair, session: String, source: String, at moment: Timestamp) throws {
        let key = DirectoryEntryKey(session: session, id: pair.lid)
        if let known = identities[key], ChatIDRules.canonical(known) == ChatIDRules.canonical(pair.phone) { return }
        let row = try statements.findPhone.first(.text(session), .text(pair.lid)) { $0.optionalText(0) }
        identities[key] = pair.phone
        // Only the spelling is different: the first one stays.
        if let known = row.flatMap(\.self), ChatIDRules.canonical(known) == ChatIDRules.canonical(pair.phone) {
            identities[key] = known
            return
        }
        try statements.setPhone.run(.text(session), .text(pair.lid), .text(pair.phone))
        guard let row, row == nil else { return }
        try writeDeferredHistory()
        noteSharedChange()
        let phone = ChatIDRules.canonical(pair.phone)
        let joins = IdentityJoins(database)
        try joinKeys(of: pair.lid, session: session)
        try joinLanes(of: pair.lid, phone, session: session, joins, at: moment)
        try joins.joinChats(session: session, from: pair.lid, to: phone)
        try joins.joinContacts(session: session, from: pair.lid, to: phone)
        chatNumbers.removeAll()
        writtenContacts.removeAll()
        lanes.removeAll()
        processor?.join(session: session, lid: pair.lid, phone: phone)
        let news = ParsedEvent.contactIdentified(pair, session: session, at: moment)
        let event = Event(news, id: EventID(try ids.nextEvent(at: moment)), source: source, receivedAt: moment)
        try insert(EncodedJournalEntry(news, source: source), as: event)
    }

    /// The deduplication keys of a hidden identity become the phone's.
    private func joinKeys(of lid: String, session: String) throws {
        let rows = try database.prepared(
            "SELECT event_id, source, key FROM unresolved_keys WHERE session = ? AND lid = ? ORDER BY event_id"
        ).all([.text(session), .text(lid)]) { (event: $0.int(0), source: $0.text(1), key: $0.text(2)) }
        for row in rows {
            let key = try LIDResolver.canonicalKey(row.key) { try phone(ofLID: $0, session: session) }
            let digest = EncodedJournalEntry.digest(source: row.source, session: session, key: key)
            try database.run(
                "UPDATE unresolved_keys SET key = ?3 WHERE session = ?1 AND event_id = ?2",
                .text(session), .int(row.event), .text(key)
            )
            // Where the phone has the key already, that one stays, with the higher rank.
            try database.run(
                """
                UPDATE dedup SET rank = o.rank FROM (SELECT rank FROM dedup WHERE event_id = ?1) o
                WHERE key = ?2 AND event_id <> ?1 AND ifnull(o.rank, -1) > ifnull(dedup.rank, -1)
                """,
                .int(row.event), .blob(digest)
            )
            try database.run(
                """
                UPDATE dedup SET key = ?2 WHERE event_id = ?1 AND NOT EXISTS (SELECT 1 FROM dedup WHERE key = ?2)
                """, .int(row.event), .blob(digest))
        }
        try database.run("DELETE FROM unresolved_keys WHERE session = ? AND lid = ?", .text(session), .text(lid))
    }

    private func joinLanes(
        of lid: String, _ phone: String, session: String, _ joins: IdentityJoins, at moment: Timestamp
    ) throws {
        let (old, new) = (
            DeliveryLaneName.text(session: session, chat: lid), DeliveryLaneName.text(session: session, chat: phone)
        )
        for destination in try destinations()
        where try joins.joinLanes(of: destination.text, from: old, to: new) {
            if let head = try head(of: new, destination), let due = head.due {
                try statements.setDue.run(.int(min(due.milliseconds, head.due(from: moment))), .int(head.id))
            }
            laneChanged(new, of: destination)
            wake(destination)
        }
    }
}
