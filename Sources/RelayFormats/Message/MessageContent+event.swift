internal import RelayCore
internal import RelayJSON

/// Calendar events, and messages about earlier messages that are no text.
extension MessageContent {
    /// Names and numbers of the answers to a calendar event.
    private static let answers: [String: Int64] = ["GOING": 1, "NOT_GOING": 2, "MAYBE": 3]

    /// A calendar event.
    static func event(_ node: JSONObject) -> MessageContent {
        let place = node["location"]?.object.flatMap { self.place($0) }
        var content = JSONObject()
        content.append("name", orNull: node.text("name"))
        content.append("description", orNull: node.text("description"))
        content.append("startsAt", orNull: GatewayTimeReader.timestamp(node["startTime"])?.seconds)
        content.append("endsAt", orNull: GatewayTimeReader.timestamp(node["endTime"])?.seconds)
        content.append("location", place.map(JSON.object) ?? .null)
        content.append("joinUrl", known: node.text("joinLink"))
        content.append("cancelled", .bool(node.flag("isCanceled")))
        content.append("call", raised: node.flag("isScheduleCall"))
        return MessageContent(type: "event", content: content)
    }

    /// A call for which a time is set: a calendar event of its own form.
    static func scheduledCall(_ node: JSONObject) -> MessageContent {
        event([
            "name": node["title"] ?? .null, "startTime": node["scheduledTimestampMs"] ?? .null, "isScheduleCall": true,
        ])
    }

    /// The place of a calendar event: it may have a name only.
    private static func place(_ node: JSONObject) -> JSONObject? {
        var place = JSONObject()
        place.append("name", orNull: node.text("name"))
        place.append("address", orNull: node.text("address"))
        place.append("latitude", degrees(node["degreesLatitude"]))
        place.append("longitude", degrees(node["degreesLongitude"]))
        return place.values.allSatisfy(\.isNull) ? nil : place
    }

    /// An answer to a calendar event. WhatsApp encrypts it with the event's secret.
    static func eventResponse(_ node: JSONObject) -> MessageContent? {
        guard let target = node["eventCreationMessageKey"]?.object?.text("id") else { return nil }
        return eventResponse(to: target, node)
    }

    /// - Parameter answer: `{response, extraGuestCount}` when it is readable, or its encrypted form.
    static func eventResponse(to target: String, _ answer: JSONObject) -> MessageContent {
        var content: JSONObject = ["targetMessageId": .string(target)]
        content.append("response", orNull: response(answer))
        content.append("extraGuests", known: extraGuests(answer))
        if let encrypted = encrypted(answer) { content.append("encrypted", .object(encrypted)) }
        return MessageContent(type: "event_response", content: content)
    }

    /// `going`, `not_going` or `maybe`; nil when it is unknown.
    static func response(_ answer: JSONObject) -> String? {
        let code = GatewayNumberReader.enumeration(answer["response"], answers)
        return answers.first { $0.value == code }?.key.lowercased()
    }

    static func extraGuests(_ answer: JSONObject) -> Int64? {
        GatewayNumberReader.integer(answer["extraGuestCount"]).flatMap { $0 > 0 ? $0 : nil }
    }

    /// Answers to a calendar event that the gateway has decrypted: `{eventResponseMessageKey, response}` each.
    static func eventResponses(_ nodes: [JSON]) -> MessageContent {
        let responses = nodes.compactMap(\.object).map { node -> JSON in
            let key = BaileysMessageKey(node["eventResponseMessageKey"]?.object ?? JSONObject())
            let answer = node["response"]?.object ?? JSONObject()
            let moment =
                GatewayTimeReader.timestamp(node["senderTimestampMs"])
                ?? GatewayTimeReader.timestamp(answer["timestampMs"])
            var response = JSONObject()
            response.append("messageId", orNull: key.id)
            response.append("from", orNull: key.author?.id.description)
            response.append("fromMe", .bool(key.isFromMe))
            response.append("response", orNull: self.response(answer))
            response.append("extraGuests", known: extraGuests(answer))
            response.append("timestamp", orNull: moment?.seconds)
            return .object(response)
        }
        return MessageContent(type: "event", content: ["responses": .array(responses)])
    }

    /// A message that is kept, or no longer kept, although it disappears.
    static func keep(_ node: JSONObject) -> MessageContent? {
        guard let target = node["key"]?.object?.text("id") else { return nil }
        let type = GatewayNumberReader.enumeration(node["keepType"], ["KEEP_FOR_ALL": 1, "UNDO_KEEP_FOR_ALL": 2])
        return MessageContent(type: "keep", content: ["targetMessageId": .string(target), "kept": .bool(type == 1)])
    }

    /// A comment on a message. WhatsApp encrypts it with the message's secret.
    static func comment(_ node: JSONObject) -> MessageContent? {
        guard let target = node["targetMessageKey"]?.object?.text("id") else { return nil }
        let comment = node["message"]?.object.map { MessageContent(quoted: UnwrappedMessage($0)) }
        var content: JSONObject = ["targetMessageId": .string(target)]
        content.append("text", orNull: comment?.summary)
        if let encrypted = encrypted(node) { content.append("encrypted", .object(encrypted)) }
        return MessageContent(type: "comment", content: content)
    }

    /// A reaction that WhatsApp has encrypted with the message's secret.
    static func encryptedReaction(_ node: JSONObject) -> MessageContent? {
        guard let target = node["targetMessageKey"]?.object?.text("id"), let encrypted = encrypted(node) else {
            return nil
        }
        let content: JSONObject = [
            "targetMessageId": .string(target), "emoji": .null, "encrypted": .object(encrypted),
        ]
        return MessageContent(type: "reaction", content: content)
    }

    /// The encrypted form of what a message adds to an earlier one: `{payload, iv}`, both base64; nil when there is none.
    static func encrypted(_ node: JSONObject?) -> JSONObject? {
        guard let node, node["encPayload"] != nil || node["encIv"] != nil else { return nil }
        var encrypted = JSONObject()
        encrypted.append("payload", orNull: BinaryFieldReader.decode(node["encPayload"]).map(Base64.encode))
        encrypted.append("iv", orNull: BinaryFieldReader.decode(node["encIv"]).map(Base64.encode))
        return encrypted
    }
}
