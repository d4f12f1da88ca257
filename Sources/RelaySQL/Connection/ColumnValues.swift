internal import RelayCore

extension WebhookSigningScheme {
    /// `standard_webhooks`, or `hmac ALGORITHM ENCODING HEADER PREFIX`.
    var column: String {
        switch self {
        case .standardWebhooks: "standard_webhooks"
        case .hmac(let hmac): "hmac \(hmac.algorithm.rawValue) \(hmac.encoding.rawValue) \(hmac.header) \(hmac.prefix)"
        }
    }

    init?(column: String) {
        guard column != "standard_webhooks" else {
            self = .standardWebhooks
            return
        }
        let parts = column.split(separator: " ", maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0] == "hmac",
            let algorithm = HMACSignatureFormat.Algorithm(rawValue: String(parts[1])),
            let encoding = HMACSignatureFormat.Encoding(rawValue: String(parts[2]))
        else { return nil }
        let (header, prefix) = (String(parts[3]), String(parts[4]))
        self = .hmac(HMACSignatureFormat(algorithm: algorithm, header: header, encoding: encoding, prefix: prefix))
    }
}

extension AttemptResult.Outcome {
    /// 0 delivered, 1 refused, 2 failed with its kind.
    var columns: (outcome: Int64, failure: String?) {
        switch self {
        case .delivered: (0, nil)
        case .refused: (1, nil)
        case .failed(let kind): (2, kind.rawValue)
        }
    }

    init(outcome: Int64, failure: String?) {
        self =
            switch outcome {
            case 0: .delivered
            case 1: .refused
            default: .failed(failure.flatMap(RequestFailureReason.init) ?? .other)
            }
    }
}
