/// Decides which addresses requests may go to. Everything that is not the public internet is denied unless the operator
/// allows it, so a webhook URL cannot make the relay talk to its own network.
///
/// The decision falls at connect time, after DNS, on the address itself: text such as `http://2130706433/`, redirects
/// and names that change their answer make no difference. ``check(url:)`` only gives an earlier and friendlier error.
package struct EgressGuard: Sendable {
    /// Which ports public addresses may be reached on. What the allow-list names is not bound by it.
    package enum Ports: Sendable, Equatable {
        /// Every port; the default, because public receivers often listen on odd ones.
        case any
        /// These only; ``common`` is a good choice where tenants write URLs.
        case only(Set<Int>)

        /// 80, 443, 8080 and 8443.
        package static let common = Ports.only([80, 443, 8080, 8443])
    }

    /// Whether an address may be reached, and if not, why.
    package enum Decision: Sendable, Equatable {
        case allowed
        /// The reason is for people and names the address and what to add to the allow-list.
        case denied(reason: String)
    }

    let entries: [Entry]
    let listeners: [(network: IPNetwork, port: Int)]
    let nat64: Bool
    let ports: Ports

    /// - Parameters:
    ///   - allow: what the operator opens: a host (`chatwoot`), a host and port (`chatwoot:3000`), an address
    ///     (`10.0.0.5`, `fd00::5`), an address and port (`10.0.0.5:8080`, `[fd00::5]:8080`), a network (`10.0.0.0/8`).
    ///     A host's name opens whatever it resolves to; cloud metadata addresses open only when written as addresses.
    ///   - denyListen: where the relay itself listens; refused even when allowed above, so that it cannot deliver to
    ///     itself. `0.0.0.0`, `::` and the empty host stand for every address of this machine.
    ///   - nat64: whether `64:ff9b::/96` is judged by the IPv4 address inside; needed on IPv6-only hosts with DNS64.
    ///   - ports: which ports public addresses may be reached on; default any.
    /// - Throws: ``ParseError`` for the first entry that is none of these.
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
            LocalAddresses.networks(listener.host).map { (network: $0, port: listener.port) }
        }
        self.nat64 = nat64
        self.ports = ports
    }

    /// Judges one address.
    ///
    /// - Parameters:
    ///   - address: where the connection would go.
    ///   - port: its port.
    ///   - host: the host as the URL has it, to match host entries of the allow-list.
    package func decision(address: IPAddress, port: Int, host: String) -> Decision {
        let seen = address.unmapped
        let target = nat64 ? seen.behindNAT64 ?? seen : seen

        if listeners.contains(where: { $0.port == port && $0.network.contains(target) }) {
            return .denied(reason: "\(target) port \(port) is where this relay itself listens")
        }
        // What a NAT64 would translate to is judged here even when `nat64` is off: a wide IPv6 entry must not open it.
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

    /// What kind of address it is when it is not the public internet.
    static func reservedName(_ address: IPAddress) -> String? {
        if address.isIPv4 { return IPNetwork.reservedIPv4.first { $0.network.contains(address) }?.label }
        guard IPNetwork.globalIPv6.contains(address) else { return "not a global IPv6 address" }
        return IPNetwork.reservedIPv6.first { $0.network.contains(address) }?.label
    }

    private static func reason(_ address: IPAddress, _ name: String, _ host: String, _ port: Int) -> String {
        let whose = IPAddress(host) == nil ? " (the address of \(host))" : ""
        return "\(address)\(whose) is \(name), where deliveries may not go; "
            + "if it is meant, add \"\(entryText(host, address, port))\" to egress.allow"
    }

    private static func metadataReason(_ address: IPAddress, _ service: IPNetwork.ReservedRange) -> String {
        "\(address) is \(service.name), where deliveries may not go; "
            + "if it really is meant, add the address itself, \"\(address)\", to egress.allow"
    }

    /// What to write on the allow-list to open just this.
    static func entryText(_ host: String, _ address: IPAddress, _ port: Int) -> String {
        if IPAddress(host) == nil, !host.isEmpty { return "\(host):\(port)" }
        return address.isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)"
    }
}

extension IPNetwork.ReservedRange {
    fileprivate var label: String { network.isSingleAddress ? name : "\(name) (\(network))" }
}
