package import RelayConfig
package import RelayCore
internal import RelayHTTPClient
internal import RelayJSON

extension WhatsAppDestinationOptions: CheckableDestinationKind {
    /// Asks the gateway how its session is; nothing is sent on WhatsApp.
    package func doctorCheck(
        _ common: RelayConfiguration.Destination,
        in environment: DoctorCheckEnvironment
    ) async -> [DoctorFinding] {
        let shownURL = URLDisplayFormatter.of(url)
        let question = asker.question
        var fields = headers
        for (name, value) in question.headers { fields.append((name, value)) }
        fields.append(("User-Agent", WebhookDestination.userAgent))
        let response: HTTPClientResponse
        do {
            response = try await environment.sender.send(
                HTTPClientRequest(
                    method: question.method,
                    url: url + question.path,
                    headers: fields,
                    timeout: common.timeout,
                    connectTimeout: min(common.timeout, .seconds(5)),
                    maximumResponseBody: 4 << 20,
                    keptResponseBody: 4 << 20
                ))
        } catch {
            return [DoctorFinding(unreached: shownURL, error)]
        }
        let reached = DoctorFinding(.good, "\(shownURL) is reached")
        let answer = try? JSON(parsing: response.body)
        return [reached] + asker.findings(status: response.status, answer)
    }
}
