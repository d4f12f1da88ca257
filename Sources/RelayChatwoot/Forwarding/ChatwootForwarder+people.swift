internal import RelayCore
internal import RelayJSON

/// Applies changes of WhatsApp contacts to existing Chatwoot contacts.
extension ChatwootForwarder {
    /// Adds what WhatsApp tells to a contact that was there before, by the policy for names.
    /// - Returns: whether it was written.
    func enrich(_ record: ChatwootContactResponse, with contact: ChatwootContactProfile) async throws(ForwardError)
        -> Bool
    {
        var body: JSONObject = ["custom_attributes": .object(contact.attributes)]
        if let name = contact.rename(from: record.name, by: options.contactNames) { body["name"] = .string(name) }
        // Somebody who was known by a hidden identity goes on under the phone.
        if record.identifier == nil || record.identifier == contact.lid?.description {
            body["identifier"] = .string(contact.identifier)
        }
        if record.phone == nil, let phone = contact.phone { body["phone_number"] = .string(phone) }
        if let picture = contact.avatarURL { body["avatar_url"] = .string(picture) }
        return try await update(record.id, body)
    }

    /// Gives somebody who was known by a hidden identity, or another number, the phone's JID.
    /// - Returns: whether it was written.
    func identify(_ id: Int64, as contact: ChatwootContactProfile) async throws(ForwardError) -> Bool {
        var body: JSONObject = [
            "identifier": .string(contact.identifier), "custom_attributes": .object(contact.attributes),
        ]
        if let phone = contact.phone { body["phone_number"] = .string(phone) }
        return try await update(id, body)
    }

    /// The chat's mapping after its contact was brought up to date: all of it after an update that failed, otherwise only
    /// a new name.
    func current(_ mapping: ForwardedChatMapping, as contact: ChatwootContactProfile) async throws(ForwardError)
        -> ForwardedChatMapping
    {
        guard mapping.hasUnwrittenContact, let id = mapping.contact else {
            return try await named(mapping, as: contact)
        }
        let record: ChatwootContactResponse
        do {
            record = try await api.contact(id)
        } catch {
            // A missing contact is detected when the message is posted.
            if error.code != .gone { try failed(error) }
            return mapping
        }
        guard try await enrich(record, with: contact) else { return mapping }
        var mapping = mapping
        mapping.hasUnwrittenContact = false
        mapping.name = contact.name
        mapping.updatedAt = clock.wall
        try await self.record([.chat(mapping)])
        return mapping
    }

    /// A new name reaches Chatwoot with the next message.
    func named(_ mapping: ForwardedChatMapping, as contact: ChatwootContactProfile) async throws(ForwardError)
        -> ForwardedChatMapping
    {
        guard let id = mapping.contact, contact.isNamed, options.contactNames != .never, mapping.name != contact.name
        else {
            return mapping
        }
        // A missing contact is detected when the message is posted.
        guard let record = try? await api.contact(id) else { return mapping }
        var mapping = mapping
        if let name = contact.rename(from: record.name, by: options.contactNames),
            try await !update(id, ["name": .string(name)])
        {
            mapping.hasUnwrittenContact = true
        } else {
            mapping.name = contact.name
        }
        mapping.updatedAt = clock.wall
        try await self.record([.chat(mapping)])
        return mapping
    }

    /// What `contact.updated` and `group.updated` tell of somebody whom Chatwoot knows.
    func change(_ contact: ChatwootContactProfile?, _ news: ContactChange) async throws(ForwardError) {
        guard let contact else { return }
        if let previous = news.previous { try await merge(chatKey(previous), into: contact) }
        guard let mapping = try await known(chatKey(contact)), let id = mapping.contact else { return }
        var body: JSONObject = ["custom_attributes": .object(contact.attributes)]
        if let picture = contact.avatarURL { body["avatar_url"] = .string(picture) }
        let isWritten = try await update(id, body)
        if news.isPictureRemoved { try? await api.removeAvatar(of: id) }
        if isWritten {
            _ = try await current(mapping, as: contact)
        } else {
            try await keepUnwritten(mapping)
        }
    }

    /// A person's new number, or the phone behind a hidden identity: one contact of the two, with all their
    /// conversations. Without a mapping there is nothing to merge.
    func merge(_ previous: ForwardedChatMapping.Key, into contact: ChatwootContactProfile) async throws(ForwardError) {
        guard let old = try await known(previous), let mergee = old.contact else { return }
        let rename = ForwardingLedgerChange.rename(old.key, to: chatKey(contact).chat)
        guard let new = try await known(chatKey(contact)), let base = new.contact else {
            var mapping = old
            mapping.key = chatKey(contact)
            if try await !identify(mergee, as: contact) { mapping.hasUnwrittenContact = true }
            return try await record([rename, .chat(mapping)])
        }
        if base != mergee {
            do {
                try await api.merge(mergee, into: base)
            } catch {
                // The two stay apart until the next message.
                guard error.code == .gone || error.code == .invalid else { return try failed(error) }
            }
        }
        try await record([rename])
    }

    /// Updates a contact. A contact that cannot be updated is no reason to lose a message: the failure is reported, and
    /// attributes that Chatwoot does not take, such as a number that another contact has, are left out.
    /// - Returns: whether it was written; false: it is to be written again with the next message.
    private func update(_ id: Int64, _ body: JSONObject) async throws(ForwardError) -> Bool {
        do {
            try await api.updateContact(id, body)
            return true
        } catch {
            // A missing contact is detected when the message is posted.
            if error.code == .gone { return true }
            try failed(error)
            var rest = body
            for attribute in error.attributes.union(["phone_number", "identifier"]) { rest[attribute] = nil }
            guard error.code == .invalid, !rest.isEmpty, rest.count < body.count else { return false }
            do {
                try await api.updateContact(id, rest)
                return true
            } catch {
                try failed(error)
                return false
            }
        }
    }

    /// Reports a failed change of a contact beside the attempt.
    /// - Throws: the error when the attempt itself was cancelled.
    private func failed(_ error: ChatwootError) throws(ForwardError) {
        if error.code == .unanswered(.interrupted) { throw .chatwoot(error) }
        contactFailures.append(error.message)
    }

    func keepUnwritten(_ mapping: ForwardedChatMapping) async throws(ForwardError) {
        guard !mapping.hasUnwrittenContact else { return }
        var mapping = mapping
        mapping.hasUnwrittenContact = true
        mapping.updatedAt = clock.wall
        try await record([.chat(mapping)])
    }
}
