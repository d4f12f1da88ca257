package import RelayConfig
package import RelayCore
internal import RelayHTTPClient

extension WebhookDestinationOptions: DestinationKind {
    package var urls: [String] { [url] }

    package func destination(
        _ common: RelayConfiguration.Destination,
        in environment: DestinationBuildContext
    ) -> any Destination {
        WebhookDestination(
            url: url,
            content: request,
            secrets: common.secrets,
            timeout: common.timeout,
            maxResponseBody: environment.configuration.maxResponseBody,
            settings: common.settings,
            engine: environment.sender
        )
    }
}
