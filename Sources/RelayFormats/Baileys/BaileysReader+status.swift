internal import RelayCore
internal import RelayJSON

/// Delivery states of messages sent by the account, and the other changes in `messages.update`.
extension BaileysReader {
    /// `messages.update`: `{key, update}`, where `update` is a part of the message.
    func messageUpdate(_ item: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let keyPointer = pointer + "/key"
        let keyObject = try object(item["key"], at: keyPointer)
        let update = try object(item["update"], at: pointer + "/update")
        let key = BaileysMessageKey(keyObject)
        let moment = GatewayTimeReader.timestamp(update["messageTimestamp"])
        var events: [ParsedEvent] = []
        if let message = update["message"]?.object {
            if message["editedMessage"] != nil {
                if let event = try edited(message, key: key, keyPointer: keyPointer, at: moment) {
                    events.append(event)
                }
            } else {
                // A late message: the phone sent it again, or uploaded its media again.
                var whole = update
                whole["key"] = .object(keyObject)
                if let event = try self.message(whole, at: pointer, isHistory: false) { events.append(event) }
            }
        } else if GatewayNumberReader.enumeration(update["messageStubType"], Self.stubTypes) == 1 {
            let target = try id(of: key, at: keyPointer)
            let revoker = update["key"]?.object.map { BaileysMessageKey($0) } ?? key
            var facts = facts(of: revoker, at: moment)
            facts.chat = PersonIdentity.better(facts.chat, key.chat)
            events.append(facts.deletion(of: target, session: session))
        }
        if let event = try additions(update, key: key, keyPointer: keyPointer, at: moment) { events.append(event) }
        let isFromMe = keyObject["fromMe"]?.bool
        if let event = try status(update, key: key, isFromMe: isFromMe, keyPointer: keyPointer, at: moment) {
            events.append(event)
        }
        return events
    }

    /// Votes of a poll, and answers to a calendar event, which Baileys has decrypted.
    private func additions(
        _ update: JSONObject,
        key: BaileysMessageKey,
        keyPointer: String,
        at moment: Timestamp?
    ) throws(InvalidDocumentError) -> ParsedEvent? {
        let content: MessageContent
        if let votes = update["pollUpdates"]?.array, !votes.isEmpty {
            content = .votes(votes)
        } else if let responses = update["eventResponses"]?.array, !responses.isEmpty {
            content = .eventResponses(responses)
        } else {
            return nil
        }
        return facts(of: key, at: moment)
            .edit(of: try id(of: key, at: keyPointer), content: content, at: moment, session: session)
    }

    private func edited(
        _ message: JSONObject,
        key: BaileysMessageKey,
        keyPointer: String,
        at moment: Timestamp?
    ) throws(InvalidDocumentError) -> ParsedEvent? {
        switch ParsedMessageNode(message) {
        case .content(let content):
            return facts(of: key, at: moment)
                .edit(of: try id(of: key, at: keyPointer), content: content, at: moment, session: session)
        case .edit(let target, let content, let editedAt):
            return facts(of: key, at: moment)
                .edit(of: target, content: content, at: editedAt ?? moment, session: session)
        default:
            return nil
        }
    }

    /// The status of a message sent by the account. A status with `fromMe: false` means that the account read a message
    /// on another device (B-R2). An unknown status makes no event (B-R3). Only sent messages can fail, so a failure is
    /// accepted from a key without `fromMe`.
    private func status(
        _ update: JSONObject,
        key: BaileysMessageKey,
        isFromMe: Bool?,
        keyPointer: String,
        at moment: Timestamp?
    ) throws(InvalidDocumentError) -> ParsedEvent? {
        guard let value = update["status"], value != .null,
            let progress = ReceiptStatus(statusCode: GatewayNumberReader.enumeration(value, ReceiptStatus.statuses)),
            isFromMe ?? (progress == .failed)
        else { return nil }
        return ReceiptFacts(
            progress: progress,
            id: try id(of: key, at: keyPointer),
            chat: key.chat,
            failure: MessageFailureReason(stubParameters: update["messageStubParameters"]),
            at: moment,
            receivedAt: receivedAt
        ).event(session: session)
    }

    /// `message-receipt.update`: receipts of group members for a message sent by the account (B-R1).
    func receipt(_ item: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let key = BaileysMessageKey(try object(item["key"], at: pointer + "/key"))
        let receipt = try object(item["receipt"], at: pointer + "/receipt")
        let recipient = receipt.jid("userJid")
        // The account's other devices send receipts as well; these do not mean that another person has the message.
        guard key.isFromMe, recipient.map({ !own.contains($0) }) ?? true else { return [] }
        var events: [ParsedEvent] = []
        for step in ReceiptStatus.receiptSteps {
            guard let value = receipt[step.field], value != .null else { continue }
            events.append(
                ReceiptFacts(
                    progress: step.progress,
                    id: try id(of: key, at: pointer + "/key"),
                    chat: key.chat,
                    recipient: recipient.map { PersonIdentity($0) },
                    at: GatewayTimeReader.timestamp(value),
                    receivedAt: receivedAt
                ).event(session: session)
            )
        }
        return events
    }
}
