internal import RelayCore
internal import RelayJSON

/// Groups and their members.
extension WAHAReader {
    /// `group.v2.join`, `.leave` (the account joined or left) and `.update`.
    func group(_ payload: JSONObject, _ name: String, at pointer: String) throws(InvalidDocumentError) -> ParsedEvent {
        let group = try object(payload["group"], at: pointer + "/group")
        let id = try groupID(group, at: pointer)
        let data = payload["_data"]?.object ?? JSONObject()
        var change = GroupFacts(
            id: id,
            name: group.text("subject"),
            description: group["description"]?.string,
            owner: GroupFacts.person("owner", in: Self.metadata(data)),
            participants: group["participants"]?.array.map { $0.compactMap(Self.member) }
        ).payload
        if name == "group.v2.join" { change.append("membership", .string("joined")) }
        if name == "group.v2.leave" { change.append("membership", .string("left")) }
        return update(id, change, at: payload["timestamp"])
    }

    func members(_ payload: JSONObject, at pointer: String) throws(InvalidDocumentError) -> ParsedEvent {
        let id = try groupID(try object(payload["group"], at: pointer + "/group"), at: pointer)
        let members = try array(payload, "participants", "an array of members", at: pointer)
        let author = GroupFacts.person("author", in: Self.metadata(payload["_data"]?.object ?? JSONObject()))
        let change = GroupFacts(id: id).payload(
            action: payload.text("type"),
            members: members.compactMap(Self.member),
            author: author
        )
        return update(id, change, at: payload["timestamp"])
    }

    /// The deprecated `group.join` and `group.leave`, with the engine's data: WhatsApp Web's notification, or the group
    /// itself. Nil for anything else.
    func notification(_ payload: JSONObject, _ name: String) -> ParsedEvent? {
        if let id = WAHAMessageKeyReader.jid(payload["chatId"]), id.isGroup,
            let members = payload["recipientIds"]?.array
        {
            let actions = ["invite": "add", "linked_group_join": "add", "leave": "remove"]
            let type = payload.text("type") ?? (name == "group.join" ? "add" : "remove")
            let change = GroupFacts(id: id).payload(
                action: actions[type] ?? type,
                members: members.compactMap { WAHAMessageKeyReader.jid($0).map { .string($0.description) } }
                    .compactMap(GroupFacts.participant),
                author: WAHAMessageKeyReader.jid(payload["author"]).map { PersonIdentity($0) }
            )
            return update(id, change, at: payload["timestamp"])
        }
        guard let id = payload.jid("id"), id.isGroup, payload.text("subject") != nil else { return nil }
        return update(id, GroupFacts(id: id, metadata: payload).payload, at: nil)
    }

    /// The engine's own data about a group, with GOWS' names replaced by those of Baileys.
    private static func metadata(_ data: JSONObject) -> JSONObject {
        let names = [
            ("owner", "OwnerJID"), ("ownerPn", "OwnerPN"), ("author", "Sender"), ("authorPn", "SenderPN"),
        ]
        var metadata = data
        for (name, other) in names where metadata[name] ?? .null == .null { metadata[name] = data[other] }
        if let members = data["Participants"]?.array {
            metadata["participants"] = .array(members.map(WhatsmeowGroupConverter.member))
        }
        return metadata
    }

    private func groupID(_ group: JSONObject, at pointer: String) throws(InvalidDocumentError) -> JID {
        guard let id = WAHAMessageKeyReader.jid(group["id"]) else {
            throw wrong("must be the group's JID", at: pointer + "/group/id")
        }
        return id
    }

    private func update(_ id: JID, _ change: JSONObject, at moment: JSON?) -> ParsedEvent {
        event(
            .groupUpdated, chat: id, at: GatewayTimeReader.timestamp(moment) ?? sentAt, key: key(.groupUpdated), change)
    }

    /// Converts WAHA's member `{id, pn, role}` to the relay's form.
    private static func member(_ json: JSON) -> JSON? {
        guard let object = json.object else { return GroupFacts.participant(json) }
        var member = JSONObject()
        member.append("id", known: WAHAMessageKeyReader.jid(object["id"])?.description)
        member.append("phoneNumber", known: object.text("pn"))
        if let role = object.text("role"), role == "admin" || role == "superadmin" {
            member.append("admin", .string(role))
        }
        return GroupFacts.participant(.object(member))
    }
}
