package import RelayConfig
package import RelayCore
internal import RelayDestinations
package import RelaySources

extension SourceDocumentReader {
    /// Reads the documents of a configured source.
    /// - Parameter ledger: has what was sent already.
    package init(
        _ source: RelayConfiguration.Source,
        in configuration: RelayConfiguration,
        ledger: any ForwardingLedger,
        files: EmbeddedFileHandling
    ) {
        self.init(
            source,
            format: source.format.init(),
            originalHeaders: configuration.originalHeaders(ofSource: source.name),
            resends: ChatwootResendFilter(ledger: ledger, destinations: configuration.sentMessagesLedgers),
            files: files
        )
    }
}
