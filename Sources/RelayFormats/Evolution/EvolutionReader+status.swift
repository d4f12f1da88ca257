internal import RelayCore
internal import RelayJSON

/// `messages.update`: delivery states of messages sent by the account, and other changes of a message.
extension EvolutionReader {
    /// Baileys' statuses by name, and those of Evolution's Cloud API channel.
    private static let statuses = ReceiptStatus.statuses.merging(["SENT": 2, "DELIVERED": 3, "FAILED": 0]) { old, _ in
        old
    }

    func messageUpdate(_ item: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let update = item["update"]?.object ?? JSONObject()
        let keyObject = key(of: item)
        let key = BaileysMessageKey(keyObject)
        let moment = GatewayTimeReader.timestamp(item["datetime"] ?? update["messageTimestamp"])
        guard let id = key.id else {
            throw wrong("must be the message's id, a text", at: pointer + "/keyId")
        }
        // When an update contains no status, Evolution adds SERVER_ACK.
        if let message = (item["message"] ?? update["message"])?.object {
            return try changed(message, item, key: key, id: id, at: pointer)
        }
        if let votes = item["pollUpdates"]?.array, !votes.isEmpty {
            return [poll(votes, key: key, id: id)]
        }
        guard let value = item["status"] ?? update["status"], value != .null else { return [] }
        if value == "DELETED" { return [baileys.facts(of: key, at: moment).deletion(of: id, session: session)] }
        // A status with `fromMe: false` means that the account read a message on another device (B-R2).
        guard let progress = ReceiptStatus(statusCode: GatewayNumberReader.enumeration(value, Self.statuses)),
            keyObject["fromMe"]?.bool ?? (progress == .failed)
        else { return [] }
        let recipient = key.chat?.id.chatKind == .direct ? nil : key.author
        if let recipient, baileys.own.contains(recipient.id) { return [] }
        let facts = ReceiptFacts(
            progress: progress,
            id: id,
            chat: key.chat,
            recipient: recipient,
            failure: .first(
                MessageFailureReason(stubParameters: update["messageStubParameters"] ?? item["messageStubParameters"]),
                MessageFailureReason(item["error"] ?? update["error"])),
            at: moment,
            receivedAt: receivedAt
        )
        return [facts.event(session: session)]
    }

    /// An update that contains a message: an edit, or the message itself, late.
    private func changed(
        _ message: JSONObject,
        _ item: JSONObject,
        key: BaileysMessageKey,
        id: String,
        at pointer: String
    ) throws(InvalidDocumentError) -> [ParsedEvent] {
        guard message.contains("editedMessage") else {
            var whole = item
            whole["key"] = .object(self.key(of: item))
            whole["message"] = .object(message)
            return try self.message(whole, at: pointer).map { [$0] } ?? []
        }
        let facts = baileys.facts(of: key, at: nil)
        return switch ParsedMessageNode(message) {
        case .content(let content): [edited(facts, id, content, at: nil)]
        case .edit(let target, let content, let moment): [edited(facts, target, content, at: moment)]
        default: []
        }
    }

    /// The current votes of a poll that the account sent.
    private func poll(_ votes: [JSON], key: BaileysMessageKey, id: String) -> ParsedEvent {
        var event = baileys.facts(of: key, at: nil).edit(of: id, content: .votes(votes), at: nil, session: session)
        // Votes can return to an earlier state, and nothing in the document distinguishes that from a repetition.
        event.dedupKey = nil
        return event
    }
}
