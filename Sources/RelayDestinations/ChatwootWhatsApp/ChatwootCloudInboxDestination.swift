package import RelayCore
internal import RelayHTTPClient
internal import RelayJSON

/// Posts Meta's webhooks to Chatwoot's `/webhooks/whatsapp/PHONE`. An unchanged document keeps Meta's signature. A part
/// of a document, and an unsigned document, gets a signature of the relay when a secret is configured.
package struct ChatwootCloudInboxDestination: Destination {
    static let signing = WebhookSigningScheme.hmac(HMACSignatureFormat(header: "X-Hub-Signature-256"))

    package let settings: DestinationDispatchSettings
    package let target: String
    private let url: String
    private let phone: String?
    private let signer: WebhookSigner
    private let timeout: Duration
    private let sender: any HTTPClient

    init(
        url: String,
        phone: String?,
        signer: WebhookSigner,
        settings: DestinationDispatchSettings,
        timeout: Duration,
        sender: any HTTPClient
    ) {
        self.url = url
        self.phone = phone
        self.signer = signer
        self.settings = settings
        self.timeout = timeout
        self.sender = sender
        // The phone number must not appear in attempts, logs and metrics.
        target = url + "/webhooks/whatsapp/…"
    }

    package func send(_ delivery: ClaimedDelivery, at moment: Timestamp) async -> AttemptResult {
        guard let document = (try? JSON(parsing: delivery.body)).flatMap({ RawGatewayDocument($0) }) else {
            return refusal("The delivery has no document of Meta's.")
        }
        guard let phone = phone ?? Self.phone(in: document) else {
            return refusal("The document names no phone number; write \"phone\" at the destination.")
        }
        var headers: [(name: String, value: String)] = [
            ("Content-Type", "application/json"), ("User-Agent", WebhookDestination.userAgent),
        ]
        if let signature = document.signature {
            headers.append(("X-Hub-Signature-256", signature))
        } else {
            headers += signer.headers(
                Self.signing, id: delivery.id.webhookID, body: document.bytes, at: moment)
        }
        let request = HTTPClientRequest(
            url: "\(url)/webhooks/whatsapp/\(phone)",
            headers: headers,
            body: document.bytes,
            timeout: timeout,
            connectTimeout: min(timeout, .seconds(5)),
            keptResponseBody: WebhookDestination.keptResponse
        )
        do {
            let response = try await sender.send(request)
            var result = AttemptResult(response, from: target, at: moment)
            if !result.isDelivered { result.error = Self.explain(response) }
            return result
        } catch {
            return AttemptResult(error, from: target)
        }
    }

    private func refusal(_ message: String) -> AttemptResult {
        AttemptResult(outcome: .failed(.invalidRequest), error: message, target: target, duration: .zero)
    }

    /// `+` and digits.
    private static func phone(in document: RawGatewayDocument) -> String? {
        let value = (try? JSON(parsing: document.bytes))?["entry"]?[0]?["changes"]?[0]?["value"]
        let shown = value?["metadata"]?["display_phone_number"]?.string ?? ""
        let digits = shown.filter { $0.isASCII && $0.isNumber }
        return digits.isEmpty ? nil : "+" + digits
    }

    private static func explain(_ response: HTTPClientResponse) -> String {
        switch response.status {
        case 401: "Chatwoot answered 401: its app secret is not the one that this was signed with"
        case 404: "Chatwoot answered 404: it is older than its WhatsApp channel, or the URL is wrong"
        default: "Chatwoot answered \(response.status)"
        }
    }
}
