package import RelayCore
internal import RelayJSON

/// Distinguishes an agent's request to resend a message from other changes of the message in Chatwoot, including those
/// made by the relay's own receipts. Chatwoot's webhooks do not say which kind it was, so requests are removed for
/// messages that the ledger records as sent or being sent.
package struct ChatwootResendFilter: Sendable {
    private let ledger: any ForwardingLedger
    /// The destinations whose ledger entries are checked.
    private let destinations: [DestinationKey]

    package init(ledger: any ForwardingLedger, destinations: [DestinationKey]) {
        self.ledger = ledger
        self.destinations = destinations
    }

    /// The events without the requests to send again what was sent.
    func news(_ events: [ParsedEvent]) async -> [ParsedEvent] {
        var news: [ParsedEvent] = []
        for event in events where await isNews(event) { news.append(event) }
        return news
    }

    private func isNews(_ event: ParsedEvent) async -> Bool {
        guard event.payload["retry"] == true,
            let message = event.payload["chatwoot"]?["message"]?.int
        else {
            return true
        }
        for destination in destinations {
            // If the ledger cannot be read, the event is kept; the sender checks the ledger again before it sends.
            let known = try? await ledger.forwardedMessages(destination: destination, remote: message)
            guard let known, !known.isEmpty else { continue }
            // Some of several parts may have been sent; a resend request applies to the others.
            return known.contains { $0.state == .failed || $0.state == .reported }
        }
        return true
    }
}
