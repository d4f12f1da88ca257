public import RelayConfig
public import RelayCore

extension WhatsAppOptions: DestinationKind {
    public var addresses: [String] { [url] }

    /// Under which name the ledger has what it sends.
    public func ledgerName(of name: String) -> String { reportsTo ?? name }

    public func destination(
        _ common: RelayConfiguration.Destination,
        in environment: DestinationEnvironment
    ) -> any Destination {
        WhatsAppDestination(
            settings: common.settings,
            provider: asker,
            book: SendBook(ledger: environment.ledger, destination: ledgerName(of: common.name)),
            exchange: ProviderExchange(
                base: url,
                headers: headers,
                signer: WebhookSigner(
                    secrets: common.secrets.map { WebhookSecret(value: $0, createdAt: environment.loadedAt) }),
                timeout: common.timeout,
                sender: environment.sender
            ),
            reporter: reportsTo.flatMap { environment.reporter(of: $0) }
        )
    }
}
