internal import RelayAPI
internal import RelayConfig
internal import RelayCore
internal import RelayDestinations
internal import RelayFormats
internal import RelayJSON
internal import RelaySources

/// The configured sources by name, ready to take documents in.
struct IntakeRegistry: Sendable {
    /// The source that `POST /api/v1/sessions/ID/events` stands for.
    static let apiSource = "api"

    private let http: [String: Intake]
    private let others: [String: String]
    let native: Intake

    init(
        _ configuration: RelayConfiguration,
        journal: any Journal,
        ledger: any ForwardingLedger,
        depot: (any MediaStore)?,
        clock: any RelayClock
    ) {
        let retries = ResendFilter(ledger: ledger, destinations: configuration.sentMessagesLedgers)
        // Other gateways do not ask for anything to be sent, and their events need not be looked at.
        func screen(for source: RelayConfiguration.Source) -> ResendFilter? {
            BuiltInFormats.type(named: source.format)?.repeatsCommands == true ? retries : nil
        }
        var http: [String: Intake] = [:]
        var others: [String: String] = [:]
        for source in configuration.sources {
            if source.transport == "http" {
                http[source.name] = Intake(
                    source, screen: screen(for: source), journal: journal, depot: depot, clock: clock)
            } else {
                others[source.name] = source.transport
            }
        }
        self.http = http
        self.others = others
        native = Intake(
            source: Self.apiSource,
            format: BuiltInFormats.api.init(),
            authentication: nil,
            defaultSession: nil,
            journal: journal,
            clock: clock
        )
    }

    func intake(_ name: String) throws(APIError) -> Intake {
        if let intake = http[name] { return intake }
        if let transport = others[name] {
            throw .notFound("The source \"\(name)\" reads \(transport), it does not take posts.")
        }
        let known = http.keys.sorted().map { "/in/\($0)" }.joined(separator: ", ")
        throw .notFound(
            "There is no source \"\(name)\". "
                + (known.isEmpty ? "Define one under sources: in config.yaml." : "There are: \(known).")
        )
    }
}

extension Intake {
    init(
        _ source: RelayConfiguration.Source,
        screen: ResendFilter? = nil,
        journal: any Journal,
        depot: (any MediaStore)?,
        clock: any RelayClock
    ) {
        self.init(
            source: source.name,
            // The configuration was checked against the same list of formats.
            format: BuiltInFormats.format(named: source.format) ?? BuiltInFormats.api.init(),
            authentication: source.auth.map { IntakeAuthentication($0) },
            defaultSession: source.session,
            keepsRaw: source.keepsRaw,
            screen: screen,
            journal: journal,
            depot: depot,
            clock: clock
        )
    }
}

extension IntakeAuthentication {
    fileprivate init(_ auth: RelayConfiguration.Auth) {
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

extension APIError {
    init(_ error: IntakeError) {
        let details = error.pointer.map { pointer -> JSON in
            [["pointer": .string(pointer), "message": .string(error.message)]]
        }
        self.init(
            status: error.code.httpStatus,
            code: error.code.rawValue,
            message: error.message,
            details: details,
            retryAfter: error.retryAfter
        )
    }
}
