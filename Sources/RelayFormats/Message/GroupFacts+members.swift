internal import RelayCore
internal import RelayJSON

extension GroupFacts {
    /// What gateways built on whatsmeow call a change of members, in the words of Baileys.
    private static let actions = ["join": "add", "leave": "remove", "promote": "promote", "demote": "demote"]

    /// The payload of a change of members.
    /// - Parameters:
    ///   - members: whom it concerns, as ``participant(_:)`` writes them.
    ///   - author: who made it; nil when that is not told.
    func payload(action: String?, members: [JSON], author: PersonIdentity?) -> JSONObject {
        var payload = payload
        payload.append("action", orNull: action.map { Self.actions[$0] ?? $0 })
        payload.append("participants", .array(members))
        payload.append("author", orNull: author?.id.description)
        return payload
    }
}
