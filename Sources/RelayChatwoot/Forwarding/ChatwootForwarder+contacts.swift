internal import RelayCore
internal import RelayJSON

/// Finds or creates the contact of a chat.
extension ChatwootForwarder {
    /// The chat's mapping with a contact in it: from the ledger, found in Chatwoot, or created. A chat known under a hidden
    /// identity continues under the phone: in the same conversation, or with both contacts merged into one.
    func mapping(of contact: ChatwootContactProfile) async throws(ForwardError) -> ForwardedChatMapping {
        if let lid = contact.lid { try await merge(chatKey(lid.description), into: contact) }
        if let known = try await known(chatKey(contact)), known.contact != nil {
            return try await current(known, as: contact)
        }
        let inbox = try await asked { () throws(ChatwootError) in try await inboxes.inbox() }
        if let found = try await found(contact, in: inbox) { return try await bound(found, to: inbox, contact) }
        return try await made(contact, in: inbox)
    }

    // MARK: Finding

    /// The existing contact of the person: preferably the one with the `source_id` in this inbox, else any match.
    private func found(
        _ contact: ChatwootContactProfile, in inbox: ChatwootInboxResponse
    ) async throws(ForwardError) -> ChatwootContactResponse? {
        let identifiers = [contact.identifier, contact.lid?.description].compactMap(\.self)
        let candidates = try await asked { () throws(ChatwootError) in
            try await api.contacts(phones: contact.phoneVariants, identifiers: identifiers)
        }
        // Chatwoot's filter ignores case and matches loosely, so results are compared exactly.
        let matching = candidates.filter { candidate in
            identifiers.contains { $0 == candidate.identifier }
                || contact.phoneVariants.contains { $0 == candidate.phone }
        }
        return matching.first { $0.sources[inbox.id] == contact.sourceID }
            ?? matching.first { $0.sources[inbox.id] != nil }
            ?? matching.first { $0.phone == contact.phone && $0.phone != nil }
            ?? matching.first
    }

    /// An existing contact, with its `source_id` in this inbox.
    private func bound(
        _ record: ChatwootContactResponse, to inbox: ChatwootInboxResponse, _ contact: ChatwootContactProfile
    ) async throws(ForwardError) -> ForwardedChatMapping {
        if let source = record.sources[inbox.id] {
            let isWritten = try await enrich(record, with: contact)
            return try await kept(record.id, source: source, contact, isWritten: isWritten)
        }
        do {
            try await api.bind(record.id, to: inbox.id, as: contact.sourceID)
        } catch {
            // Another contact has the `source_id`: the public API returns which.
            guard error.status == 500, try await publicIdentifier() != nil else { throw .chatwoot(error) }
            return try await made(contact, in: inbox)
        }
        let isWritten = try await enrich(record, with: contact)
        return try await kept(record.id, source: contact.sourceID, contact, isWritten: isWritten)
    }

    // MARK: Creating

    /// The public API finds or makes, whoever else does the same at this moment; the other knows no key that is taken.
    private func made(_ contact: ChatwootContactProfile, in inbox: ChatwootInboxResponse) async throws(ForwardError)
        -> ForwardedChatMapping
    {
        var body: JSONObject = [
            "source_id": .string(contact.sourceID), "identifier": .string(contact.identifier),
            "name": .string(contact.name), "custom_attributes": .object(contact.attributes),
        ]
        if let phone = contact.phone { body["phone_number"] = .string(phone) }
        if let picture = contact.avatarURL { body["avatar_url"] = .string(picture) }
        let id: Int64
        do {
            id = try await create(body, in: inbox)
        } catch .chatwoot(let failure) where failure.code == .invalid {
            // What Chatwoot does not take must not keep the person from being seen.
            body["phone_number"] = nil
            body["avatar_url"] = nil
            body["name"] = .string(TextTruncation.text(contact.name, to: 100))
            id = try await create(body, in: inbox)
        }
        return try await kept(id, source: contact.sourceID, contact)
    }

    private func create(_ body: JSONObject, in inbox: ChatwootInboxResponse) async throws(ForwardError) -> Int64 {
        if let identifier = try await publicIdentifier() {
            do {
                return try await api.contact(body, inInbox: identifier)
            } catch {
                // An inbox that requires a signature (hmac_mandatory) answers 500, as does an internal error.
                guard error.status == 500, let id = try? await api.createContact(body, inbox: inbox.id).id else {
                    throw .chatwoot(error)
                }
                return id
            }
        }
        return try await asked { () throws(ChatwootError) in
            try await api.createContact(body, inbox: inbox.id).id
        }
    }

    private func publicIdentifier() async throws(ForwardError) -> String? {
        try await asked { () throws(ChatwootError) in try await inboxes.publicIdentifier() }
    }

    private func kept(
        _ id: Int64, source: String, _ contact: ChatwootContactProfile, isWritten: Bool = true
    ) async throws(ForwardError) -> ForwardedChatMapping {
        let mapping = ForwardedChatMapping(
            key: chatKey(contact), contact: id, contactSource: source, name: isWritten ? contact.name : nil,
            hasUnwrittenContact: !isWritten, updatedAt: clock.wall)
        try await record([.chat(mapping)])
        return mapping
    }
}
