internal import RelayChatwoot

/// The destination kinds that are compiled into the relay, one line each.
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
