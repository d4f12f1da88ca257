internal import RelayCore
internal import RelayJSON

/// Names and pictures: contacts, chats, groups, and which hidden identity is whose.
extension BaileysReader {
    func contact(_ contact: JSONObject, at pointer: String) throws(FormatError) -> [NewEvent] {
        guard let id = contact.address("id") else { throw wrong("must be an address", at: pointer + "/id") }
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
            var payload = groupPayload(id, name: contact.text("name"), JSONObject())
            payload.append("groupImageUrl", known: image)
            payload.append("imageChanged", raised: isChanged)
            return payload["groupName"] != .null || picture != nil ? [event(.groupUpdated, chat: id, payload)] : []
        }
        guard id.chatKind == .direct else { return [] }
        let identity = Identity(id, alternates: ["phoneNumber", "jid", "lid"].map(contact.address)) ?? Identity(id)
        var payload = contactPayload(
            identity,
            name: contact.text("name"),
            pushName: MessageFacts.name(contact.text("notify")),
            verifiedName: contact.text("verifiedName"),
            image: image
        )
        payload.append("username", known: contact.text("username"))
        payload.append("imageChanged", raised: isChanged)
        let known = ["lid", "name", "pushName", "verifiedName"].contains { payload[$0] != .null }
        return known || picture != nil ? [event(.contactUpdated, chat: identity.id, payload)] : []
    }

    /// A chat is of interest for its name only.
    func chat(_ chat: JSONObject, at pointer: String) throws(FormatError) -> [NewEvent] {
        guard let id = chat.address("id") else { throw wrong("must be an address", at: pointer + "/id") }
        guard let name = MessageFacts.name(chat.text("name")) else { return [] }
        if id.isGroup { return [event(.groupUpdated, chat: id, groupPayload(id, name: name, JSONObject()))] }
        guard id.chatKind == .direct else { return [] }
        let identity = Identity(id, alternates: ["pnJid", "lidJid"].map(chat.address)) ?? Identity(id)
        return [event(.contactUpdated, chat: identity.id, contactPayload(identity, name: name))]
    }

    func mapping(_ mapping: JSONObject, at pointer: String) throws(FormatError) -> [NewEvent] {
        guard let lid = mapping.address("lid") ?? mapping.address("lidJid") else {
            throw wrong("must be a hidden identity, …@lid", at: pointer + "/lid")
        }
        guard let phone = mapping.address("pn") ?? mapping.address("pnJid") else {
            throw wrong("must be a phone's address", at: pointer + "/pn")
        }
        guard lid.isLID, phone.isPhone else { return [] }
        return [event(.contactUpdated, chat: phone, contactPayload(Identity(phone, lid: lid)))]
    }

    func group(_ group: JSONObject, at pointer: String) throws(FormatError) -> [NewEvent] {
        guard let id = group.address("id") else { throw wrong("must be the group's address", at: pointer + "/id") }
        var payload = groupPayload(id, name: group.text("subject"), group)
        for field in ["announce", "restrict"] {
            if let flag = group[field]?.bool { payload.append(field, .bool(flag)) }
        }
        return [event(.groupUpdated, chat: id, payload)]
    }

    /// `group-participants.update`.
    func participants(_ data: JSON, at pointer: String) throws(FormatError) -> [NewEvent] {
        let data = try object(data, at: pointer)
        guard let id = data.address("id") else { throw wrong("must be the group's address", at: pointer + "/id") }
        guard let members = data["participants"]?.array else {
            throw wrong("must be an array of members", at: pointer + "/participants")
        }
        let author = Identity(data.address("author"), alternates: [data.address("authorPn")])
        var payload = groupPayload(id, name: nil, JSONObject())
        payload.append("action", orNull: data.text("action"))
        payload.append("participants", .array(members.compactMap(Self.participant)))
        payload.append("author", orNull: author?.id.description)
        return [event(.groupUpdated, chat: id, payload)]
    }

    /// A member: an address alone before Baileys 7, an object since.
    private static func participant(_ json: JSON) -> JSON? {
        let object = json.object ?? JSONObject()
        guard
            let identity = Identity(
                json.string.flatMap { JID($0) } ?? object.address("id"),
                alternates: ["phoneNumber", "jid", "lid"].map(object.address)
            )
        else { return nil }
        var participant = JSONObject()
        participant.append("id", .string(identity.id.description))
        participant.append("lid", orNull: identity.lid?.description)
        participant.append("admin", orNull: object.text("admin"))
        return .object(participant)
    }

    private func contactPayload(
        _ identity: Identity,
        name: String? = nil,
        pushName: String? = nil,
        verifiedName: String? = nil,
        image: String? = nil
    ) -> JSONObject {
        let lid = identity.lid ?? (identity.id.isLID ? identity.id : nil)
        var payload = JSONObject()
        payload.append("contactId", .string(identity.id.description))
        payload.append("lid", orNull: lid?.description)
        payload.append("name", orNull: name)
        payload.append("pushName", orNull: pushName)
        payload.append("verifiedName", orNull: verifiedName)
        payload.append("imageUrl", orNull: image)
        payload.append("chatId", .string(identity.id.description))
        return payload
    }

    private func groupPayload(_ id: JID, name: String?, _ group: JSONObject) -> JSONObject {
        let members = group["participants"]?.array
        let owner = Identity(group.address("owner"), alternates: [group.address("ownerPn")])
        var payload = JSONObject()
        payload.append("chatId", .string(id.description))
        payload.append("groupId", .string(id.description))
        payload.append("groupName", orNull: name)
        payload.append("description", orNull: group["desc"]?.string)
        payload.append("owner", orNull: owner?.id.description)
        payload.append("size", orNull: WireNumber.integer(group["size"]) ?? members.map { Int64($0.count) })
        if let members { payload.append("participants", .array(members.compactMap(Self.participant))) }
        return payload
    }
}
