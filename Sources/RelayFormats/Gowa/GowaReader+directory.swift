internal import RelayCore
internal import RelayJSON

/// Members of groups.
extension GowaReader {
    /// `group.participants`, and `group.joined`, where the account itself is the added member.
    func members(_ payload: JSONObject, at pointer: String) throws(InvalidDocumentError) -> ParsedEvent {
        let id = try jid(payload, "chat_id", "the group's JID", at: pointer)
        let members = try array(payload, "jids", "an array of JIDs", at: pointer)
        let change = GroupFacts(id: id, name: payload.text("group_name")).payload(
            action: payload.text("type"),
            members: members.compactMap(GroupFacts.participant),
            author: nil
        )
        return event(.groupUpdated, chat: id, at: sentAt, key: dedupKey(.groupUpdated, chat: id, payload), change)
    }
}
