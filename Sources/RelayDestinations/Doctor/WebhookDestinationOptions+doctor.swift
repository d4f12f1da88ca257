package import RelayConfig
package import RelayCore
internal import RelayHTTPClient

extension WebhookDestinationOptions: CheckableDestinationKind {
    /// Asks with HEAD, which has no body and which no receiver acts upon: name, connection, certificate, an answer.
    package func doctorCheck(
        _ common: RelayConfiguration.Destination,
        in environment: DoctorCheckEnvironment
    ) async -> [DoctorFinding] {
        let shownURL = URLDisplayFormatter.of(url)
        let response: HTTPClientResponse
        do {
            response = try await environment.sender.send(
                HTTPClientRequest(
                    method: "HEAD",
                    url: url,
                    headers: [("User-Agent", WebhookDestination.userAgent)],
                    timeout: common.timeout,
                    connectTimeout: min(common.timeout, .seconds(5))
                ))
        } catch {
            return [DoctorFinding(unreached: shownURL, error)]
        }
        var findings = [
            DoctorFinding(.good, "\(shownURL) is reached\(url.hasPrefix("https") ? ", with a good certificate" : "")")
        ]
        if (300..<400).contains(response.status) {
            findings.append(
                DoctorFinding(
                    .warning, "\(shownURL) redirects, and redirects are not followed",
                    fix: "write the final URL into url:"))
        } else if (500..<600).contains(response.status) {
            findings.append(
                DoctorFinding(.warning, "\(shownURL) answers \(response.status)", fix: "look at the receiver's own log")
            )
        }
        if url.hasPrefix("http://"), !common.secrets.isEmpty, !LocalHostDetection.names(url) {
            findings.append(
                DoctorFinding(
                    .warning, "\(shownURL) is reached without encryption", fix: "use https where it leaves your network"
                ))
        }
        return findings
    }
}
