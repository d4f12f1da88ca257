internal import RelayAPI
internal import RelayConfig
internal import RelayCore
internal import RelayFormats
internal import RelayJSON
internal import RelaySources

/// The configured sources by name, ready to take documents in.
struct Intakes: Sendable {
    /// The source that `POST /api/v1/sessions/ID/events` stands for.
    static let apiSource = "api"

    private let http: [String: Intake]
    private let others: [String: String]
    let native: Intake

    init(_ configuration: RelayConfiguration, journal: any Journal, clock: any RelayClock) {
        var http: [String: Intake] = [:]
        var others: [String: String] = [:]
        for source in configuration.sources {
            if source.transport == "http" {
                http[source.name] = Intake(source, journal: journal, clock: clock)
            } else {
                others[source.name] = source.transport
            }
        }
        self.http = http
        self.others = others
        native = Intake(
            source: Self.apiSource,
            format: Native(),
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
    init(_ source: RelayConfiguration.Source, journal: any Journal, clock: any RelayClock) {
        self.init(
            source: source.name,
            // The configuration was checked against the same list of formats.
            format: BuiltInFormats.format(named: source.format) ?? Native(),
            authentication: source.auth.map { IntakeAuthentication($0) },
            defaultSession: source.session,
            journal: journal,
            clock: clock
        )
    }
}

extension APIError {
    init(_ error: IntakeError) {
        let details = error.pointer.map { pointer -> JSON in
            [["pointer": .string(pointer), "message": .string(error.message)]]
        }
        let (status, code): (Int, String) =
            switch error.code {
            case .unauthorized: (401, "unauthorized")
            case .malformed: (400, "malformed_body")
            case .notAnEvent: (422, "not_an_event")
            case .missingSession: (422, "missing_session")
            case .unavailable: (503, "unavailable")
            }
        self.init(
            status: status,
            code: code,
            message: error.message,
            details: details,
            retryAfter: status == 503 ? error.retryAfter : nil
        )
    }
}
