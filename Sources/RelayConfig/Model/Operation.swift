package import RelayCore
internal import RelayJSON

extension RelayConfiguration {
    /// `egress:`, the hosts and ports that deliveries may be sent to.
    package struct Egress: Sendable, Hashable {
        /// Hosts, host:port pairs and networks that are allowed although they are private. As written in the
        /// configuration.
        package let allow: [String]
        /// Whether the network reaches IPv4 addresses through NAT64. Default false.
        package let nat64: Bool
        /// The ports that deliveries may be sent to; nil for all ports.
        package let allowedPorts: [Int]?
    }

    /// `logging:`.
    package struct Logging: Sendable, Hashable {
        package enum Level: String, Sendable, CaseIterable {
            case trace, debug, info, notice, warning, error, critical
        }

        package enum Format: String, Sendable, CaseIterable {
            /// `pretty` on a terminal, `json` elsewhere.
            case auto
            case json, pretty
        }

        /// Default `info`.
        package let level: Level
        /// Default `auto`.
        package let format: Format
    }

    /// `delivery:`, the settings that apply to all destinations together.
    package struct Delivery: Sendable, Hashable {
        /// How long requests in flight may continue after the relay begins to stop. Default 15 s.
        package let shutdownGrace: Duration
        /// The maximum number of requests in flight, over all destinations. Default 4,096.
        package let maxInFlight: Int
        package let breaker: BreakerPolicy
    }
}

extension RelayConfiguration.Egress {
    static func allowField(_ check: (@Sendable (String) -> String?)?) -> OptionField<[String]> {
        let entry = OptionValueType<String>("a host, host:port or network", show: { .string($0) }) { node in
            let text = try node.text(expected: "a host, host:port or network")
            if text.isEmpty { throw node.mismatch("a host, host:port or network") }
            if let problem = check?(text) { throw node.issues("\"allow\": \(node.shown) \(problem)") }
            return text
        }
        return OptionField(
            "allow", "Private hosts and networks that deliveries may reach.", .list(of: entry), default: [])
    }
    static let nat64 = OptionField.bool("nat64", "Whether the network reaches IPv4 through NAT64.", default: false)
    static let allowedPorts = OptionField<[Int]>.list(
        "allowed_ports",
        "The ports that deliveries may go to; default all.",
        of: .int(1...65_535)
    ).optional

    static func fields(_ check: (@Sendable (String) -> String?)?) -> [AnyOptionField] {
        [AnyOptionField(allowField(check)), AnyOptionField(nat64), AnyOptionField(allowedPorts)]
    }

    init(_ options: OptionReader) throws {
        allow = try options(Self.allowField(nil))
        nat64 = try options(Self.nat64)
        allowedPorts = try options(Self.allowedPorts)
    }
}

extension RelayConfiguration.Logging {
    static let level = OptionField.enumeration(
        "level", "The lowest level that is logged.", of: Level.self, default: .info)
    static let format = OptionField.enumeration(
        "format",
        "json: one object per line; pretty: text; auto: pretty on a terminal, otherwise json.",
        of: Format.self,
        default: .auto
    )
    static let fields = [AnyOptionField(level), AnyOptionField(format)]

    init(_ options: OptionReader) throws {
        level = try options(Self.level)
        format = try options(Self.format)
    }
}

extension RelayConfiguration.Delivery {
    static let shutdownGrace = OptionField.duration(
        "shutdown_grace",
        "How long requests in flight may continue when the relay stops.",
        .zero...(.seconds(3600)),
        default: .seconds(15)
    )
    static let maxInFlight = OptionField.int(
        "max_in_flight",
        "Requests in flight at the same time, over all destinations.",
        1...100_000,
        default: 4096
    )
    static let breaker = OptionField<BreakerPolicy>.section(
        "breaker",
        "When the relay stops sending to a failing destination for a while.",
        fields: BreakerPolicy.fields,
        default: BreakerPolicy()
    ) { try BreakerPolicy($0) }
    static let fields = [AnyOptionField(shutdownGrace), AnyOptionField(maxInFlight), AnyOptionField(breaker)]

    init(_ options: OptionReader) throws {
        shutdownGrace = try options(Self.shutdownGrace)
        maxInFlight = try options(Self.maxInFlight)
        breaker = try options(Self.breaker)
    }
}
