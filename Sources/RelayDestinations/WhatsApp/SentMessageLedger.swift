internal import RelayCore

/// The ledger entries about agents' messages.
///
/// Each part of a command has an entry with the command's id. WhatsApp's id of the part has another entry, by which
/// receipts and echoes are found.
struct SentMessageLedger: Sendable {
    let ledger: any ForwardingLedger
    /// Whose ledger: the destination that the agents write in, else the sender itself.
    let destination: DestinationKey

    /// The parts that the gateway has accepted.
    func done(_ command: OutboundMessageRequest) async throws(StoreError) -> Set<Int> {
        let entries = try await ledger.forwardedParts(of: command.id, in: chatKey(command))
        return Set(entries.filter { $0.state == .sent }.compactMap { Int($0.key.part) })
    }

    /// The WhatsApp message for a message of the conversation: the one that was forwarded there, or the first part of
    /// one that an agent wrote.
    func quoted(_ remote: Int64) async throws(StoreError) -> OutboundMessageRequest.QuotedMessage? {
        let entries = try await ledger.forwardedMessages(destination: destination, remote: remote)
            .filter { $0.state == .sent }
        // Entries of a command's parts have part numbers; the entry for WhatsApp's id has an empty part.
        let whole = entries.filter(\.key.part.isEmpty).min { $0.updatedAt < $1.updatedAt }
        return (whole ?? entries.first { $0.direction == .forwarded }).map {
            OutboundMessageRequest.QuotedMessage(
                messageID: $0.key.message, isOurs: $0.direction == .returned ? true : nil)
        }
    }

    /// WhatsApp's ids of the messages that were sent.
    func messages(of command: OutboundMessageRequest) async throws(StoreError) -> [String] {
        guard let conversation = command.conversation else { return [] }
        let entries = try await ledger.forwardedMessages(destination: destination, remote: conversation.message)
        return entries.filter { $0.state == .sent && $0.key.message != command.id }.map(\.key.message)
    }

    func intend(
        _ part: OutboundMessageRequest.SingleMessage, of command: OutboundMessageRequest, chosen: String?,
        at moment: Timestamp
    ) async throws(StoreError) {
        var changes = [entry(part, command, .intended, moment)]
        if let chosen { changes.append(named(chosen, command, .intended, moment)) }
        try await ledger.record(changes.map { .message($0) })
    }

    /// - Parameter id: WhatsApp's id; nil when the gateway did not return it.
    func sent(
        _ part: OutboundMessageRequest.SingleMessage, of command: OutboundMessageRequest, as id: String?,
        chosen: String?,
        at moment: Timestamp
    ) async throws(StoreError) {
        var changes: [ForwardingLedgerChange] = [.message(entry(part, command, .sent, moment))]
        if let chosen, chosen != id { changes.append(.forgetMessage(named(chosen, command, .sent, moment).key)) }
        if let id { changes.append(.message(named(id, command, .sent, moment))) }
        try await ledger.record(changes)
    }

    /// Marks the unsent parts as failed after the last attempt. An agent's retry then counts as a new one, and a part
    /// that may have been sent is still recognized by its echo.
    func giveUp(_ command: OutboundMessageRequest, at moment: Timestamp) async throws(StoreError) {
        guard let conversation = command.conversation else { return }
        let done = try await done(command)
        var changes = command.parts.filter { !done.contains($0.index) }
            .map { ForwardingLedgerChange.message(entry($0, command, .failed, moment)) }
        for var open in try await ledger.forwardedMessages(destination: destination, remote: conversation.message)
        where open.state == .intended && open.key.part.isEmpty {
            open.state = .failed
            open.updatedAt = moment
            changes.append(.message(open))
        }
        try await ledger.record(changes)
    }

    func forget(_ part: OutboundMessageRequest.SingleMessage, of command: OutboundMessageRequest, chosen: String?)
        async throws(StoreError)
    {
        let now = Timestamp(seconds: 0)
        var changes: [ForwardingLedgerChange] = [.forgetMessage(entry(part, command, .intended, now).key)]
        if let chosen { changes.append(.forgetMessage(named(chosen, command, .intended, now).key)) }
        try await ledger.record(changes)
    }

    private func chatKey(_ command: OutboundMessageRequest) -> ForwardedChatMapping.Key {
        ForwardedChatMapping.Key(
            destination: destination, session: command.session, chat: command.chat.description)
    }

    private func entry(
        _ part: OutboundMessageRequest.SingleMessage, _ command: OutboundMessageRequest,
        _ state: ForwardedMessage.State,
        _ moment: Timestamp
    ) -> ForwardedMessage {
        message(command.id, "\(part.index)", command, state, moment)
    }

    private func named(
        _ id: String, _ command: OutboundMessageRequest, _ state: ForwardedMessage.State, _ moment: Timestamp
    ) -> ForwardedMessage {
        message(id, "", command, state, moment)
    }

    private func message(
        _ id: String,
        _ part: String,
        _ command: OutboundMessageRequest,
        _ state: ForwardedMessage.State,
        _ moment: Timestamp
    ) -> ForwardedMessage {
        ForwardedMessage(
            key: ForwardedMessage.Key(chatKey(command), message: id, part: part),
            direction: .returned,
            state: state,
            conversation: command.conversation?.conversation,
            remote: command.conversation?.message,
            updatedAt: moment
        )
    }
}
