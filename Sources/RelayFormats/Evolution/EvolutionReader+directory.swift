internal import RelayCore
internal import RelayJSON

/// Names, pictures and groups.
extension EvolutionReader {
    /// A list comes from the address book. A single contact follows each message: in a group it has the group's JID and
    /// the *author's* name.
    func contacts(_ data: JSON, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let isLone = data.object != nil
        return try each(data, at: pointer) { contact, pointer throws(InvalidDocumentError) in
            let contact = EvolutionJIDCompleter.completed(contact, ["remoteJid"])
            guard let id = contact.jid("remoteJid") ?? contact.jid("id") else {
                throw wrong("must be an address", at: pointer + "/remoteJid")
            }
            let image = contact.text("profilePicUrl") ?? contact.text("profilePictureUrl")
            if id.isGroup {
                let pushName = isLone ? nil : contact.text("pushName")
                let subject = name(contact.text("subject") ?? contact.text("name") ?? pushName, of: [id])
                guard subject != nil || image != nil else { return [] }
                var payload = GroupFacts(id: id, name: subject).payload
                payload.append("groupImageUrl", known: image)
                return [event(.groupUpdated, chat: id, payload)]
            }
            guard id.chatKind == .direct else { return [] }
            let others = ["remoteJidAlt", "phoneNumber", "lid", "remoteLid"].map(contact.jid)
            let identity = PersonIdentity(id, alternates: others) ?? PersonIdentity(id)
            let facts = ContactFacts(
                identity: identity,
                name: name(contact.text("name"), of: [id] + others),
                pushName: name(contact.text("pushName") ?? contact.text("notify"), of: [id] + others),
                verifiedName: contact.text("verifiedName"),
                image: image
            )
            let isNews = [facts.name, facts.pushName, facts.verifiedName, image, identity.lid?.description]
                .contains { $0 != nil }
            return isNews ? [event(.contactUpdated, chat: identity.id, facts.payload)] : []
        }
    }

    /// Reads only the name of a chat. The chat in the event after a message has no JID at all.
    func chat(_ item: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let item = EvolutionJIDCompleter.completed(item, ["remoteJid"])
        guard let id = item.jid("remoteJid") ?? item.jid("id") else { return [] }
        let other = item.jid("remoteLid")
        var chat: JSONObject = ["id": .string(id.description)]
        chat.append("name", orNull: name(item.text("name"), of: [id, other]))
        chat.append("lidJid", known: other?.description)
        return try baileys.chat(chat, at: pointer)
    }

    func group(_ item: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        var group = item
        group["id"] = item["id"] ?? item["jid"] ?? item["remoteJid"]
        return try baileys.group(group, at: pointer)
    }

    /// `group-participants.update`. `participantsData` has the phone numbers of LIDs. When Evolution does not know the
    /// number, it sends the digits of the LID instead.
    func participants(_ item: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        var phones: [JID: JID] = [:]
        for detail in (item["participantsData"]?.array ?? []).compactMap(\.object) {
            guard let id = detail.jid("jid") ?? detail["jid"]?.object?.jid("id"),
                let written = detail.text("phoneNumber"),
                let phone = JID(written.contains("@") ? written : written + "@s.whatsapp.net"),
                phone.phone != nil, phone.user != id.user
            else { continue }
            phones[id] = phone
        }
        var data = item
        if let members = item["participants"]?.array {
            data["participants"] = .array(
                members.map { member in
                    var object = member.object ?? ["id": member]
                    if let phone = object.jid("id").flatMap({ phones[$0] }) {
                        object["phoneNumber"] = .string(phone.description)
                    }
                    return .object(object)
                }
            )
        }
        return try baileys.participants(.object(data), at: pointer)
    }
}
