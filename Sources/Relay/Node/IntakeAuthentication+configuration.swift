internal import RelayConfig
internal import RelaySources

extension IntakeAuthentication {
    init(_ auth: RelayConfiguration.Auth) {
        switch auth {
        case .bearer(let token):
            self = .bearer(token: token)
        case .header(let name, let value):
            self = .header(name: name, value: value)
        case .hmac(let header, let algorithm, let secret, let encoding, let prefix):
            self = .hmac(
                HMACVerification(
                    header: header,
                    algorithm: algorithm,
                    secret: secret,
                    encoding: encoding,
                    prefix: prefix
                )
            )
        case .metaSignature(let appSecret, let verifyToken):
            self = .metaSignature(appSecret: appSecret, verifyToken: verifyToken)
        case .chatwootSignature(let secret):
            self = .chatwootSignature(secret: secret)
        case .body(let field, let token):
            self = .body(field: field, token: token)
        }
    }
}
