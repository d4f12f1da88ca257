internal import RelayCore
internal import RelayJSON

/// Names, pictures and groups: `PushName`, `Contact` (the address book), `Picture`, `JoinedGroup`, `GroupInfo`.
extension EvolutionGoReader {
    /// A group that the account has joined, with all its metadata.
    func joinedGroup(_ data: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let id = try jid(data, "JID", "the group's JID", at: pointer)
        return try baileys.group(WhatsmeowGroupConverter.metadata(data, id: id.description), at: pointer)
    }

    /// Changes of a group: one event for its name and settings, and one for each kind of change of its members.
    func groupInfo(_ data: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let id = try jid(data, "JID", "the group's JID", at: pointer)
        var events: [ParsedEvent] = []
        var settings: JSONObject = ["id": .string(id.description)]
        settings["subject"] = data["Name"]?.object?["Name"]
        settings["desc"] = data["Topic"]?.object?["Topic"]
        settings["announce"] = data["Announce"]?.object?["IsAnnounce"]
        settings["restrict"] = data["Locked"]?.object?["IsLocked"]
        if settings.count > 1 {
            settings["author"] = data["Sender"]
            settings["authorPn"] = data["SenderPN"]
            events += try baileys.group(settings, at: pointer)
        }
        for (field, action) in [("Join", "add"), ("Leave", "remove"), ("Promote", "promote"), ("Demote", "demote")] {
            guard let members = data[field]?.array, !members.isEmpty else { continue }
            var change: JSONObject = ["id": .string(id.description), "action": .string(action)]
            change["author"] = data["Sender"]
            change["authorPn"] = data["SenderPN"]
            change["participants"] = .array(members.map(WhatsmeowGroupConverter.member))
            events += try baileys.participants(.object(change), at: pointer)
        }
        return dated(events, data)
    }

    func contact(_ name: String, _ data: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let id = try jid(data, "JID", "an address", at: pointer)
        let action = data["Action"]?.object.map { WhatsmeowFieldRenaming.renamed($0) }
        var contact: JSONObject = ["id": .string(id.description)]
        contact.append("phoneNumber", known: data.text("JIDAlt") ?? action?.text("pnJid"))
        contact.append("lid", known: data.text("JIDAlt") ?? action?.text("lidJid"))
        contact.append("notify", known: data.text("NewPushName"))
        contact.append("name", known: action?.text("fullName") ?? action?.text("firstName"))
        if name == "picture" { contact["imgUrl"] = data.flag("Remove") ? "removed" : "changed" }
        return dated(try baileys.contact(contact, at: pointer), data)
    }

    /// The events with the time from the document, and a deduplication key made from that time.
    private func dated(_ events: [ParsedEvent], _ data: JSONObject) -> [ParsedEvent] {
        guard let moment = GatewayTimeReader.timestamp(data["Timestamp"]) else { return events }
        return events.map { event in
            var event = event
            event.occurredAt = moment
            event.dedupKey = DeduplicationKeyBuilder.make(event.type, chat: event.chat, at: moment, event.payload)
            return event
        }
    }
}
