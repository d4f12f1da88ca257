internal import RelayChatwoot

/// The kinds of destination that the relay brings along: one line each.
public enum BuiltInDestinations {
    public static let all: [any DestinationKind.Type] = [
        WebhookOptions.self,
        FileOptions.self,
        StdoutOptions.self,
        WhatsAppOptions.self,
        ChatwootOptions.self,
    ]
}
