package import RelayCore

extension RelayConfiguration {
    /// `destinations: NAME:`, a receiver of deliveries.
    package struct Destination: Sendable {
        package let name: String
        /// `webhook`, `chatwoot` …
        package let kind: String
        /// The options of its kind.
        package let options: any DestinationOptions
        package let settings: DestinationSettings
        /// The signing keys: the current one first, then retired keys that are still used. May be empty.
        package internal(set) var secrets: [WebhookSecret]
        /// The time limit of one request, including name resolution and the response. Default `WEBHOOK_TIMEOUT_MS`, or
        /// 10 s.
        package let timeout: Duration
        package let mark: SourceLocation

        /// The name that pipelines and tests use instead of a destination's for the webhooks of the event's session,
        /// which are managed over REST.
        package static let sessionWebhooks = "session"
    }
}

/// The options that destinations of every kind have.
enum CommonDestinationOptions {
    static let type = Field<ConfigNode>.node("type", "The kind of destination.")
    static let ordering = Field.enumeration(
        "ordering",
        "per_chat: one at a time for each chat, in order; none: later messages may overtake a retry.",
        of: DestinationSettings.Ordering.self,
        default: .perChat
    )
    static let maxInFlight = Field.int(
        "max_in_flight", "Requests in flight at the same time.", DestinationSettings.maxInFlightRange, default: 16)
    static let rateLimit = Field.rate("rate_limit", "The rate at which requests start, such as 20/s.").optional
    static let retry = Field<ConfigNode>.node(
        "retry",
        "A retry policy's name, or a policy of its own; default the policy \"default\".",
        "a retry policy's name, or a map of its options",
        shape: .either([.text(), .options(RetryOptions.fields)])
    ).optional
    static let events = Field.events("events", "The event types that it gets; default all.", default: EventTypeFilter())
    static let secret = Field<String>("secret", "The key that `sign` uses.", .signingKey).optional
    static let secrets = Field<[String]>.list(
        "secrets", "Keys during a rotation; the first is the new one.", of: .signingKey
    ).optional
    static let timeout = Field.duration(
        "timeout",
        "For one request, its answer included; default 10s.",
        .milliseconds(1)...(.seconds(600))
    ).optional

    static let batch = Field<BatchPolicy>.section(
        "batch",
        "Several deliveries in one request, as a JSON array; default each in its own.",
        fields: [AnyField(maxEvents), AnyField(maxWait), AnyField(maxBytes)]
    ) { options in
        BatchPolicy(
            maxEvents: try options(maxEvents),
            maxWait: try options(maxWait),
            maxBytes: try options(maxBytes)
        )
    }.optional
    static let maxEvents = Field.int(
        "max_events", "The most deliveries in one request.", BatchPolicy.maxEventsRange, default: 100)
    static let maxWait = Field.duration(
        "max_wait",
        "How long the oldest delivery waits before a request is sent that is not full.",
        .milliseconds(1)...(.seconds(3600)),
        default: .seconds(2)
    )
    static let maxBytes = Field.size(
        "max_bytes",
        "The largest body of one request; a larger delivery is sent alone.",
        1 << 10...64 << 20,
        default: 1 << 20
    )

    static let fields = [
        AnyField(type), AnyField(ordering), AnyField(maxInFlight), AnyField(rateLimit), AnyField(batch),
        AnyField(retry), AnyField(events), AnyField(secret), AnyField(secrets), AnyField(timeout),
    ]
}
