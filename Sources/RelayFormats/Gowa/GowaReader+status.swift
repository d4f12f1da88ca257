internal import RelayCore
internal import RelayJSON

/// `message.ack`: delivery states of messages sent by the account.
extension GowaReader {
    /// Receipt types and the status that they give a sent message. Other types come from the account's own devices
    /// (`read-self`, `sender`) or ask for the message again (`retry`).
    private static let receiptTypes: [String: ReceiptStatus] = [
        "delivered": .delivered, "read": .read, "played": .played,
    ]

    /// Other people acknowledge only messages that the account sent. A receipt from the account itself means that it
    /// read their messages.
    func receipts(_ payload: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let ids = try array(payload, "ids", "an array of messages' ids", at: pointer)
        let key = GowaMessageOrigin(payload, own: own)
        guard let chat = key.chat else { throw wrong("must be the chat's JID", at: pointer + "/chat_id") }
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
