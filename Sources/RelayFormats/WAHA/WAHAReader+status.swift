internal import RelayCore
internal import RelayJSON

/// Delivery states of messages sent by the account.
extension WAHAReader {
    /// `message.ack` and `message.ack.group`: the delivery state of a message that the account sent. The `ack` of a
    /// received message makes no event.
    func acknowledgement(_ payload: JSONObject, at pointer: String) throws(InvalidDocumentError) -> ParsedEvent? {
        guard let key = WAHAMessageKeyReader.read(payload, .recipient), let id = key.id else {
            throw wrong("must be the message's id, like \"true_123@c.us_3EB0A1\"", at: pointer + "/id")
        }
        let data = payload["_data"]?.object
        guard key.isFromMe, let (progress, moment) = Self.progress(payload, data?["receipt"]?.object) else {
            return nil
        }
        let chat = key.chat
        let recipient = chat?.id.chatKind.hasMembers == true ? key.author : nil
        // The account's other devices send receipts as well; these do not mean that another person has the message.
        if let recipient, own.contains(recipient.id) || recipient.lid.map(own.contains) == true { return nil }
        return ReceiptFacts(
            progress: progress,
            id: id,
            chat: chat,
            recipient: recipient,
            failure: Self.failure(payload, data),
            at: moment ?? GatewayTimeReader.timestamp(data?["Timestamp"]) ?? sentAt,
            receivedAt: receivedAt
        ).event(session: session)
    }

    /// The reason as WAHA tells it, else as its engine does.
    private static func failure(_ payload: JSONObject, _ data: JSONObject?) -> MessageFailureReason {
        let stub = data?["update"]?["messageStubParameters"] ?? data?["messageStubParameters"]
        return .first(
            MessageFailureReason(payload["error"]), MessageFailureReason(payload["reason"]),
            MessageFailureReason(stubParameters: stub))
    }

    /// - Parameter receipt: NOWEB's own receipt; WAHA reports a delivery in a group as `SERVER`.
    private static func progress(_ payload: JSONObject, _ receipt: JSONObject?) -> (ReceiptStatus, at: Timestamp?)? {
        for step in ReceiptStatus.receiptSteps.reversed() {
            if let moment = GatewayTimeReader.timestamp(receipt?[step.field]) { return (step.progress, moment) }
        }
        let names = ["ERROR": Int64(-1), "PENDING": 0, "SERVER": 1, "DEVICE": 2, "READ": 3, "PLAYED": 4]
        guard let ack = GatewayNumberReader.integer(payload["ack"]) ?? payload.text("ackName").flatMap({ names[$0] }),
            (-1...4).contains(ack), let progress = ReceiptStatus(statusCode: ack + 1)
        else { return nil }
        return (progress, nil)
    }
}
