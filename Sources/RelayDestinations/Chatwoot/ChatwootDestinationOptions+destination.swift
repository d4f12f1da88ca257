package import RelayChatwoot
package import RelayConfig
package import RelayCore
package import RelayHTTPClient

extension ChatwootDestinationOptions: FailureReportingDestinationKind {
    package var urls: [String] { [url] }

    package func destination(
        _ common: RelayConfiguration.Destination,
        in environment: DestinationBuildContext
    ) -> any Destination {
        made(common, in: environment)
    }

    package func reporter(
        _ common: RelayConfiguration.Destination,
        in environment: DestinationBuildContext
    ) -> any SendFailureReporter {
        ChatwootSendFailureReporter(destination: made(common, in: environment))
    }

    package static func testServer(_ script: any HTTPClient) -> any HTTPClient { SimulatedChatwootSender(script) }

    private func made(
        _ common: RelayConfiguration.Destination,
        in environment: DestinationBuildContext
    ) -> ChatwootDestination {
        ChatwootDestination(
            self,
            key: .configured(common.name),
            settings: common.settings,
            timeout: common.timeout,
            sender: environment.sender,
            ledger: environment.ledger,
            mediaStore: environment.mediaStore,
            clock: environment.clock
        )
    }
}

/// Notifies agents of messages that could not be sent. Successful ones need no notification, because WhatsApp's
/// receipts follow.
struct ChatwootSendFailureReporter: SendFailureReporter {
    let destination: ChatwootDestination

    func failed(_ message: Int64, conversation: Int64?, _ failure: WhatsAppSendFailure, at moment: Timestamp) async {
        await destination.tellFailure(of: message, in: conversation, failure)
    }
}
