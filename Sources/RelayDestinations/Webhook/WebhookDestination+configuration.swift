public import RelayConfig
public import RelayCore
public import RelayHTTPClient

extension WebhookDestination {
    /// A destination of the configuration; nil when it is of another kind.
    /// - Parameters:
    ///   - moment: when the configuration was loaded: since then its secrets sign.
    ///   - engine: what sends.
    public init?(
        _ destination: RelayConfiguration.Destination,
        in configuration: RelayConfiguration,
        loadedAt moment: Timestamp,
        engine: any HTTPSender
    ) {
        guard let options = destination.options as? WebhookOptions else { return nil }
        self.init(
            url: options.url,
            headers: options.headers,
            secrets: destination.secrets.map { WebhookSecret(value: $0, createdAt: moment) },
            timeout: destination.timeout,
            maxResponseBody: configuration.maxResponseBody,
            settings: destination.settings,
            engine: engine
        )
    }

    /// A session's webhook. What it stores was checked when it was written; an option that no longer holds (a retry
    /// policy that the configuration dropped) falls back to the default.
    /// - Parameter engine: what sends.
    public init(_ webhook: Webhook, in configuration: RelayConfiguration, engine: any HTTPSender) {
        let fallback = configuration.retryPolicies["default"] ?? RetryPolicy()
        self.init(
            url: webhook.url,
            headers: webhook.headers.map { (name: $0.name, value: $0.value) },
            secrets: webhook.secrets,
            timeout: webhook.timeout ?? configuration.webhookTimeout,
            maxResponseBody: configuration.maxResponseBody,
            settings: DestinationSettings(
                ordering: webhook.ordering,
                maxInFlight: webhook.maxInFlight ?? DestinationSettings().maxInFlight,
                rateLimit: webhook.rateLimit.flatMap { RateLimit($0) },
                retry: (try? configuration.retryPolicy(from: webhook.retry)) ?? fallback,
                events: EventFilter(webhook.events)
            ),
            engine: engine
        )
    }
}
