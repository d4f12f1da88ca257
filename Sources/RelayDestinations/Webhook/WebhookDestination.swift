package import RelayCore
internal import RelayCrypto
package import RelayHTTPClient
internal import RelayJSON

/// Posts deliveries to one address, as stage-07 shapes them.
package struct WebhookDestination: InspectableHTTPDestination {
    package static let userAgent = "ZapHub-Webhook/1.0"
    /// The maximum number of bytes of a response body that is stored with the attempt.
    package static let keptResponse = 4096

    package let settings: DestinationDispatchSettings
    private let url: String
    private let content: WebhookRequestTemplate
    private let signer: WebhookSigner
    private let timeout: Duration
    private let maxResponseBody: Int
    private let engine: any HTTPClient

    /// - Parameters:
    ///   - content: the body, and headers in addition to the relay's.
    ///   - secrets: the keys for signing, newest first; empty: requests are not signed.
    ///   - timeout: the timeout of the whole exchange.
    ///   - maxResponseBody: reading a response stops after this number of bytes.
    ///   - engine: sends the requests; a scripted receiver in `zaphub test`.
    package init(
        url: String,
        content: WebhookRequestTemplate = WebhookRequestTemplate(),
        secrets: [WebhookSigningSecret] = [],
        timeout: Duration = .seconds(10),
        maxResponseBody: Int = 64 << 10,
        settings: DestinationDispatchSettings,
        engine: any HTTPClient
    ) {
        self.url = url
        target = url.firstIndex(of: "?").map { url[..<$0] + "?…" } ?? url
        receiver = "\(target) \(SecretFingerprint.text(of: [url] + content.headers.map { "\($0.name): \($0.value)" }))"
        self.content = content
        signer = WebhookSigner(secrets: secrets)
        self.timeout = timeout
        self.maxResponseBody = maxResponseBody
        self.settings = settings
        self.engine = engine
    }

    /// The URL without its query, which often contains tokens.
    package let target: String

    /// The query and the headers count as well, and their tokens are not shown.
    package let receiver: String

    /// The request of an attempt, signed for the given time; a batch of one when the destination uses batches.
    package func request(for delivery: ClaimedDelivery, at moment: Timestamp) -> HTTPClientRequest {
        guard settings.batch == nil else { return request(for: [delivery], at: moment) }
        if let names = content.originalHeaders,
            let document = (try? JSON(parsing: delivery.body)).flatMap(RawGatewayDocument.init)
        {
            return request(for: delivery, with: document, names, at: moment)
        }
        let (body, headers) = content.rendered(delivery.body)
        let fields: [(name: String, value: String)] = [
            ("X-ZapHub-Event", delivery.type.name),
            ("X-ZapHub-Session", delivery.session),
            ("X-ZapHub-Delivery", delivery.name),
        ]
        let signing = delivery.signing.map { [$0] } ?? []
        return request(
            fields + headers, type: content.contentType, body: body, id: delivery.id.webhookID, signing: signing,
            at: moment)
    }

    /// The request that repeats a gateway's, with the gateway's bytes and those of its header fields that are named. The
    /// `deliveryId` is in a header only.
    private func request(
        for delivery: ClaimedDelivery, with document: RawGatewayDocument, _ names: [String], at moment: Timestamp
    ) -> HTTPClientRequest {
        var fields: [(name: String, value: String)] = [
            ("X-ZapHub-Event", delivery.type.name), ("X-ZapHub-Delivery", delivery.name),
        ]
        for name in names { fields += document.values(of: name).map { (name, $0) } }
        return request(
            fields + content.rendered([]).headers, type: document.header("Content-Type") ?? content.contentType,
            body: document.bytes, id: delivery.id.webhookID, signing: delivery.signing.map { [$0] } ?? [], at: moment)
    }

    /// The request with the body of a batch. Its headers contain no placeholders.
    func request(
        batch body: [UInt8],
        _ own: [(name: String, value: String)],
        id: String,
        signing: [WebhookSigningScheme],
        at moment: Timestamp
    ) -> HTTPClientRequest {
        let headers = content.rendered([]).headers
        return request(own + headers, type: "application/json", body: body, id: id, signing: signing, at: moment)
    }

    /// - Parameters:
    ///   - own: additional header fields of this request.
    ///   - id: the `webhook-id`.
    ///   - signing: the signing schemes; of those that use the same header, only the first is used.
    private func request(
        _ own: [(name: String, value: String)],
        type: String,
        body: [UInt8],
        id: String,
        signing: [WebhookSigningScheme],
        at moment: Timestamp
    ) -> HTTPClientRequest {
        var fields: [(name: String, value: String)] = []
        fields.reserveCapacity(own.count + 5)
        fields.append(("Content-Type", type))
        fields.append(("User-Agent", Self.userAgent))
        fields += own
        if signing.count == 1 {
            fields += signer.headers(signing[0], id: id, body: body, at: moment)
        } else {
            var signed: Set<String> = []
            for scheme in signing where signed.insert(scheme.header).inserted {
                fields += signer.headers(scheme, id: id, body: body, at: moment)
            }
        }
        var request = HTTPClientRequest(
            url: url,
            headers: fields,
            body: body,
            timeout: timeout,
            connectTimeout: min(timeout, .seconds(5)),
            maximumResponseBody: maxResponseBody,
            keptResponseBody: Self.keptResponse
        )
        // The status is the answer. Many receivers send it before they do the work that ends the body.
        request.needsBody = false
        return request
    }

    package func send(_ delivery: ClaimedDelivery, at moment: Timestamp) async -> AttemptResult {
        await result(of: request(for: delivery, at: moment), at: moment)
    }

    /// Sends a request and returns the result of the attempt.
    func result(of request: HTTPClientRequest, at moment: Timestamp) async -> AttemptResult {
        do {
            return AttemptResult(try await exchange(request), from: target, at: moment)
        } catch {
            return AttemptResult(error, from: target)
        }
    }

    /// Sends one request without a delivery, for the REST routes that test a URL.
    package func probe(
        _ delivery: ClaimedDelivery,
        at moment: Timestamp
    ) async throws(HTTPClientError) -> HTTPClientResponse {
        try await exchange(request(for: delivery, at: moment))
    }

    private func exchange(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        var response = try await engine.send(request)
        guard !content.headers.isEmpty else { return response }
        let own = request.headers.filter { header in content.headers.contains { $0.name == header.name } }
        response.body = Self.without(own.map(\.value), response.body)
        return response
    }

    /// Response bodies are stored unencrypted, so header values that a receiver echoes in its response are removed.
    private static func without(_ values: [String], _ body: [UInt8]) -> [UInt8] {
        guard !values.isEmpty, !body.isEmpty else { return body }
        var text = String(decoding: body, as: UTF8.self)
        for value in values {
            // With `Bearer TOKEN`, the token alone is removed as well.
            let secrets: [Substring] = [value[...], value.split(separator: " ").last ?? ""]
            for secret in secrets where secret.utf8.count >= 8 {
                text.replace(secret, with: "***")
            }
        }
        return Array(text.utf8)
    }
}

extension AttemptResult {
    init(_ response: HTTPClientResponse, from target: String, at moment: Timestamp) {
        let isDelivered = (200..<300).contains(response.status)
        self.init(
            outcome: isDelivered ? .delivered : .refused,
            status: response.status,
            retryAfter: response.header("retry-after").flatMap { RetryAfterHeader.wait(asked: $0, at: moment) },
            error: isDelivered ? nil : Self.explain(response),
            response: response.excerpt,
            target: target,
            duration: response.duration
        )
    }

    init(_ failure: HTTPClientError, from target: String) {
        self.init(
            outcome: .failed(RequestFailureReason(failure.code)),
            error: failure.message,
            target: target,
            duration: failure.duration
        )
    }

    private static func explain(_ response: HTTPClientResponse) -> String {
        switch response.status {
        case 300..<400:
            let target = response.header("location").map { " to \($0)" } ?? ""
            return "Webhook returned status \(response.status)\(target); redirects are not followed, "
                + "so configure the final URL"
        case 401, 403:
            return "Webhook returned status \(response.status); check the credentials in its headers"
        case 410:
            return "Webhook returned status 410 Gone; it is paused until somebody resumes it"
        default:
            return "Webhook returned status \(response.status)"
        }
    }
}

extension WebhookSigningScheme {
    /// The name of the header with the signature, in lower case.
    fileprivate var header: String {
        switch self {
        case .standardWebhooks: "webhook-signature"
        case .hmac(let hmac): hmac.header.lowercased()
        }
    }
}
