internal import RelayCore
internal import RelayJSON

/// `Receipt`: receipts for messages sent by the account. A receipt from the account's own devices means that the
/// account read a message (B-R1).
extension EvolutionGoReader {
    func receipt(_ data: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let ids = try array(data, "MessageIDs", "an array of message ids", at: pointer)
        let chat = try jid(data, "Chat", "the chat's JID", at: pointer)
        let progress: ReceiptStatus
        switch (state ?? data["Type"]?.string)?.lowercased() {
        case "delivered", "": progress = .delivered
        case "read": progress = .read
        case "played": progress = .played
        default: return []
        }
        guard !data.flag("IsFromMe") else { return [] }
        let sender = PersonIdentity(data.jid("Sender"), alternates: [data.jid("SenderAlt")])
        let isDirect = chat.chatKind == .direct
        let facts = ReceiptFacts(
            progress: progress,
            id: "",
            chat: isDirect ? PersonIdentity(chat, alternates: [data.jid("SenderAlt")]) : PersonIdentity(chat),
            recipient: isDirect ? nil : sender,
            at: GatewayTimeReader.timestamp(data["Timestamp"]),
            receivedAt: receivedAt
        )
        return try events(of: facts, for: ids, at: pointer + "/MessageIDs")
    }
}
