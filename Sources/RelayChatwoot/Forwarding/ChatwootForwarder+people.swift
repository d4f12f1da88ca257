internal import RelayCore
internal import RelayJSON

/// Applies changes of WhatsApp contacts to existing Chatwoot contacts.
extension ChatwootForwarder {
    /// Adds what WhatsApp tells to a contact that was there before, by the policy for names.
    func enrich(_ record: ChatwootContactResponse, with contact: ChatwootContactProfile) async throws(ForwardError) {
        var body: JSONObject = ["custom_attributes": .object(contact.attributes)]
        if let name = contact.rename(from: record.name, by: options.contactNames) { body["name"] = .string(name) }
        if record.identifier == nil { body["identifier"] = .string(contact.identifier) }
        if record.phone == nil, let phone = contact.phone { body["phone_number"] = .string(phone) }
        if let picture = contact.avatarURL { body["avatar_url"] = .string(picture) }
        try await update(record.id, body)
    }

    /// Gives somebody who was known by a hidden identity, or another number, the phone's address.
    func identify(_ id: Int64, as contact: ChatwootContactProfile) async throws(ForwardError) {
        var body: JSONObject = [
            "identifier": .string(contact.identifier), "custom_attributes": .object(contact.attributes),
        ]
        if let phone = contact.phone { body["phone_number"] = .string(phone) }
        try await update(id, body)
    }

    /// A new name reaches Chatwoot with the next message.
    func named(_ place: ForwardedChatMapping, as contact: ChatwootContactProfile) async throws(ForwardError)
        -> ForwardedChatMapping
    {
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

    /// What `contact.updated` and `group.updated` tell of somebody whom Chatwoot knows.
    func change(_ contact: ChatwootContactProfile?, _ news: ContactChange) async throws(ForwardError) {
        guard let contact else { return }
        if let previous = news.previous { try await merge(chatKey(previous), into: contact) }
        guard let place = try await known(chatKey(contact)), let id = place.contact else { return }
        var body: JSONObject = ["custom_attributes": .object(contact.attributes)]
        if let picture = contact.avatarURL { body["avatar_url"] = .string(picture) }
        try await update(id, body)
        if news.isPictureRemoved { try? await api.removeAvatar(of: id) }
        _ = try await named(place, as: contact)
    }

    /// A person's new number, or the phone behind a hidden identity: one contact of the two, with all their
    /// conversations. What has no place, or no more, has nothing to be merged.
    func merge(_ previous: ForwardedChatMapping.Key, into contact: ChatwootContactProfile) async throws(ForwardError) {
        guard let old = try await known(previous), let mergee = old.contact else { return }
        if let new = try await known(chatKey(contact)), let base = new.contact {
            if base != mergee {
                do {
                    try await api.merge(mergee, into: base)
                } catch {
                    guard error.code == .gone || error.code == .invalid else { throw .chatwoot(error) }
                }
            }
        } else {
            try await identify(mergee, as: contact)
        }
        try await record([.rename(old.key, to: contact.id.description)])
    }

    /// Attributes that Chatwoot does not take, such as a number that another contact has, are no reason to lose a
    /// message.
    private func update(_ id: Int64, _ body: JSONObject) async throws(ForwardError) {
        do {
            try await api.updateContact(id, body)
        } catch {
            guard error.code == .invalid || error.code == .gone else { throw .chatwoot(error) }
            var rest = body
            for attribute in error.attributes.union(["phone_number", "identifier"]) { rest[attribute] = nil }
            guard error.code == .invalid, !rest.isEmpty, rest.count < body.count else { return }
            try? await api.updateContact(id, rest)
        }
    }
}
