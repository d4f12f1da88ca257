package import RelayConfig
package import RelayCore

/// `- sign: standard_webhooks`, or `- sign: { scheme: hmac, … }`: how the following deliveries are signed.
///
/// Each destination has its own key. The signature covers the exact bytes of the body and is computed for each attempt.
package struct SignStage: ConfigurableStage {
    package enum Scheme: String, CaseIterable, Sendable {
        case standardWebhooks = "standard_webhooks"
        case hmac
    }

    package static let kind = "sign"
    package static let summary = "Signs the deliveries that follow, each with its destination's own secret."
    package static let scheme = OptionField<Scheme>.enumeration(
        "scheme",
        "`standard_webhooks` (webhook-id, webhook-timestamp, webhook-signature) or `hmac` (one header).",
        default: .standardWebhooks
    )
    package static let algorithm = OptionField<HMACSignatureFormat.Algorithm>.enumeration(
        "algorithm",
        "The hash of an `hmac` signature.",
        default: .sha256
    )
    package static let header = OptionField.headerName(
        "header",
        "The header of an `hmac` signature.",
        default: HMACSignatureFormat().header
    )
    package static let encoding = OptionField<HMACSignatureFormat.Encoding>.enumeration(
        "encoding",
        "How an `hmac` signature is written.",
        default: .hex
    )
    package static let prefix = OptionField.string(
        "prefix",
        "The text before an `hmac` signature; default the algorithm's name and `=`."
    ).optional
    package static let fields = [
        AnyOptionField(scheme), AnyOptionField(algorithm), AnyOptionField(header), AnyOptionField(encoding),
        AnyOptionField(prefix),
    ]
    package static let mainField: String? = scheme.name
    package static let effects: [StageFlowEffect] = [.signs]
    package static let example = "sign: standard_webhooks"

    private let signing: WebhookSigningScheme

    package init(_ options: OptionReader, in context: StageBuildContext) throws {
        switch try options(Self.scheme) {
        case .standardWebhooks:
            signing = .standardWebhooks
        case .hmac:
            let algorithm = try options(Self.algorithm)
            let header = try options(Self.header)
            if let problem = HeaderFieldRules.problem(name: header, reserved: HeaderFieldRules.reserved) {
                throw options.fail(Self.header, problem.message, help: "choose another, such as X-Signature")
            }
            let prefix = try options(Self.prefix) ?? "\(algorithm.rawValue)="
            guard HeaderFieldRules.isValid(value: prefix) else {
                throw options.fail(Self.prefix, "the prefix has a character that no header may carry", help: nil)
            }
            signing = .hmac(
                HMACSignatureFormat(
                    algorithm: algorithm,
                    header: header,
                    encoding: try options(Self.encoding),
                    prefix: prefix
                )
            )
        }
    }

    package func run(_ draft: inout PipelineEvent, in context: StageContext) throws(StageError) -> StageOutcome {
        draft.signing = signing
        return .next
    }
}
