internal import RelayCore
internal import RelayJSON

/// The options of `auth:`.
private enum AuthOptions {
    static let type = Field<AuthKind>.enumeration("type", "How a caller proves itself.")
    static let token = Field.secret("token", "The token that callers send.")
    static let field = Field.string(
        "field",
        "The member of the body that contains the token; default the format's own, such as Evolution's apikey.",
        default: ""
    )
    static let name = Field.headerName("name", "The header that callers send.")
    static let value = Field.secret("value", "The header's value.")
    static let header = Field.headerName("header", "The header with the signature.")
    static let secret = Field.secret("secret", "The key of the signature.")
    static let algorithm = Field.enumeration(
        "algorithm",
        "The hash.",
        of: HMACSigning.Algorithm.self,
        default: .sha256
    )
    static let encoding = Field.enumeration(
        "encoding",
        "How the signature is written.",
        of: HMACSigning.Encoding.self,
        default: .hex
    )
    static let prefix = Field.string("prefix", "The text before the signature, such as sha256=.", default: "")
    static let appSecret = Field.secret("app_secret", "The Meta app's secret.")
    static let webhookSecret = Field.secret(
        "secret", "The inbox's secret, as Chatwoot shows it to administrators.")
    static let verifyToken = Field.secret("verify_token", "The verify token that was entered at Meta.")
}

/// The kinds of `auth:`.
enum AuthKind: String, CaseIterable, Sendable {
    case bearer
    case header
    case hmac
    case metaSignature = "meta_signature"
    case chatwootSignature = "chatwoot_signature"
    case body

    /// How a caller proves itself: one sentence.
    var summary: String {
        switch self {
        case .bearer: "Callers send `Authorization: Bearer TOKEN`."
        case .header: "Callers send a header with a shared secret value."
        case .hmac: "Callers send an HMAC of the body in a header."
        case .metaSignature:
            "Meta signs the body in `X-Hub-Signature-256`; `GET /in/NAME` answers its challenge."
        case .chatwootSignature: "Chatwoot, 4.13 or later, signs the body and the time in `X-Chatwoot-Signature`."
        case .body: "Callers send a token as a member of the document; it is not part of the event."
        }
    }

    static var shape: FieldShape {
        .kinds(allCases.map { FieldKind(name: $0.rawValue, summary: $0.summary, fields: $0.own) })
    }

    private var fields: [AnyField] { [AnyField(AuthOptions.type)] + own }

    /// The options besides `type`.
    private var own: [AnyField] {
        switch self {
        case .bearer: [AnyField(AuthOptions.token)]
        case .header: [AnyField(AuthOptions.name), AnyField(AuthOptions.value)]
        case .hmac:
            [
                AnyField(AuthOptions.header), AnyField(AuthOptions.secret), AnyField(AuthOptions.algorithm),
                AnyField(AuthOptions.encoding),
                AnyField(AuthOptions.prefix),
            ]
        case .metaSignature: [AnyField(AuthOptions.appSecret), AnyField(AuthOptions.verifyToken)]
        case .chatwootSignature: [AnyField(AuthOptions.webhookSecret)]
        case .body: [AnyField(AuthOptions.token), AnyField(AuthOptions.field)]
        }
    }

    static func read(_ node: ConfigNode) throws -> (kind: AuthKind, options: OptionReader) {
        guard let typeNode = node["type"] else {
            let help = "add type: \(QuantityFormat.choice(AuthKind.allCases.map(\.rawValue)))"
            throw node.issues("auth needs \"type\"", help: help)
        }
        let kind = try AuthOptions.type.type.parse(typeNode)
        return (kind, try OptionReader.read(node, as: "\(kind.rawValue) auth", fields: kind.fields))
    }

    func make(_ options: OptionReader) throws -> RelayConfiguration.Auth {
        switch self {
        case .bearer:
            .bearer(token: try options(AuthOptions.token))
        case .header:
            .header(name: try options(AuthOptions.name), value: try options(AuthOptions.value))
        case .hmac:
            .hmac(
                header: try options(AuthOptions.header),
                algorithm: try options(AuthOptions.algorithm),
                secret: try options(AuthOptions.secret),
                encoding: try options(AuthOptions.encoding),
                prefix: try options(AuthOptions.prefix)
            )
        case .metaSignature:
            .metaSignature(
                appSecret: try options(AuthOptions.appSecret), verifyToken: try options(AuthOptions.verifyToken))
        case .chatwootSignature:
            .chatwootSignature(secret: try options(AuthOptions.webhookSecret))
        case .body:
            .body(field: try options(AuthOptions.field), token: try options(AuthOptions.token))
        }
    }
}

extension FieldType where Value == RelayConfiguration.Auth {
    static var auth: FieldType {
        FieldType(
            "a map with a type: \(QuantityFormat.choice(AuthKind.allCases.map(\.rawValue)))",
            AuthKind.shape,
            show: { _ in .object([:]) },
            showNode: { .object(try AuthKind.read($0).options.shown) },
            parse: { node in
                let (kind, options) = try AuthKind.read(node)
                return try kind.make(options)
            }
        )
    }
}
