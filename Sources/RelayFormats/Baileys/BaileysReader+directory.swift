internal import RelayCore
internal import RelayJSON

/// Names and pictures: contacts, chats, groups, and the mapping from LIDs to phone numbers.
extension BaileysReader {
    func contact(_ contact: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let id = try jid(contact, "id", "an address", at: pointer)
        let picture = contact["imgUrl"]
        let image: String? =
            switch picture {
            case .string("changed"), nil: nil
            case .string("removed"), .null: ""
            case .string(let url): url
            default: nil
            }
        let isChanged = picture?.string == "changed"
        if id.isGroup {
            var payload = GroupFacts(id: id, name: contact.text("name")).payload
            payload.append("groupImageUrl", known: image)
            payload.append("imageChanged", raised: isChanged)
            return payload["groupName"] != .null || picture != nil ? [event(.groupUpdated, chat: id, payload)] : []
        }
        guard id.chatKind == .direct else { return [] }
        let identity =
            PersonIdentity(id, alternates: ["phoneNumber", "jid", "lid"].map(contact.jid)) ?? PersonIdentity(id)
        var payload = ContactFacts(
            identity: identity,
            name: contact.text("name"),
            pushName: MessageFacts.name(contact.text("notify")),
            verifiedName: contact.text("verifiedName"),
            image: image
        ).payload
        payload.append("username", known: contact.text("username"))
        payload.append("imageChanged", raised: isChanged)
        let known = ["lid", "name", "pushName", "verifiedName"].contains { payload[$0] != .null }
        return known || picture != nil ? [event(.contactUpdated, chat: identity.id, payload)] : []
    }

    /// Reads only the name of a chat.
    func chat(_ chat: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let id = try jid(chat, "id", "an address", at: pointer)
        guard let name = MessageFacts.name(chat.text("name")) else { return [] }
        if id.isGroup { return [event(.groupUpdated, chat: id, GroupFacts(id: id, name: name).payload)] }
        guard id.chatKind == .direct else { return [] }
        let identity = PersonIdentity(id, alternates: ["pnJid", "lidJid"].map(chat.jid)) ?? PersonIdentity(id)
        return [event(.contactUpdated, chat: identity.id, ContactFacts(identity: identity, name: name).payload)]
    }

    func mapping(_ mapping: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        guard let lid = mapping.jid("lid") ?? mapping.jid("lidJid") else {
            throw wrong("must be a hidden identity, …@lid", at: pointer + "/lid")
        }
        guard let phone = mapping.jid("pn") ?? mapping.jid("pnJid") else {
            throw wrong("must be a JID with a phone number", at: pointer + "/pn")
        }
        guard lid.isLID, phone.isPhone else { return [] }
        return [event(.contactUpdated, chat: phone, ContactFacts(identity: PersonIdentity(phone, lid: lid)).payload)]
    }

    func group(_ group: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let id = try jid(group, "id", "the group's JID", at: pointer)
        var payload = GroupFacts(id: id, metadata: group).payload
        for field in ["announce", "restrict"] {
            if let flag = group[field]?.bool { payload.append(field, .bool(flag)) }
        }
        let author = GroupFacts.person("author", in: group)
        payload.append("author", known: author?.id.description)
        payload.append("authorLid", known: author?.lid?.description)
        return [event(.groupUpdated, chat: id, payload)]
    }

    /// `group-participants.update`.
    func participants(_ data: JSON, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let data = try object(data, at: pointer)
        let id = try jid(data, "id", "the group's JID", at: pointer)
        let members = try array(data, "participants", "an array of members", at: pointer)
        let author = GroupFacts.person("author", in: data)
        let payload = GroupFacts(id: id).payload(
            action: data.text("action"),
            members: members.compactMap(GroupFacts.participant),
            author: author
        )
        return [event(.groupUpdated, chat: id, payload)]
    }
}
