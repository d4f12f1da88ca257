internal import RelayCore
internal import RelayJSON

/// `message.ack`: how far our messages have come.
extension GowaReader {
    /// What the types of receipts say of a message of ours. Others come from our own devices (`read-self`, `sender`),
    /// or ask for the message again (`retry`).
    private static let receiptTypes: [String: ReceiptStatus] = [
        "delivered": .delivered, "read": .read, "played": .played,
    ]

    /// Others acknowledge only our messages; what comes from ourselves is that we read theirs.
    func receipts(_ payload: JSONObject, at pointer: String) throws(FormatError) -> [NewEvent] {
        let ids = try array(payload, "ids", "an array of messages' ids", at: pointer)
        let key = GowaKey(payload, own: own)
        guard let chat = key.chat else { throw wrong("must be the chat's address", at: pointer + "/chat_id") }
        guard let progress = payload.text("receipt_type").flatMap({ Self.receiptTypes[$0] }), !key.isFromMe
        else { return [] }
        let facts = ReceiptFacts(
            progress: progress,
            id: "",
            chat: chat,
            recipient: chat.id.chatKind.hasMembers ? key.author : nil,
            at: sentAt,
            receivedAt: receivedAt
        )
        return try events(of: facts, for: ids, at: pointer + "/ids")
    }
}
