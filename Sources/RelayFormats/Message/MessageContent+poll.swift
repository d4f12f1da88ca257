internal import RelayCore
internal import RelayJSON

extension MessageContent {
    /// - Parameter secret: the key with which votes are encrypted.
    static func poll(_ node: JSONObject, secret: JSON?) -> MessageContent? {
        guard let name = node.text("name") else { return nil }
        let options = (node["options"]?.array ?? []).compactMap { $0.object?.text("optionName") }
        var content: JSONObject = ["name": .string(name), "options": .array(options.map(JSON.string))]
        content.append("selectableCount", orNull: GatewayNumberReader.integer(node["selectableOptionsCount"]))
        if let bytes = BinaryFieldReader.decode(secret), bytes.count == 32 {
            content.append("secret", .string(Base64.encode(bytes)))
        }
        return MessageContent(type: "poll", content: content)
    }

    /// A vote is encrypted with the poll's secret, so it can be decrypted by whoever has the poll.
    static func pollVote(_ node: JSONObject) -> MessageContent? {
        guard let target = node["pollCreationMessageKey"]?.object?.text("id") else { return nil }
        let vote = node["vote"]?.object
        let encrypted = encrypted(vote) ?? ["payload": .null, "iv": .null]
        var content: JSONObject = ["targetMessageId": .string(target), "encrypted": .object(encrypted)]
        // A gateway that stores polls decrypts the votes itself and names the chosen options.
        if let chosen = vote?["selectedOptions"]?.array, chosen.allSatisfy({ $0.string != nil }) {
            content.append("selectedOptions", .array(chosen))
        }
        return MessageContent(type: "poll_vote", content: content)
    }

    /// New votes of a poll, as the gateway tells them.
    static func votes(_ votes: [JSON]) -> MessageContent {
        MessageContent(type: "poll", content: ["votes": .array(votes.map { MessageNodeRedaction.scrub($0) })])
    }

    /// The votes of a poll at one time, as a message of its own.
    static func pollResult(_ node: JSONObject) -> MessageContent {
        let results = (node["pollVotes"]?.array ?? []).compactMap(\.object).compactMap { vote -> JSON? in
            guard let option = vote.text("optionName") else { return nil }
            var result: JSONObject = ["option": .string(option)]
            result.append("votes", orNull: GatewayNumberReader.integer(vote["optionVoteCount"]))
            return .object(result)
        }
        var content = JSONObject()
        content.append("name", orNull: node.text("name"))
        content.append("results", .array(results))
        return MessageContent(type: "poll_result", content: content)
    }

    static func pin(_ node: JSONObject) -> MessageContent? {
        guard let target = node["key"]?.object?.text("id") else { return nil }
        let type = GatewayNumberReader.enumeration(node["type"], ["PIN_FOR_ALL": 1, "UNPIN_FOR_ALL": 2])
        return MessageContent(type: "pin", content: ["targetMessageId": .string(target), "pinned": .bool(type == 1)])
    }
}
