package import RelayChatwoot
package import RelayCore
internal import RelayHTTPClient
internal import RelayJSON

/// Sends agents' messages through the gateway of the session.
///
/// Before sending, it records in the ledger the parts of the command, so that an attempt after a crash continues after
/// the completed parts, and WhatsApp's id, so that the gateway's echo is recognized as the relay's own message.
package struct WhatsAppDestination: Destination {
    package let settings: DestinationDispatchSettings
    package let target: String
    private let provider: any WhatsAppGatewayAdapter
    private let sentMessages: SentMessageLedger
    private let files: AgentAttachmentLoader
    private let exchange: WhatsAppGatewayClient
    private let reporter: (any SendFailureReporter)?

    init(
        settings: DestinationDispatchSettings,
        provider: any WhatsAppGatewayAdapter,
        sentMessages: SentMessageLedger,
        files: AgentAttachmentLoader,
        exchange: WhatsAppGatewayClient,
        reporter: (any SendFailureReporter)?
    ) {
        var settings = settings
        // An agent's retry must wait for the first attempt, and replies must follow the message that they reply to.
        settings.ordering = .perChat
        self.settings = settings
        self.provider = provider
        self.sentMessages = sentMessages
        self.files = files
        self.exchange = exchange
        self.reporter = reporter
        target = exchange.base
    }

    package func send(_ delivery: ClaimedDelivery, at moment: Timestamp) async -> AttemptResult {
        do {
            let command = try OutboundMessageRequest(delivery)
            switch delivery.type {
            case .messageSend: return try await send(command, at: moment)
            case .messageRevoke: return try await revoke(command, at: moment)
            default:
                return exchange.refusal(
                    "A whatsapp destination takes message.send and message.revoke, not \(delivery.type.name); "
                        + "filter before it."
                )
            }
        } catch let error as StoreError {
            return exchange.failure("The ledger: \(error.message)")
        } catch let error as OutboundMessageRequestError {
            return exchange.refusal(error.message)
        } catch let error as MediaError {
            let message = "The file: \(error.message)"
            return error.isRetryable ? exchange.failure(message) : exchange.refusal(message)
        } catch {
            return exchange.failure("\(error)")
        }
    }

    private static let nothingToSend = OutboundMessageRequestError(
        "There is nothing to send: no text and no attachment.", .empty)

    // MARK: Sending

    private func send(_ command: OutboundMessageRequest, at moment: Timestamp) async throws -> AttemptResult {
        let parts = command.parts
        guard !parts.isEmpty else { throw Self.nothingToSend }
        let done = try await sentMessages.done(command)
        var command = command
        if command.quoted == nil, let answered = command.conversation?.inReplyTo {
            command.quoted = try await sentMessages.quoted(answered)
        }
        var last = exchange.success
        for part in parts where !done.contains(part.index) {
            if part.attachment != nil, files.fetcher != nil {
                guard await files.semaphore.wait() else { return exchange.interruption }
                defer { files.semaphore.signal() }
                last = try await send(file: part, of: command, at: moment)
            } else {
                last = try await send(part, of: command, at: moment)
            }
            guard last.isDelivered else { return last }
        }
        return last
    }

    private func send(
        file part: OutboundMessageRequest.SingleMessage, of command: OutboundMessageRequest, at moment: Timestamp
    ) async throws -> AttemptResult {
        guard var file = part.attachment else { return exchange.success }
        file = try await files.ready(file, for: provider.handover, session: command.session)
        if let upload = provider.upload(file) {
            let (result, answer) = await exchange.send(upload, at: moment)
            guard result.isDelivered else { return result }
            guard let id = answer.flatMap({ provider.uploadedID(in: $0) }) else {
                return exchange.failure("The gateway took the file, and did not say under which id")
            }
            file.uploadedID = id
            file.bytes = nil
        }
        var part = part
        part.attachment = file
        return try await send(part, of: command, at: moment)
    }

    private func send(
        _ part: OutboundMessageRequest.SingleMessage, of command: OutboundMessageRequest, at moment: Timestamp
    ) async throws -> AttemptResult {
        let chosen = provider.choosesID ? command.messageID(of: part) : nil
        let request = try provider.send(part, of: command)
        try await sentMessages.intend(part, of: command, chosen: chosen, at: moment)
        let (answered, answer) = await exchange.send(request, at: moment)
        let result = judged(answered, answer)
        guard result.isDelivered else {
            // The message was rejected or never sent, so no echo of it can follow.
            if !result.isAmbiguous { try await sentMessages.forget(part, of: command, chosen: chosen) }
            return result
        }
        let id = answer.flatMap { provider.messageID(in: $0) } ?? chosen
        try await sentMessages.sent(part, of: command, as: id, chosen: chosen, at: moment)
        return result
    }

    /// Deletes the sent messages of a command on WhatsApp; does nothing when none was sent.
    private func revoke(_ command: OutboundMessageRequest, at moment: Timestamp) async throws -> AttemptResult {
        var last = exchange.success
        for message in try await sentMessages.messages(of: command) {
            let (result, answer) = await exchange.send(try provider.revoke(message, of: command), at: moment)
            last = judged(result, answer)
            guard last.isDelivered else { return last }
        }
        return last
    }

    private func judged(_ result: AttemptResult, _ answer: JSON?) -> AttemptResult {
        guard result.isDelivered, let answer, let problem = provider.problem(in: answer) else { return result }
        var result = result
        result.outcome = .refused
        result.error = problem
        return result
    }

    // MARK: Reporting

    /// Notifies the author that the message was not sent. WhatsApp's own receipts report successful messages.
    package func gaveUp(_ delivery: ClaimedDelivery, after result: AttemptResult, at moment: Timestamp) async {
        guard delivery.type == .messageSend, let conversation = OutboundMessageRequest.conversation(of: delivery) else {
            return
        }
        // Recorded before the agent is notified, because a retry by the agent is checked in the ledger.
        if let command = try? OutboundMessageRequest(delivery) { try? await sentMessages.giveUp(command, at: moment) }
        await reporter?.failed(
            conversation.message, conversation: conversation.conversation,
            WhatsAppSendFailure(result, commandError(delivery)), at: moment)
    }

    /// Why a command could not be executed, whatever the gateway answers; nil: it could.
    private func commandError(_ delivery: ClaimedDelivery) -> OutboundMessageRequestError? {
        do throws(OutboundMessageRequestError) {
            let command = try OutboundMessageRequest(delivery)
            if command.parts.isEmpty { return Self.nothingToSend }
            for part in command.parts { _ = try provider.send(part, of: command) }
            return nil
        } catch {
            return error
        }
    }
}

/// Notifies the author in a conversation that a message could not be sent. Best effort: when the notification fails,
/// the error is only in the delivery's history.
package protocol SendFailureReporter: Sendable {
    /// - Parameters:
    ///   - message: the id of the author's message in the other system.
    ///   - conversation: the id of its conversation; nil when it is not known.
    func failed(_ message: Int64, conversation: Int64?, _ failure: WhatsAppSendFailure, at moment: Timestamp) async
}

extension AttemptResult {
    /// Whether the gateway may have processed the request although no response confirms it.
    var isAmbiguous: Bool {
        switch outcome {
        case .delivered: false
        case .refused: (status ?? 0) >= 500
        case .failed(let kind): ![.dns, .connect, .tls, .blockedAddress, .invalidRequest].contains(kind)
        }
    }
}
