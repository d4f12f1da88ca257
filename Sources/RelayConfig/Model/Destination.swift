package import RelayCore

extension RelayConfiguration {
    /// `destinations: NAME:`, a receiver of deliveries.
    package struct Destination: Sendable {
        package let name: String
        /// `webhook`, `chatwoot` …
        package let kind: String
        /// The options of its kind.
        package let options: any DestinationOptions
        package let settings: DestinationDispatchSettings
        /// The signing keys: the current one first, then retired keys that are still used. May be empty.
        package internal(set) var secrets: [WebhookSigningSecret]
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
    static let type = OptionField<ConfigNode>.node("type", "The kind of destination.")
    static let ordering = OptionField.enumeration(
        "ordering",
        "per_chat: one at a time for each chat, in order; none: later messages may overtake a retry.",
        of: DestinationDispatchSettings.Ordering.self,
        default: .perChat
    )
    static let maxInFlight = OptionField.int(
        "max_in_flight", "Requests in flight at the same time.", DestinationDispatchSettings.maxInFlightRange,
        default: 16)
    static let rateLimit = OptionField.rate("rate_limit", "The rate at which requests start, such as 20/s.").optional
    static let retry = OptionField<ConfigNode>.node(
        "retry",
        "A retry policy's name, or a policy of its own; default the policy \"default\".",
        "a retry policy's name, or a map of its options",
        shape: .either([.text(), .options(RetryPolicyOptions.fields)])
    ).optional
    static let events = OptionField.events(
        "events", "The event types that it gets; default all.", default: EventTypeFilter())
    static let criteria = OptionField<EventCriteria>(
        "criteria", "What events have to meet besides; default none.", .criteria
    ).optional
    static let secret = OptionField<String>("secret", "The key that `sign` uses.", .signingKey).optional
    static let secrets = OptionField<[String]>(
        "secrets", "Keys during a rotation, at most 3; the first is the new one.",
        .list(of: .signingKey, atMost: SigningKeyRules.maximumActive)
    ).optional
    static let timeout = OptionField.duration(
        "timeout",
        "For one request, its answer included; default 10s.",
        .milliseconds(1)...(.seconds(600))
    ).optional

    static let batch = OptionField<BatchPolicy>.section(
        "batch",
        "Several deliveries in one request, as a JSON array; default each in its own.",
        fields: [AnyOptionField(maxEvents), AnyOptionField(maxWait), AnyOptionField(maxBytes)]
    ) { options in
        BatchPolicy(
            maxEvents: try options(maxEvents),
            maxWait: try options(maxWait),
            maxBytes: try options(maxBytes)
        )
    }.optional
    static let maxEvents = OptionField.int(
        "max_events", "The most deliveries in one request.", BatchPolicy.maxEventsRange, default: 100)
    static let maxWait = OptionField.duration(
        "max_wait",
        "How long the oldest delivery waits before a request is sent that is not full.",
        .milliseconds(1)...(.seconds(3600)),
        default: .seconds(2)
    )
    static let maxBytes = OptionField.size(
        "max_bytes",
        "The largest body of one request; a larger delivery is sent alone.",
        1 << 10...64 << 20,
        default: 1 << 20
    )

    static let fields = [
        AnyOptionField(type), AnyOptionField(ordering), AnyOptionField(maxInFlight), AnyOptionField(rateLimit),
        AnyOptionField(batch),
        AnyOptionField(retry), AnyOptionField(events), AnyOptionField(criteria), AnyOptionField(secret),
        AnyOptionField(secrets),
        AnyOptionField(timeout),
    ]
}
