public import RelayCore
public import RelayHTTPClient

/// Posts deliveries to one address, as stage-07 shapes them.
public struct WebhookDestination: Destination {
    public static let userAgent = "ZapHub-Webhook/1.0"
    /// How much of an answer's body is kept with the attempt, in bytes.
    public static let keptResponse = 4096

    public let settings: DestinationSettings
    private let url: String
    private let content: WebhookContent
    private let signer: WebhookSigner
    private let timeout: Duration
    private let maxResponseBody: Int
    private let engine: any HTTPSender

    /// - Parameters:
    ///   - content: the body, and headers of its own beside the relay's.
    ///   - secrets: the keys that sign, newest first; empty: nothing is signed.
    ///   - timeout: for the whole exchange.
    ///   - maxResponseBody: reading an answer stops there, in bytes.
    ///   - engine: what sends; a script in `zaphub test`.
    public init(
        url: String,
        content: WebhookContent = WebhookContent(),
        secrets: [WebhookSecret] = [],
        timeout: Duration = .seconds(10),
        maxResponseBody: Int = 64 << 10,
        settings: DestinationSettings,
        engine: any HTTPSender
    ) {
        self.url = url
        target = url.firstIndex(of: "?").map { url[..<$0] + "?…" } ?? url
        self.content = content
        signer = WebhookSigner(secrets: secrets)
        self.timeout = timeout
        self.maxResponseBody = maxResponseBody
        self.settings = settings
        self.engine = engine
    }

    /// The address without its query, where tokens often stand.
    public let target: String

    /// The request of an attempt, signed for the given moment.
    public func request(for delivery: ClaimedDelivery, at moment: Timestamp) -> HTTPRequest {
        let (body, headers) = content.rendered(delivery.body)
        var fields: [(name: String, value: String)] = [
            ("Content-Type", content.contentType),
            ("User-Agent", Self.userAgent),
            ("X-ZapHub-Event", delivery.type.name),
            ("X-ZapHub-Session", delivery.session),
            ("X-ZapHub-Delivery", delivery.name),
        ]
        fields += headers
        if let scheme = delivery.signing {
            fields += signer.headers(scheme, id: delivery.id.webhookID, body: body, at: moment)
        }
        return HTTPRequest(
            url: url,
            headers: fields,
            body: body,
            timeout: timeout,
            connectTimeout: min(timeout, .seconds(5)),
            maximumResponseBody: maxResponseBody,
            keptResponseBody: Self.keptResponse
        )
    }

    public func send(_ delivery: ClaimedDelivery, at moment: Timestamp) async -> AttemptResult {
        do {
            return AttemptResult(try await probe(delivery, at: moment), from: target, at: moment)
        } catch {
            return AttemptResult(error, from: target)
        }
    }

    /// Sends one request outside the queue, for the routes that test an address.
    public func probe(
        _ delivery: ClaimedDelivery,
        at moment: Timestamp
    ) async throws(HTTPFailure) -> HTTPResponse {
        let request = request(for: delivery, at: moment)
        var response = try await engine.send(request)
        let own = request.headers.filter { header in content.headers.contains { $0.name == header.name } }
        response.body = Self.without(own.map(\.value), response.body)
        return response
    }

    /// Answers are kept in the clear: a receiver that echoes its request must not bring our headers' values into them.
    private static func without(_ values: [String], _ body: [UInt8]) -> [UInt8] {
        guard !values.isEmpty, !body.isEmpty else { return body }
        var text = String(decoding: body, as: UTF8.self)
        for value in values {
            // With `Bearer TOKEN` the token alone counts as well.
            let secrets: [Substring] = [value[...], value.split(separator: " ").last ?? ""]
            for secret in secrets where secret.utf8.count >= 8 {
                text.replace(secret, with: "***")
            }
        }
        return Array(text.utf8)
    }
}

extension AttemptResult {
    init(_ response: HTTPResponse, from target: String, at moment: Timestamp) {
        let isDelivered = (200..<300).contains(response.status)
        self.init(
            outcome: isDelivered ? .delivered : .refused,
            status: response.status,
            retryAfter: response.header("retry-after").flatMap { RetryAfter.wait(asked: $0, at: moment) },
            error: isDelivered ? nil : Self.explain(response),
            response: response.body.isEmpty ? nil : Self.excerpt(response.body),
            target: target,
            duration: response.duration
        )
    }

    init(_ failure: HTTPFailure, from target: String) {
        self.init(
            outcome: .failed(FailureKind(failure.kind)),
            error: failure.message,
            target: target,
            duration: failure.duration
        )
    }

    /// Bytes that are no UTF-8 become three each, so the bound is looked at again afterwards.
    private static func excerpt(_ body: [UInt8]) -> String {
        var text = String(decoding: body.prefix(WebhookDestination.keptResponse), as: UTF8.self)
        while text.utf8.count > WebhookDestination.keptResponse { text.unicodeScalars.removeLast() }
        return text
    }

    private static func explain(_ response: HTTPResponse) -> String {
        switch response.status {
        case 300..<400:
            let place = response.header("location").map { " to \($0)" } ?? ""
            return "Webhook returned status \(response.status)\(place); redirects are not followed, "
                + "so configure the final address"
        case 401, 403:
            return "Webhook returned status \(response.status); check the credentials in its headers"
        case 410:
            return "Webhook returned status 410 Gone; it is paused until somebody resumes it"
        default:
            return "Webhook returned status \(response.status)"
        }
    }
}

extension FailureKind {
    public init(_ kind: HTTPFailure.Kind) {
        switch kind {
        case .dns: self = .dns
        case .connect: self = .connect
        case .tls: self = .tls
        case .timeout: self = .timeout
        case .reset: self = .reset
        case .protocolError, .tooLarge: self = .protocolError
        case .blockedAddress: self = .blockedAddress
        case .invalidRequest: self = .invalidRequest
        case .cancelled: self = .interrupted
        case .other: self = .other
        }
    }
}
