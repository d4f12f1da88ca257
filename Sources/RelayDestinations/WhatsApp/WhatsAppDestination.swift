public import RelayCore
internal import RelayHTTPClient
internal import RelayJSON

/// Sends agents' messages through the gateway that has the session.
///
/// What is sent is written into the ledger before: the command's parts, so that an attempt after a crash goes on behind
/// those that are done, and WhatsApp's id, so that the gateway's echo of the message is known as ours.
public struct WhatsAppDestination: Destination {
    public let settings: DestinationSettings
    public let target: String
    private let provider: any WhatsAppProvider
    private let book: SendBook
    private let exchange: ProviderExchange
    private let reporter: (any SendReporter)?

    init(
        settings: DestinationSettings,
        provider: any WhatsAppProvider,
        book: SendBook,
        exchange: ProviderExchange,
        reporter: (any SendReporter)?
    ) {
        self.settings = settings
        self.provider = provider
        self.book = book
        self.exchange = exchange
        self.reporter = reporter
        target = exchange.base
    }

    public func send(_ delivery: ClaimedDelivery, at moment: Timestamp) async -> AttemptResult {
        let result: AttemptResult
        let command: SendCommand
        do {
            command = try SendCommand(delivery)
        } catch {
            return exchange.refusal(error.message)
        }
        do {
            switch delivery.type {
            case .messageSend: result = try await send(command, at: moment)
            case .messageRevoke: result = try await revoke(command, at: moment)
            default:
                return exchange.refusal(
                    "A whatsapp destination takes message.send and message.revoke, not \(delivery.type.name); "
                        + "filter before it."
                )
            }
        } catch let error as StoreError {
            return exchange.failure("The ledger: \(error.message)")
        } catch let error as SendCommandError {
            result = exchange.refusal(error.message)
        } catch {
            return exchange.failure("\(error)")
        }
        await report(result, of: command, delivery, at: moment)
        return result
    }

    // MARK: Sending

    private func send(_ command: SendCommand, at moment: Timestamp) async throws -> AttemptResult {
        let parts = command.parts
        guard !parts.isEmpty else { throw SendCommandError("There is nothing to send: no text and no attachment.") }
        var done = try await book.done(command)
        var last = exchange.success
        for part in parts where !done.contains(part.index) {
            let chosen = provider.choosesID ? command.messageID(of: part) : nil
            try await book.intend(part, of: command, chosen: chosen, at: moment)
            let (result, answer) = await exchange.send(try provider.send(part, of: command), at: moment)
            last = judged(result, answer)
            guard last.isDelivered else {
                // Refused, or never left: then nothing is on its way that an echo could come of.
                if !last.isAmbiguous { try await book.forget(part, of: command, chosen: chosen) }
                return last
            }
            let id = answer.flatMap { provider.messageID(in: $0) } ?? chosen
            try await book.sent(part, of: command, as: id, chosen: chosen, at: moment)
            done.insert(part.index)
        }
        return last
    }

    /// Takes back what was sent of a command; what was never sent needs nothing.
    private func revoke(_ command: SendCommand, at moment: Timestamp) async throws -> AttemptResult {
        var last = exchange.success
        for message in try await book.messages(of: command) {
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

    // MARK: Telling

    /// Who wrote the message learns that it will not arrive; that it has been sent, from WhatsApp's own receipts.
    private func report(
        _ result: AttemptResult, of command: SendCommand, _ delivery: ClaimedDelivery, at moment: Timestamp
    ) async {
        guard let reporter, let place = command.place, delivery.type == .messageSend else { return }
        if result.isDelivered {
            await reporter.sent(place.message, conversation: place.conversation, at: moment)
        } else if !settings.retry.retries(result) || delivery.attemptInSeries >= settings.retry.maxAttempts {
            let reason = result.error ?? "It could not be sent."
            await reporter.failed(place.message, conversation: place.conversation, reason: reason, at: moment)
        }
    }
}

/// Tells people in a conversation what came of the message that they wrote there. Best effort: what cannot be told is
/// in the delivery's history.
public protocol SendReporter: Sendable {
    func sent(_ message: Int64, conversation: Int64?, at moment: Timestamp) async
    func failed(_ message: Int64, conversation: Int64?, reason: String, at moment: Timestamp) async
}

extension AttemptResult {
    /// Whether the other side may have got the request although no answer says so.
    var isAmbiguous: Bool {
        switch outcome {
        case .delivered: false
        case .refused: (status ?? 0) >= 500
        case .failed(let kind): ![.dns, .connect, .tls, .blockedAddress, .invalidRequest].contains(kind)
        }
    }
}
