internal import RelayConfig
internal import RelayCore
internal import RelayDelivery
internal import RelayDestinations
internal import Synchronization

/// The real destinations of a test, with scripted receivers. Each session has one webhook.
final class ScriptedDestinations: DestinationLookup {
    struct Entry: Sendable {
        let destination: InstrumentedDestination
        /// The destination's name in tests.
        let shown: String
        let receiver: SimulatedReceiver
        /// The secret that signs; nil: requests are not signed.
        let secret: String?

        func route(_ key: DestinationKey) -> DeliveryTarget {
            DeliveryTarget(destination: key, settings: destination.settings, isSigned: secret != nil)
        }
    }

    /// The secret of every session's webhook, which is used only in tests.
    private static let secret = "whsec_emFwaHViIHRlc3QsIG5vdCBhIHJlYWwgc2VjcmV0ISE="

    private let configuration: RelayConfiguration
    private let configured: [DestinationKey: Entry]
    private let session: SimulatedReceiver
    /// What the destinations have sent.
    let ledger: any ForwardingLedger
    private let webhooks = Mutex<[DestinationKey: Entry]>([:])

    init(_ configuration: RelayConfiguration, answers: [String: [SimulatedReceiverAnswer]], clock: SkippingTestClock) {
        self.configuration = configuration
        let ledger = InMemoryForwardingLedger()
        self.ledger = ledger
        session = SimulatedReceiver(answers[RelayConfiguration.Destination.sessionWebhooks] ?? [.ok], clock: clock)
        configured = configuration.destinations.reduce(into: [:]) { entries, destination in
            let receiver = SimulatedReceiver(answers[destination.name] ?? [.ok], clock: clock)
            let environment = DestinationBuildContext(
                configuration, sender: destination.testServer(receiver), sinks: receiver, ledger: ledger, clock: clock)
            guard let made = destination.destination(in: environment) else { return }
            entries[.configured(destination.name)] = Entry(
                destination: InstrumentedDestination(base: made),
                shown: destination.name,
                receiver: receiver,
                secret: destination.secrets.first?.value
            )
        }
    }

    func entry(_ key: DestinationKey) -> Entry? {
        configured[key] ?? webhooks.withLock { $0[key] }
    }

    func destination(_ key: DestinationKey) -> (any Destination)? {
        entry(key)?.destination
    }

    /// The webhook of a session, made when it is asked for first.
    private func webhook(of session: String) -> (key: DestinationKey, entry: Entry) {
        let id = DestinationKey.webhookID(session)
        let key = DestinationKey.webhook(id)
        return webhooks.withLock { webhooks in
            if let entry = webhooks[key] { return (key, entry) }
            let destination = WebhookDestination(
                url: "https://session.invalid/",
                secrets: [WebhookSigningSecret(value: Self.secret)],
                timeout: configuration.webhookTimeout,
                settings: DestinationDispatchSettings(retry: configuration.retryPolicies["default"] ?? RetryPolicy()),
                engine: self.session
            )
            let entry = Entry(
                destination: InstrumentedDestination(base: destination),
                shown: RelayConfiguration.Destination.sessionWebhooks,
                receiver: self.session,
                secret: Self.secret
            )
            webhooks[key] = entry
            return (key, entry)
        }
    }
}

extension ScriptedDestinations: DeliveryTargetResolver {
    func route(to name: String) -> DeliveryTarget? {
        configured[.configured(name)]?.route(.configured(name))
    }

    func webhooks(of session: String) -> [DeliveryTarget] {
        let (key, entry) = webhook(of: session)
        return [entry.route(key)]
    }
}
