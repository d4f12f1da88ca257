package import RelayCore
internal import RelayJSON

/// Tells an agent's wish to send a message again from all else that changes a message in Chatwoot, our own receipts
/// among it: its webhooks do not say which it was. What the ledger knows as sent, or as on its way, is not sent again.
package struct ResendFilter: Sendable {
    private let ledger: any ForwardingLedger
    /// Whose entries count.
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
            // A ledger that cannot be read says nothing; the sender asks it again before it sends.
            let known = try? await ledger.forwardedMessages(destination: destination, remote: message)
            guard let known, !known.isEmpty else { continue }
            // Of several parts some may have been sent; who wants the message again wants the others.
            return known.contains { $0.state == .failed || $0.state == .told }
        }
        return true
    }
}
