/// Decides to which IP addresses requests may be sent. Everything except the public internet is denied unless the
/// operator allows it, so a webhook URL cannot make the relay send requests to its own network.
///
/// The decision is made at connect time, after DNS, for the address itself. Notations such as `http://2130706433/`,
/// redirects and changing DNS results therefore cannot bypass it. ``check(url:)`` only gives an earlier and clearer
/// error.
package struct EgressGuard: Sendable {
    /// The ports that are allowed on public addresses. Entries of the allow-list are not restricted by it.
    package enum Ports: Sendable, Equatable {
        /// Every port. The default, because public receivers often use unusual ports.
        case any
        /// Only these ports; ``common`` is suitable when tenants enter URLs.
        case only(Set<Int>)

        /// 80, 443, 8080 and 8443.
        package static let common = Ports.only([80, 443, 8080, 8443])
    }

    /// Whether an address is allowed, and if not, why.
    package enum Decision: Sendable, Equatable {
        case allowed
        /// The human-readable reason names the address and the entry to add to the allow-list.
        case denied(reason: String)
    }

    let entries: [Entry]
    let listeners: [(network: IPNetwork, port: Int)]
    let nat64: Bool
    let ports: Ports

    /// - Parameters:
    ///   - allow: what the operator allows: a host (`chatwoot`), a host and port (`chatwoot:3000`), an address
    ///     (`10.0.0.5`, `fd00::5`), an address and port (`10.0.0.5:8080`, `[fd00::5]:8080`), a network (`10.0.0.0/8`).
    ///     A host allows every address that it resolves to, except cloud metadata addresses, which are allowed only as
    ///     literal addresses.
    ///   - denyListen: the relay's own listening addresses. They are denied even when `allow` contains them, so that
    ///     the relay cannot deliver to itself. `0.0.0.0`, `::` and the empty host mean every address of this machine.
    ///   - nat64: whether an address in `64:ff9b::/96` is treated as the IPv4 address in it; needed on IPv6-only hosts
    ///     with DNS64.
    ///   - ports: the ports that are allowed on public addresses; default any.
    /// - Throws: ``ParseError`` for the first invalid entry of `allow`.
    package init(
        allow: [String] = [],
        denyListen: [(host: String, port: Int)] = [],
        nat64: Bool = false,
        ports: Ports = .any
    ) throws(ParseError) {
        var entries: [Entry] = []
        for text in allow { entries.append(try Entry(parsing: text)) }
        self.entries = entries
        listeners = denyListen.flatMap { listener in
            ListenerAddresses.networks(listener.host).map { (network: $0, port: listener.port) }
        }
        self.nat64 = nat64
        self.ports = ports
    }

    /// Decides about one address.
    ///
    /// - Parameters:
    ///   - address: the address of the connection.
    ///   - port: its port.
    ///   - host: the host in the URL, to match host entries of the allow-list.
    package func decision(address: IPAddress, port: Int, host: String) -> Decision {
        let seen = address.unmapped
        let target = nat64 ? seen.behindNAT64 ?? seen : seen

        if listeners.contains(where: { $0.port == port && $0.network.contains(target) }) {
            return .denied(reason: "\(target) port \(port) is where this relay itself listens")
        }
        // A NAT64 address is checked by its IPv4 address even when `nat64` is off: a wide IPv6 network must not allow
        // it.
        let inner = seen.behindNAT64 ?? seen
        if let service = IPNetwork.metadata.first(where: { $0.network.contains(inner) }) {
            let isNamed = entries.contains {
                $0.names(address: seen, port: port) || $0.names(address: inner, port: port)
            }
            return isNamed ? .allowed : .denied(reason: Self.metadataReason(seen, service))
        }
        if entries.contains(where: { $0.covers(address: seen, target, port: port, host: host) }) { return .allowed }
        if let name = Self.reservedName(target) { return .denied(reason: Self.reason(seen, name, host, port)) }
        if case .only(let allowed) = ports, !allowed.contains(port) {
            let list = allowed.sorted().map(String.init).joined(separator: ", ")
            return .denied(
                reason: "port \(port) of \(seen) is not among the ports that deliveries may use (\(list)); "
                    + "if it is meant, add \"\(Self.entryText(host, seen, port))\" to egress.allow"
            )
        }
        return .allowed
    }

    /// The name of the reserved range that contains the address; nil for a public address.
    static func reservedName(_ address: IPAddress) -> String? {
        if address.isIPv4 { return IPNetwork.reservedIPv4.first { $0.network.contains(address) }?.label }
        guard IPNetwork.globalIPv6.contains(address) else { return "not a global IPv6 address" }
        return IPNetwork.reservedIPv6.first { $0.network.contains(address) }?.label
    }

    private static func reason(_ address: IPAddress, _ name: String, _ host: String, _ port: Int) -> String {
        let whose = IPAddress(host) == nil ? " (the IP address of \(host))" : ""
        return "\(address)\(whose) is \(name), where deliveries may not go; "
            + "if it is meant, add \"\(entryText(host, address, port))\" to egress.allow"
    }

    private static func metadataReason(_ address: IPAddress, _ service: IPNetwork.ReservedRange) -> String {
        "\(address) is \(service.name), where deliveries may not go; "
            + "if it really is meant, add the address itself, \"\(address)\", to egress.allow"
    }

    /// The allow-list entry that allows exactly this address and port.
    static func entryText(_ host: String, _ address: IPAddress, _ port: Int) -> String {
        if IPAddress(host) == nil, !host.isEmpty { return "\(host):\(port)" }
        return address.isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)"
    }
}

extension IPNetwork.ReservedRange {
    fileprivate var label: String { network.isSingleAddress ? name : "\(name) (\(network))" }
}
