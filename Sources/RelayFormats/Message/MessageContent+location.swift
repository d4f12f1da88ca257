internal import RelayJSON

extension MessageContent {
    static func location(_ node: JSONObject, isLive: Bool) -> MessageContent? {
        guard GatewayNumberReader.double(node["degreesLatitude"]) != nil,
            GatewayNumberReader.double(node["degreesLongitude"]) != nil
        else {
            return nil
        }
        var content = JSONObject()
        content.append("latitude", degrees(node["degreesLatitude"]))
        content.append("longitude", degrees(node["degreesLongitude"]))
        content.append("name", orNull: node.text("name"))
        content.append("address", orNull: node.text("address"))
        content.append("live", .bool(isLive || node.flag("isLive")))
        content.append("url", known: node.text("url"))
        content.append("caption", known: node.text("caption") ?? node.text("comment"))
        content.append("accuracyMeters", known: GatewayNumberReader.integer(node["accuracyInMeters"]))
        content.append("sequenceNumber", known: GatewayNumberReader.integer(node["sequenceNumber"]))
        return MessageContent(type: "location", content: content)
    }

    static func contacts(_ nodes: [JSON]) -> MessageContent {
        let contacts = nodes.compactMap(\.object).map { node in
            var contact = JSONObject()
            contact.append("name", orNull: node.text("displayName"))
            contact.append("vcard", orNull: node.text("vcard"))
            contact.append("phones", .array(VCardReader(node.text("vcard") ?? "").phones.map(JSON.string)))
            return JSON.object(contact)
        }
        return MessageContent(type: "contact", content: ["contacts": .array(contacts)])
    }

    /// The number exactly as received, so that coordinates lose no precision.
    static func degrees(_ json: JSON?) -> JSON {
        switch json {
        case .int, .number: json ?? .null
        case .string: GatewayNumberReader.double(json).map { JSON($0) } ?? .null
        default: .null
        }
    }
}
