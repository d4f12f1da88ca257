internal import RelayCore
internal import RelayJSON

/// What a format has read about a person: the payload of `contact.updated`. Nil means unchanged or unknown.
struct ContactFacts {
    var identity: PersonIdentity
    /// The name saved in the phone's address book.
    var name: String?
    /// The name that the person chose in WhatsApp.
    var pushName: String?
    var verifiedName: String?
    /// The URL of the picture; empty when there is no picture.
    var image: String?

    var payload: JSONObject {
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
}

/// What a format has read about a group: the payload of `group.updated`.
struct GroupFacts {
    var id: JID
    /// The group's subject.
    var name: String?
    var description: String?
    var owner: PersonIdentity?
    var size: Int64?
    /// Members, each as ``participant(_:)`` returns it.
    var participants: [JSON]?

    var payload: JSONObject {
        var payload = JSONObject()
        payload.append("chatId", .string(id.description))
        payload.append("groupId", .string(id.description))
        payload.append("groupName", orNull: name)
        payload.append("description", orNull: description)
        payload.append("owner", orNull: owner?.id.description)
        payload.append("size", orNull: size ?? participants.map { Int64($0.count) })
        payload.append("ownerLid", known: owner?.lid?.description)
        if let participants { payload.append("participants", .array(participants)) }
        return payload
    }
}

extension GroupFacts {
    /// Reads a group's metadata in the form of Baileys, which Evolution and others pass on.
    init(id: JID, metadata group: JSONObject) {
        self.init(
            id: id,
            name: group.text("subject"),
            description: group["desc"]?.string,
            owner: Self.person("owner", in: group),
            size: GatewayNumberReader.integer(group["size"]) ?? group["participants"]?.array.map { Int64($0.count) },
            participants: group["participants"]?.array.map { $0.compactMap(Self.participant) }
        )
    }

    /// Reads a person that a group's metadata, or a change of a group, names by `role`: `owner` or `author`. Gateways write
    /// the person's other JID beside it (`ownerPn`, `ownerJid`), or only in the list of members.
    static func person(_ role: String, in group: JSONObject) -> PersonIdentity? {
        guard let primary = group.jid(role) else { return nil }
        let beside = ["Pn", "Jid", "PhoneNumber", "Alt", "Lid"].map { group.jid(role + $0) }
        let member = (group["participants"]?.array ?? []).lazy.compactMap(\.object).map(Self.jids(ofMember:))
            .first { $0.contains(primary) }
        return PersonIdentity(primary, alternates: beside + (member ?? []))
    }

    private static func jids(ofMember member: JSONObject) -> [JID] {
        ["id", "phoneNumber", "jid", "lid"].compactMap(member.jid)
    }

    /// Reads a member: a JID before Baileys 7, an object since then.
    static func participant(_ json: JSON) -> JSON? {
        let object = json.object ?? JSONObject()
        guard
            let identity = PersonIdentity(
                json.string.flatMap { JID($0) } ?? object.jid("id"),
                alternates: ["phoneNumber", "jid", "lid"].map(object.jid)
            )
        else { return nil }
        var participant = JSONObject()
        participant.append("id", .string(identity.id.description))
        participant.append("lid", orNull: identity.lid?.description)
        participant.append("admin", orNull: object.text("admin"))
        return .object(participant)
    }
}
