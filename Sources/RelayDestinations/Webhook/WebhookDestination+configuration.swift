package import RelayConfig
package import RelayCore
package import RelayHTTPClient

extension WebhookOptions: DestinationKind {
    package var addresses: [String] { [url] }

    package func destination(
        _ common: RelayConfiguration.Destination,
        in environment: DestinationEnvironment
    ) -> any Destination {
        WebhookDestination(
            url: url,
            content: content,
            secrets: common.secrets.map { WebhookSecret(value: $0, createdAt: environment.loadedAt) },
            timeout: common.timeout,
            maxResponseBody: environment.configuration.maxResponseBody,
            settings: common.settings,
            engine: environment.sender
        )
    }
}

extension Webhook {
    /// The kind of destination that a session's webhook is.
    package static let destinationKind = WebhookOptions.kind

    /// The webhook as a destination.
    package func destination(in configuration: RelayConfiguration, sender: any HTTPSender) -> any HTTPDestination {
        WebhookDestination(self, in: configuration, engine: sender)
    }
}

extension WebhookDestination {
    /// A webhook of a session. Its stored options were validated when it was saved. An option that is no longer valid,
    /// such as a retry policy that was removed from the configuration, is replaced by the default.
    /// - Parameter engine: sends the requests.
    package init(_ webhook: Webhook, in configuration: RelayConfiguration, engine: any HTTPSender) {
        let fallback = configuration.retryPolicies["default"] ?? RetryPolicy()
        self.init(
            url: webhook.url,
            content: WebhookContent(headers: webhook.headers.map { (name: $0.name, value: .text($0.value)) }),
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
