package import RelayCore
internal import RelayCrypto
package import RelayHTTPClient

/// Forwards WhatsApp conversations to a Chatwoot inbox, each message exactly once.
package struct ChatwootDestination: Destination {
    package let settings: DestinationDispatchSettings
    package let target: String
    /// The token and the inbox count as well: with other ones Chatwoot may take what it denied.
    package let receiver: String
    private let planner: ChatwootActionPlanner
    private let options: ChatwootDestinationOptions
    private let api: ChatwootAPIClient
    private let inboxes: ChatwootInboxCache
    private let ledger: any ForwardingLedger
    private let files: ChatwootMessageFormBuilder
    private let newest = HighestMessageID()
    private let people = AsyncKeyedMutex<String>()
    private let clock: any RelayClock
    private let key: DestinationKey

    /// - Parameters:
    ///   - name: the destination's name, which is part of the keys in the ledger.
    ///   - settings: ordering is always per chat, because a conversation depends on the order of its messages. Of the
    ///     4xx statuses only 408, 425 and 429 are retried.
    ///   - mediaStore: the media store with the relay's copies of files; nil: the message contains links to files instead.
    package init(
        _ options: ChatwootDestinationOptions,
        key: DestinationKey,
        settings: DestinationDispatchSettings,
        timeout: Duration,
        sender: any HTTPClient,
        ledger: any ForwardingLedger,
        mediaStore: (any MediaStore)?,
        clock: any RelayClock
    ) {
        self.key = key
        self.options = options
        var settings = settings
        settings.ordering = .perChat
        // Chatwoot's other rejections are permanent or handled by the forwarder, so a retry policy does not apply to
        // them.
        settings.retry.retryOn.subtract([.statusClass(3), .statusClass(4)])
        settings.retry.retryOn.formUnion([.status(408), .status(425), .status(429)])
        self.settings = settings
        target = "\(options.url)/app/accounts/\(options.account)"
        receiver = "\(target) \(SecretFingerprint.text(of: [options.token, "\(options.inbox)"]))"
        planner = ChatwootActionPlanner(options)
        api = ChatwootAPIClient(
            url: options.url, account: options.account, token: options.token, timeout: timeout, sender: sender)
        inboxes = ChatwootInboxCache(api, options: options, clock: clock)
        files = ChatwootMessageFormBuilder(mediaStore: mediaStore, maxSize: options.maxSize)
        self.ledger = ledger
        self.clock = clock
    }

    package func send(_ delivery: ClaimedDelivery, at moment: Timestamp) async -> AttemptResult {
        let startedAt = clock.now
        var event: DeliveryEnvelope
        do {
            event = try DeliveryEnvelope(delivery.body)
        } catch {
            return result(.failed(.invalidRequest), error.message, after: clock.now - startedAt)
        }
        do {
            try await resolve(&event)
        } catch {
            return result(of: .store(error), after: clock.now - startedAt)
        }
        let plan = planner.plan(event, at: moment)
        let run = run(plan.session)
        do {
            try await run.perform(plan)
            return result(.delivered, run.contactFailures.text, after: clock.now - startedAt)
        } catch {
            let failed = result(of: error, after: clock.now - startedAt)
            if isLast(delivery, failed) { try? await run.abandon(plan, because: failed.error ?? "") }
            return failed
        }
    }

    /// Names the chat as the ledger does. A body that was made before the phone behind a hidden identity was known
    /// keeps the identity, also when it is replayed after both were joined.
    private func resolve(_ event: inout DeliveryEnvelope) async throws(StoreError) {
        guard let lid = event.hiddenChat else { return }
        let key = ForwardedChatMapping.Key(destination: key, session: event.session, chat: lid)
        let current = try await ledger.currentKey(of: key)
        if current.chat != key.chat { event.nameChat(byPhone: current.chat) }
    }

    /// Whether no further attempt follows, so that agents must be notified.
    private func isLast(_ delivery: ClaimedDelivery, _ result: AttemptResult) -> Bool {
        if result.pausesDestination { return false }
        if [.failed(.interrupted), .failed(.localShortage)].contains(result.outcome) { return false }
        return !settings.retry.retries(result) || delivery.attemptInSeries >= settings.retry.maxAttempts
    }

    private func result(of failure: ChatwootForwarder.ForwardError, after duration: Duration) -> AttemptResult {
        switch failure {
        case .chatwoot(let failure): AttemptResult(failure, from: target, after: duration)
        case .store(let error): result(.failed(.other), "The ledger: \(error.message)", after: duration)
        case .local(let reason): result(.failed(.other), reason, after: duration)
        }
    }

    private func result(_ outcome: AttemptResult.Outcome, _ error: String?, after duration: Duration) -> AttemptResult {
        AttemptResult(outcome: outcome, error: error, target: target, duration: duration)
    }

    private func run(_ session: String) -> ChatwootForwarder {
        ChatwootForwarder(
            options: options, api: api, inboxes: inboxes, ledger: ledger, files: files, newest: newest,
            people: people, contactFailures: ContactUpdateFailureLog(), clock: clock, destination: key, session: session
        )
    }

    // MARK: Failures of agents' messages

    /// Notifies the agent that a message could not be sent. Best effort: errors are ignored.
    package func tellFailure(of message: Int64, in conversation: Int64?, _ failure: WhatsAppSendFailure) async {
        guard let conversation else { return }
        let reason = failure.text(in: options.language)
        try? await api.setStatus("failed", error: reason, of: message, in: conversation)
    }
}
