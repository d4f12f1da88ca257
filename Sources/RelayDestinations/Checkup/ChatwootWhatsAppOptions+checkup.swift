package import RelayConfig
package import RelayCore
internal import RelayHTTPClient

extension ChatwootWhatsAppOptions: CheckableDestinationKind {
    /// Sends Meta's verification request for a webhook URL, with an invalid token.
    package func checkup(
        _ common: RelayConfiguration.Destination,
        in environment: CheckupEnvironment
    ) async -> [CheckupFinding] {
        let place = DisplayedURL.of(url)
        var findings: [CheckupFinding] = []
        do {
            let query = "?hub.mode=subscribe&hub.challenge=1&hub.verify_token=zaphub-doctor"
            let response = try await environment.sender.send(
                HTTPRequest(
                    method: "GET",
                    url: "\(url)/webhooks/whatsapp/\(phone ?? "0")\(query)",
                    headers: [("User-Agent", WebhookDestination.userAgent)],
                    timeout: common.timeout,
                    connectTimeout: min(common.timeout, .seconds(5))
                ))
            findings.append(CheckupFinding(.good, "\(place) is reached"))
            switch response.status {
            case 200, 401: findings.append(CheckupFinding(.good, "Chatwoot takes WhatsApp webhooks there"))
            default:
                findings.append(
                    CheckupFinding(
                        .problem, "\(place) answers \(response.status) where Chatwoot takes WhatsApp webhooks",
                        fix: "write Chatwoot's own URL into url:, without a path"))
            }
        } catch {
            findings.append(CheckupFinding(unreached: place, error))
        }
        if !environment.configuration.sources.contains(where: \.keepsRaw) {
            findings.append(
                CheckupFinding(
                    .problem, "no source keeps documents, so nothing comes here",
                    fix: "add keep_raw: true to the source of the format cloud_api"))
        }
        if appSecret == nil {
            findings.append(
                CheckupFinding(
                    .note, "without app_secret: the parts of documents with several messages go out unsigned",
                    fix: "add app_secret: unless the channel has none"))
        }
        return findings
    }
}
