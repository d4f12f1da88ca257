public import RelayConfig

/// The kinds of destination that the relay brings along: one line each.
public enum BuiltInDestinations {
    public static let all: [any DestinationOptions.Type] = [
        WebhookOptions.self
    ]
}
