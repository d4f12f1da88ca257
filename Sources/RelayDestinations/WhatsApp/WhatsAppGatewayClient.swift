internal import RelayCore
internal import RelayCrypto
internal import RelayHTTPClient
internal import RelayJSON

/// Sends the requests of a provider and reads the responses.
struct WhatsAppGatewayClient: Sendable {
    let base: String
    let headers: [(name: String, value: String)]
    let signer: WebhookSigner
    let timeout: Duration
    let sender: any HTTPClient
    /// The directory for large forms while they are sent.
    let directory: String

    /// - Returns: the result of the attempt, and the JSON of the response if there is one.
    func send(_ request: GatewayRequest, at moment: Timestamp) async -> (AttemptResult, JSON?) {
        var fields = headers
        for (name, value) in request.headers { fields.append((name, value)) }
        var body: [UInt8] = []
        // The form's file exists as long as this variable.
        var encoded: MultipartFormBody?
        switch request.body {
        case .json(let object):
            body = JSON.object(object).bytes
            fields.append(("Content-Type", "application/json"))
        case .form(let form):
            do throws(MultipartFormBuilder.WriteError) {
                let made = try form.body(in: directory)
                encoded = made
                body = made.bytes
                fields.append(("Content-Type", made.contentType))
            } catch {
                return (failure(error.message), nil)
            }
        case nil: break
        }
        fields.append(("User-Agent", WebhookDestination.userAgent))
        // Only a bridge with a secret verifies a signature; without a secret, hashing a large body would be wasted.
        if !signer.isEmpty {
            let id = "msg_" + Hex.encode(SHA256.digest(of: body).prefix(16))
            fields += signer.headers(.standardWebhooks, id: id, body: body, at: moment)
        }
        var outgoing = HTTPClientRequest(
            method: request.method,
            url: base + request.path,
            headers: fields,
            body: body,
            timeout: timeout,
            connectTimeout: min(timeout, .seconds(5)),
            keptResponseBody: 64 * 1024
        )
        // A gateway that receives a request twice sends the message twice.
        outgoing.isRepeatable = false
        outgoing.bodyFile = encoded?.file
        defer { withExtendedLifetime(encoded) {} }
        do {
            let response = try await sender.send(outgoing)
            var result = AttemptResult(response, from: base, at: moment)
            if !result.isDelivered { result.error = Self.explain(response) }
            return (result, try? JSON(parsing: response.body))
        } catch {
            return (AttemptResult(error, from: base), nil)
        }
    }

    var success: AttemptResult { AttemptResult(outcome: .delivered, target: base, duration: .zero) }

    /// The result when the process shuts down before the command is complete; the next process continues it.
    var interruption: AttemptResult {
        AttemptResult(outcome: .failed(.interrupted), error: "The relay stopped.", target: base, duration: .zero)
    }

    /// A permanent failure.
    func refusal(_ message: String) -> AttemptResult {
        AttemptResult(outcome: .failed(.invalidRequest), error: message, target: base, duration: .zero)
    }

    /// A temporary failure.
    func failure(_ message: String) -> AttemptResult {
        AttemptResult(outcome: .failed(.other), error: message, target: base, duration: .zero)
    }

    private static func explain(_ response: HTTPClientResponse) -> String {
        let body = GatewayErrorBody(body: response.excerpt)
        let code = body.code.map { " with code \($0)" } ?? ""
        let said = body.reason.map { ": " + $0 } ?? ""
        let answer = "The gateway answered \(response.status)\(code)"
        return switch response.status {
        case 401, 403:
            "\(answer)\(said.isEmpty ? ":" : said + ";") its key (token:) is wrong, or is not for this session"
        case 404:
            "\(answer)\(said.isEmpty ? ":" : said + ";") it has no such session or instance, or another version of the "
                + "interface"
        default: answer + said
        }
    }
}
