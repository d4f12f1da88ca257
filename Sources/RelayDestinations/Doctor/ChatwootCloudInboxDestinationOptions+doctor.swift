package import RelayConfig
package import RelayCore
internal import RelayHTTPClient

extension ChatwootCloudInboxDestinationOptions: CheckableDestinationKind {
    /// Asks for the page that Meta asks for when it verifies an address, with a token that is nobody's.
    package func doctorCheck(
        _ common: RelayConfiguration.Destination,
        in environment: DoctorCheckEnvironment
    ) async -> [DoctorFinding] {
        let shownURL = URLDisplayFormatter.of(url)
        var findings: [DoctorFinding] = []
        do {
            let query = "?hub.mode=subscribe&hub.challenge=1&hub.verify_token=zaphub-doctor"
            let response = try await environment.sender.send(
                HTTPClientRequest(
                    method: "GET",
                    url: "\(url)/webhooks/whatsapp/\(phone ?? "0")\(query)",
                    headers: [("User-Agent", WebhookDestination.userAgent)],
                    timeout: common.timeout,
                    connectTimeout: min(common.timeout, .seconds(5))
                ))
            findings.append(DoctorFinding(.good, "\(shownURL) is reached"))
            switch response.status {
            case 200, 401: findings.append(DoctorFinding(.good, "Chatwoot takes WhatsApp webhooks there"))
            default:
                findings.append(
                    DoctorFinding(
                        .problem, "\(shownURL) answers \(response.status) where Chatwoot takes WhatsApp webhooks",
                        fix: "write Chatwoot's own URL into url:, without a path"))
            }
        } catch {
            findings.append(DoctorFinding(unreached: shownURL, error))
        }
        if !environment.configuration.sources.contains(where: \.keepsRaw) {
            findings.append(
                DoctorFinding(
                    .problem, "no source keeps documents, so nothing comes here",
                    fix: "add keep_raw: true to the source of the format cloud_api"))
        }
        if appSecret == nil {
            findings.append(
                DoctorFinding(
                    .note, "without app_secret: the parts of documents with several messages go out unsigned",
                    fix: "add app_secret: unless the channel has none"))
        }
        return findings
    }
}
