internal import RelayChatwoot

/// The destination kinds that are compiled into the relay, one line each.
package enum BuiltInDestinations {
    package static let all: [any DestinationKind.Type] = [
        WebhookDestinationOptions.self,
        FileDestinationOptions.self,
        StdoutDestinationOptions.self,
        WhatsAppDestinationOptions.self,
        ChatwootCloudInboxDestinationOptions.self,
        ChatwootDestinationOptions.self,
    ]
}
