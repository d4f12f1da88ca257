internal import RelayCore
internal import RelayJSON

/// Names and numbers: contacts and groups.
extension CloudReader {
    /// One element of `state_sync`: a contact that was added, changed or removed in the WhatsApp Business app.
    func savedContact(_ item: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        guard item.text("type") ?? "contact" == "contact" else { return [] }
        let contact = try object(item["contact"], at: pointer + "/contact")
        let reference = CloudPersonReference(contact, "phone_number")
        guard !reference.isEmpty, let person = contacts.person(reference, username: contact.text("username")) else {
            throw wrong("must be the contact's phone number", at: pointer + "/contact/phone_number")
        }
        let action = item.text("action")
        let moment = GatewayTimeReader.timestamp(item["metadata"]?["timestamp"])
        var payload = ContactFacts(
            identity: person.identity,
            name: action == "remove" ? nil : contact.text("full_name") ?? contact.text("first_name")
        ).payload
        payload.append("action", known: action)
        for (key, value) in extra(person) { payload.append(key, value) }
        let chat = person.identity.id
        let key = DeduplicationKeyBuilder.make(
            .contactUpdated, chat: chat.description, message: "",
            moment.map { "\($0.milliseconds)" }, DeduplicationKeyBuilder.fingerprint(.object(contact)), action
        )
        return [event(.contactUpdated, chat: chat, at: moment, key: key, payload)]
    }

    /// The directory event of a system message: the person has a new number or user id.
    func movedContact(_ message: JSONObject, from old: PersonIdentity, _ facts: MessageFacts) -> [ParsedEvent] {
        guard let system = message["system"]?.object, let new = CloudIdentityChange(system).id, new != old.id else {
            return []
        }
        var payload = ContactFacts(identity: PersonIdentity(new)).payload
        payload.append("previousContactId", .string(old.id.description))
        payload.append("userId", known: system.text("user_id"))
        payload.append("parentUserId", known: system.text("parent_user_id"))
        number.append(to: &payload)
        let key = DeduplicationKeyBuilder.make(.contactUpdated, chat: new.description, message: facts.id)
        return [event(.contactUpdated, chat: new, at: facts.sentAt, key: key, payload)]
    }

    /// One element of `groups`: a group that was created, changed or closed. A failed request makes no event.
    func group(_ group: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        guard let id = CloudJIDConverter.group(group["group_id"]) else {
            throw wrong("must be the group's id, a text", at: pointer + "/group_id")
        }
        guard let change = CloudGroupChange(group, contacts) else { return [] }
        let moment = GatewayTimeReader.timestamp(group["timestamp"])
        var payload = GroupFacts(id: id, name: change.name, description: change.description).payload
        payload.append("action", .string(change.action))
        if !change.participants.isEmpty { payload.append("participants", .array(change.participants)) }
        payload.append("initiatedBy", known: group.text("initiated_by"))
        payload.append("reason", known: group.text("reason"))
        payload.append("inviteLink", known: group.text("invite_link"))
        payload.append("joinRequestId", known: group.text("join_request_id"))
        payload.append("requestId", known: group.text("request_id"))
        payload.append("timestamp", .int((moment ?? receivedAt).seconds))
        number.append(to: &payload)
        let key = DeduplicationKeyBuilder.make(
            .groupUpdated, chat: id.description,
            message: group.text("request_id") ?? group.text("join_request_id") ?? "",
            change.action, moment.map { "\($0.milliseconds)" }, DeduplicationKeyBuilder.fingerprint(.object(group))
        )
        return [event(.groupUpdated, chat: id, at: moment, key: key, payload)]
    }
}

/// The person's new identifiers, from a system message.
struct CloudIdentityChange {
    /// Nil when the message does not report a new identifier.
    let id: JID?

    init(_ system: JSONObject) {
        id = CloudJIDConverter.person(system["wa_id"]) ?? system.text("user_id").flatMap(CloudJIDConverter.opaque)
    }
}
