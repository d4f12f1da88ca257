import Glibc

/// Resolves a listener's host to addresses.
enum ListenerAddresses {
    private static let loopback = [
        IPNetwork(around: IPAddress(ipv4: 0x7f00_0000), prefix: 8), IPNetwork(IPAddress(ipv6: 1)),
    ]
    // Linux connects these addresses to the local machine.
    private static let unspecified = [IPNetwork(IPAddress(ipv4: 0)), IPNetwork(IPAddress(ipv6: 0))]

    /// A wildcard is every current address of this machine. A name other than `localhost` is empty, because listeners
    /// bind to addresses.
    static func networks(_ host: String) -> [IPNetwork] {
        let host = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        if host == "localhost" { return loopback + unspecified }
        if host.isEmpty || host == "*" { return loopback + unspecified + interfaces() }
        guard let address = IPAddress(host)?.unmapped else { return [] }
        if address.bits == 0 { return loopback + unspecified + interfaces() }
        return loopback.contains { $0.contains(address) } ? [IPNetwork(address)] + unspecified : [IPNetwork(address)]
    }

    private static func interfaces() -> [IPNetwork] {
        var head: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&head) == 0 else { return [] }
        defer { freeifaddrs(head) }
        return sequence(first: head, next: { $0?.pointee.ifa_next }).compactMap { interface in
            guard let address = interface?.pointee.ifa_addr else { return nil }
            return IPAddress(address).map(IPNetwork.init)
        }
    }
}
