internal import RelayCore
internal import RelayJSON

/// The kinds of `auth:` and the options of each.
enum AuthKind: String, CaseIterable, Sendable {
    case bearer
    case header
    case hmac
    case metaSignature = "meta_signature"

    static let type = Field<AuthKind>.enumeration("type", "How a caller proves itself.")
    static let token = Field.secret("token", "The token that callers send.")
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
    static let prefix = Field.string("prefix", "What stands before the signature, as in sha256=.", default: "")
    static let appSecret = Field.secret("app_secret", "The Meta app's secret.")
    static let verifyToken = Field.secret("verify_token", "What was entered as verify token at Meta.")

    var fields: [AnyField] {
        let own =
            switch self {
            case .bearer: [AnyField(Self.token)]
            case .header: [AnyField(Self.name), AnyField(Self.value)]
            case .hmac:
                [
                    AnyField(Self.header), AnyField(Self.secret), AnyField(Self.algorithm), AnyField(Self.encoding),
                    AnyField(Self.prefix),
                ]
            case .metaSignature: [AnyField(Self.appSecret), AnyField(Self.verifyToken)]
            }
        return [AnyField(Self.type)] + own
    }

    static func read(_ node: ConfigNode) throws -> (kind: AuthKind, options: Options) {
        guard let typeNode = node["type"] else {
            let help = "add type: \(Quantity.choice(AuthKind.allCases.map(\.rawValue)))"
            throw node.issues("auth needs \"type\"", help: help)
        }
        let kind = try type.type.parse(typeNode)
        return (kind, try Options.read(node, as: "\(kind.rawValue) auth", fields: kind.fields))
    }

    func make(_ options: Options) throws -> RelayConfiguration.Auth {
        switch self {
        case .bearer:
            .bearer(token: try options(Self.token))
        case .header:
            .header(name: try options(Self.name), value: try options(Self.value))
        case .hmac:
            .hmac(
                header: try options(Self.header),
                algorithm: try options(Self.algorithm),
                secret: try options(Self.secret),
                encoding: try options(Self.encoding),
                prefix: try options(Self.prefix)
            )
        case .metaSignature:
            .metaSignature(appSecret: try options(Self.appSecret), verifyToken: try options(Self.verifyToken))
        }
    }
}

extension FieldType where Value == RelayConfiguration.Auth {
    static var auth: FieldType {
        FieldType(
            "a map with a type: \(Quantity.choice(AuthKind.allCases.map(\.rawValue)))",
            show: { _ in .object([:]) },
            showNode: { .object(try AuthKind.read($0).options.shown) },
            parse: { node in
                let (kind, options) = try AuthKind.read(node)
                return try kind.make(options)
            }
        )
    }
}
