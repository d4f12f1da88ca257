internal import RelayConfig
internal import RelayCore
internal import RelayDelivery
internal import RelayDestinations
internal import Synchronization

/// The real destinations of a test, with scripted receivers behind them. Each session has one webhook of its own.
final class TrialReceivers: DestinationProvider {
    struct Entry: Sendable {
        let destination: TrialDestination
        /// As tests call it.
        let shown: String
        let receiver: ScriptedReceiver
        /// What signs; nil: nothing is signed.
        let secret: String?

        func route(_ key: String) -> Route {
            Route(destination: key, settings: destination.settings, isSigned: secret != nil)
        }
    }

    /// The secret of every session's webhook: only its own tests get to see what it signs.
    private static let secret = "whsec_emFwaHViIHRlc3QsIG5vdCBhIHJlYWwgc2VjcmV0ISE="

    private let configuration: RelayConfiguration
    private let configured: [String: Entry]
    private let session: ScriptedReceiver
    private let webhooks = Mutex<[String: Entry]>([:])

    init(_ configuration: RelayConfiguration, answers: [String: [ScriptedAnswer]], clock: TrialClock) {
        self.configuration = configuration
        let ledger = TransientLedger()
        session = ScriptedReceiver(answers["session"] ?? [.ok], clock: clock)
        configured = configuration.destinations.reduce(into: [:]) { entries, destination in
            let receiver = ScriptedReceiver(answers[destination.name] ?? [.ok], clock: clock)
            let hasConversations = destination.options is any ConversationKind
            let environment = DestinationEnvironment(
                configuration, loadedAt: clock.now, sender: hasConversations ? ChatwootStandIn(receiver) : receiver,
                sinks: receiver, ledger: ledger, clock: clock)
            guard let made = destination.destination(in: environment) else { return }
            entries[destination.name] = Entry(
                destination: TrialDestination(base: made),
                shown: destination.name,
                receiver: receiver,
                secret: destination.secrets.first
            )
        }
    }

    func entry(_ key: String) -> Entry? {
        configured[key] ?? webhooks.withLock { $0[key] }
    }

    func destination(_ key: String) -> (any Destination)? {
        entry(key)?.destination
    }

    /// The webhook of a session, made when it is asked for first.
    private func webhook(of session: String) -> (key: String, entry: Entry) {
        let key = "wh_\(session)"
        return webhooks.withLock { webhooks in
            if let entry = webhooks[key] { return (key, entry) }
            var webhook = Webhook(
                id: key, session: session, url: "https://session.invalid/", createdAt: TrialClock.start)
            webhook.secrets = [WebhookSecret(value: Self.secret, createdAt: TrialClock.start)]
            let entry = Entry(
                destination: TrialDestination(
                    base: WebhookDestination(webhook, in: configuration, engine: self.session)),
                shown: "session",
                receiver: self.session,
                secret: Self.secret
            )
            webhooks[key] = entry
            return (key, entry)
        }
    }
}

extension TrialReceivers: RouteLookup {
    func route(to destination: String) -> Route? {
        configured[destination]?.route(destination)
    }

    func webhooks(of session: String) -> [Route] {
        let (key, entry) = webhook(of: session)
        return [entry.route(key)]
    }
}
