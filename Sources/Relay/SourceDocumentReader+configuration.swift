package import RelayConfig
package import RelayCore
internal import RelayDestinations
internal import RelayFormats
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
            // The configuration was checked against the same list of formats.
            format: BuiltInEventFormats.format(named: source.format) ?? BuiltInEventFormats.api.init(),
            resends: ResendFilter(ledger: ledger, destinations: configuration.sentMessagesLedgers),
            files: files
        )
    }
}
