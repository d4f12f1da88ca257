internal import RelayCore
internal import RelayJSON

/// Applies changes of WhatsApp contacts to existing Chatwoot contacts.
extension ChatwootForwarder {
    /// Adds WhatsApp's data to an existing contact. The policy for names decides about its name.
    func enrich(_ record: ContactRecord, with contact: ChatwootContact) async throws(Failure) {
        var body: JSONObject = ["custom_attributes": .object(contact.attributes)]
        if let name = contact.rename(from: record.name, by: options.contactNames) { body["name"] = .string(name) }
        if record.identifier == nil { body["identifier"] = .string(contact.identifier) }
        if record.phone == nil, let phone = contact.phone { body["phone_number"] = .string(phone) }
        if let picture = contact.avatarURL { body["avatar_url"] = .string(picture) }
        try await update(record.id, body)
    }

    /// Sets the phone number of a contact that was known by a LID or by another number.
    func identify(_ id: Int64, as contact: ChatwootContact) async throws(Failure) {
        var body: JSONObject = [
            "identifier": .string(contact.identifier), "custom_attributes": .object(contact.attributes),
        ]
        if let phone = contact.phone { body["phone_number"] = .string(phone) }
        try await update(id, body)
    }

    /// Updates the contact's name in Chatwoot before the next message.
    func named(_ place: ForwardedChat, as contact: ChatwootContact) async throws(Failure) -> ForwardedChat {
        guard let id = place.contact, contact.isNamed, options.contactNames != .never, place.name != contact.name else {
            return place
        }
        // A missing contact is detected when the message is posted.
        guard let record = try? await api.contact(id) else { return place }
        if let name = contact.rename(from: record.name, by: options.contactNames) {
            try await update(id, ["name": .string(name)])
        }
        var place = place
        place.name = contact.name
        place.updatedAt = clock.wall
        try await self.record([.chat(place)])
        return place
    }

    /// Applies `contact.updated` and `group.updated` to a contact that is in Chatwoot.
    func change(_ contact: ChatwootContact?, _ news: ContactChange) async throws(Failure) {
        guard let contact else { return }
        if let previous = news.previous { try await merge(chatKey(previous), into: contact) }
        guard let place = try await known(chatKey(contact)), let id = place.contact else { return }
        var body: JSONObject = ["custom_attributes": .object(contact.attributes)]
        if let picture = contact.avatarURL { body["avatar_url"] = .string(picture) }
        try await update(id, body)
        if news.isPictureRemoved { try? await api.removeAvatar(of: id) }
        _ = try await named(place, as: contact)
    }

    /// Merges the contact of an earlier JID into that of the current one, after a number change or when the phone
    /// number of a LID becomes known. A chat that is not in Chatwoot needs no merge.
    func merge(_ previous: ForwardedChat.Key, into contact: ChatwootContact) async throws(Failure) {
        guard let old = try await known(previous), let mergee = old.contact else { return }
        if let new = try await known(chatKey(contact)), let base = new.contact {
            if base != mergee {
                do {
                    try await api.merge(mergee, into: base)
                } catch {
                    guard error.kind == .gone || error.kind == .invalid else { throw .chatwoot(error) }
                }
            }
        } else {
            try await identify(mergee, as: contact)
        }
        try await record([.rename(old.key, to: contact.id.description)])
    }

    /// Updates a contact. When Chatwoot rejects an attribute, for example a number that another contact has, the update
    /// is repeated without it, so that no message is lost.
    private func update(_ id: Int64, _ body: JSONObject) async throws(Failure) {
        do {
            try await api.updateContact(id, body)
        } catch {
            guard error.kind == .invalid || error.kind == .gone else { throw .chatwoot(error) }
            var rest = body
            for attribute in error.attributes.union(["phone_number", "identifier"]) { rest[attribute] = nil }
            guard error.kind == .invalid, !rest.isEmpty, rest.count < body.count else { return }
            try? await api.updateContact(id, rest)
        }
    }
}
