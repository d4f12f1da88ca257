internal import RelayCore
internal import RelayJSON

extension MessageContent {
    /// - Parameter secret: the key with which votes are encrypted.
    static func poll(_ node: JSONObject, secret: JSON?) -> MessageContent? {
        guard let name = node.text("name") else { return nil }
        let options = (node["options"]?.array ?? []).compactMap { $0.object?.text("optionName") }
        var content: JSONObject = ["name": .string(name), "options": .array(options.map(JSON.string))]
        content.append("selectableCount", orNull: GatewayNumberReader.integer(node["selectableOptionsCount"]))
        if let bytes = GatewayBytesReader.decode(secret), bytes.count == 32 {
            content.append("secret", .string(Base64.encode(bytes)))
        }
        return MessageContent(type: "poll", content: content)
    }

    /// A vote is encrypted with the poll's secret, so it can be decrypted by whoever has the poll.
    static func pollVote(_ node: JSONObject) -> MessageContent? {
        guard let target = node["pollCreationMessageKey"]?.object?.text("id") else { return nil }
        let vote = node["vote"]?.object
        var encrypted = JSONObject()
        encrypted.append("payload", orNull: GatewayBytesReader.decode(vote?["encPayload"]).map(Base64.encode))
        encrypted.append("iv", orNull: GatewayBytesReader.decode(vote?["encIv"]).map(Base64.encode))
        var content: JSONObject = ["targetMessageId": .string(target), "encrypted": .object(encrypted)]
        // A gateway that stores polls decrypts the votes itself and names the chosen options.
        if let chosen = vote?["selectedOptions"]?.array, chosen.allSatisfy({ $0.string != nil }) {
            content.append("selectedOptions", .array(chosen))
        }
        return MessageContent(type: "poll_vote", content: content)
    }

    static func pin(_ node: JSONObject) -> MessageContent? {
        guard let target = node["key"]?.object?.text("id") else { return nil }
        let type = GatewayNumberReader.enumeration(node["type"], ["PIN_FOR_ALL": 1, "UNPIN_FOR_ALL": 2])
        return MessageContent(type: "pin", content: ["targetMessageId": .string(target), "pinned": .bool(type == 1)])
    }
}
