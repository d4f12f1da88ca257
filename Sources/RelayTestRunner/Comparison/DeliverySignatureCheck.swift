internal import RelayCore
internal import RelayDestinations

/// Verifies the signatures of a delivery's attempts like its receiver, with the destination's secret.
struct DeliverySignatureCheck {
    enum Verdict: Equatable, CustomStringConvertible {
        case valid
        case unsigned
        case invalid(String)

        var description: String {
            switch self {
            case .valid: "signatures that fit"
            case .unsigned: "no signature"
            case .invalid(let reason): reason
            }
        }
    }

    let verdict: Verdict

    init(_ delivery: PipelineTestRecord.Delivery) {
        let verdicts = delivery.requests.enumerated().map { index, request in
            let verdict = Self.verdict(of: request, delivery)
            if case .invalid(let reason) = verdict { return Verdict.invalid("attempt \(index + 1): \(reason)") }
            return verdict
        }
        verdict = verdicts.first { $0 != .valid } ?? (verdicts.isEmpty ? .unsigned : .valid)
    }

    private static func verdict(of request: ReceivedRequest, _ delivery: PipelineTestRecord.Delivery) -> Verdict {
        guard let scheme = delivery.signing, let secret = delivery.secret else { return .unsigned }
        switch scheme {
        case .standardWebhooks:
            guard let verifier = StandardWebhooksVerifier(secret: secret) else {
                return .invalid("the secret is no key")
            }
            return switch verifier.verify(body: request.body, at: request.at, header: { request.header($0) }) {
            case .valid: .valid
            case .unsigned: .unsigned
            case .invalid(let reason): .invalid(reason)
            }
        case .hmac(let hmac):
            guard let got = request.header(hmac.header) else { return .unsigned }
            let signer = WebhookSigner(secrets: [WebhookSigningSecret(value: secret)])
            let signed = signer.headers(scheme, id: "", body: request.body, at: request.at)
            return signed.contains { $0.value == got } ? .valid : .invalid("the HMAC does not fit")
        }
    }
}
