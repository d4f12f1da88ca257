internal import RelayChatwoot

/// The kinds of destination that the relay brings along: one line each.
package enum BuiltInDestinations {
    package static let all: [any DestinationKind.Type] = [
        WebhookOptions.self,
        FileOptions.self,
        StdoutOptions.self,
        WhatsAppOptions.self,
        ChatwootWhatsAppOptions.self,
        ChatwootOptions.self,
    ]
}
