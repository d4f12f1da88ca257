internal import RelayChatwoot
package import RelayConfig
package import RelayCore

extension WhatsAppDestinationOptions: DestinationKind {
    package var urls: [String] { [url] }
    package var reference: DestinationDependency? {
        reportsTo.map {
            DestinationDependency(option: Self.reportsTo.name, name: $0, kind: ChatwootDestinationOptions.kind)
        }
    }

    package func sentMessagesLedger(of name: String) -> DestinationKey? { ledgerKey(of: name) }

    /// The key under which the ledger has what it sends: that of the destination that it reports to, else its own.
    private func ledgerKey(of name: String) -> DestinationKey { .configured(reportsTo ?? name) }

    package func files(in configuration: RelayConfiguration) -> RelayConfiguration.SourceMedia? {
        let desk = configuration.destinations.first { $0.name == reportsTo }?.options as? ChatwootDestinationOptions
        return RelayConfiguration.SourceMedia(baseURL: desk?.url, hosts: mediaHosts)
    }

    package func destination(
        _ common: RelayConfiguration.Destination,
        in environment: DestinationBuildContext
    ) -> any Destination {
        let upload = media == .upload ? environment : nil
        return WhatsAppDestination(
            settings: common.settings,
            provider: asker,
            sentMessages: SentMessageLedger(ledger: environment.ledger, destination: ledgerKey(of: common.name)),
            files: AgentAttachmentLoader(
                fetcher: upload?.fetcher, mediaStore: upload?.mediaStore, source: common.filesName, maxSize: maxSize,
                clock: environment.clock),
            exchange: WhatsAppGatewayClient(
                base: url,
                headers: headers,
                signer: WebhookSigner(secrets: common.secrets),
                timeout: common.timeout,
                sender: environment.sender,
                directory: environment.mediaStore?.stagingDirectory ?? "/tmp"
            ),
            reporter: reportsTo.flatMap { environment.reporter(of: $0) }
        )
    }
}
