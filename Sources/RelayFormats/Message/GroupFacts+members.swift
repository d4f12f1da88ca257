internal import RelayCore
internal import RelayJSON

extension GroupFacts {
    /// Names of membership changes: those of gateways built on whatsmeow, mapped to those of Baileys.
    private static let actions = ["join": "add", "leave": "remove", "promote": "promote", "demote": "demote"]

    /// The payload of a membership change.
    /// - Parameters:
    ///   - members: the members that are added, removed or changed, as ``participant(_:)`` returns them.
    ///   - author: the person who made the change; nil when unknown.
    func payload(action: String?, members: [JSON], author: PersonIdentity?) -> JSONObject {
        var payload = payload
        payload.append("action", orNull: action.map { Self.actions[$0] ?? $0 })
        payload.append("participants", .array(members))
        payload.append("author", orNull: author?.id.description)
        payload.append("authorLid", known: author?.lid?.description)
        return payload
    }
}
