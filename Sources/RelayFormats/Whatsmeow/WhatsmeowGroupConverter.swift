internal import RelayJSON

/// A group of whatsmeow, converted to Baileys' form.
enum WhatsmeowGroupConverter {
    /// The metadata of a group. Go's structs inside the group are written flat (`Name`), or under their names
    /// (`GroupName: {Name}`).
    static func metadata(_ group: JSONObject, id: String) -> JSONObject {
        func value(_ structure: String, _ field: String) -> JSON? {
            let flat = group[field] ?? .null
            return flat == .null ? group[structure]?[field] : flat
        }
        var metadata: JSONObject = ["id": .string(id)]
        metadata["subject"] = value("GroupName", "Name")
        metadata["desc"] = value("GroupTopic", "Topic")
        metadata["owner"] = group["OwnerJID"]
        metadata["ownerPn"] = group["OwnerPN"]
        metadata["announce"] = value("GroupAnnounce", "IsAnnounce")
        metadata["restrict"] = value("GroupLocked", "IsLocked")
        if let members = group["Participants"]?.array { metadata["participants"] = .array(members.map(member)) }
        return metadata
    }

    static func member(_ json: JSON) -> JSON {
        guard let member = json.object else { return json }
        var participant = JSONObject()
        participant.append("id", member["JID"] ?? .null)
        participant.append("phoneNumber", member["PhoneNumber"] ?? .null)
        participant.append("lid", member["LID"] ?? .null)
        let rank = member.flag("IsSuperAdmin") ? "superadmin" : member.flag("IsAdmin") ? "admin" : nil
        participant.append("admin", orNull: rank)
        return .object(participant)
    }
}
