extension IPNetwork {
    /// A range that does not belong to the public internet, and its name.
    struct ReservedRange: Sendable {
        let network: IPNetwork
        let name: String
    }

    /// Denied in IPv4: IANA's special-purpose registry (RFC 6890) and Azure's wire server.
    static let reservedIPv4: [ReservedRange] = [
        v4(0, 0, 0, 0, 8, "this network"),
        v4(10, 0, 0, 0, 8, "a private network"),
        v4(100, 64, 0, 0, 10, "carrier-grade NAT"),
        v4(127, 0, 0, 0, 8, "this machine"),
        v4(169, 254, 0, 0, 16, "link-local, where clouds serve metadata"),
        v4(172, 16, 0, 0, 12, "a private network"),
        v4(192, 0, 0, 0, 24, "protocol assignments"),
        v4(192, 0, 2, 0, 24, "for documentation"),
        v4(192, 88, 99, 0, 24, "6to4 relays"),
        v4(192, 168, 0, 0, 16, "a private network"),
        v4(198, 18, 0, 0, 15, "for benchmarks"),
        v4(198, 51, 100, 0, 24, "for documentation"),
        v4(203, 0, 113, 0, 24, "for documentation"),
        v4(224, 0, 0, 0, 4, "multicast"),
        v4(240, 0, 0, 0, 4, "reserved"),
        v4(168, 63, 129, 16, 32, "the cloud's own service"),
    ]

    /// The only allowed IPv6 range. It excludes loopback, mapped and translated addresses, unique local, link-local and
    /// multicast addresses without listing them.
    static let globalIPv6 = v6(0x2000 << 112, 3, "global unicast").network

    /// Denied inside ``globalIPv6``.
    static let reservedIPv6: [ReservedRange] = [
        v6(0x2001 << 112, 23, "protocol assignments, Teredo among them"),
        v6(0x2001_0db8 << 96, 32, "for documentation"),
        v6(0x2002 << 112, 16, "6to4"),
        v6(0x3fff << 112, 20, "for documentation"),
    ]

    /// Addresses where cloud providers serve credentials. An allow-list entry must be the exact address; a network that
    /// contains it is not enough.
    static let metadata: [ReservedRange] = [
        v4(169, 254, 0, 0, 16, "link-local, where clouds serve metadata"),
        v4(100, 100, 100, 200, 32, "the metadata service of Alibaba Cloud"),
        v4(192, 0, 0, 192, 32, "the metadata service of Oracle Cloud"),
        v4(168, 63, 129, 16, 32, "the wire server of Azure"),
        v6(0xfd00_0ec2 << 96 | 0x254, 128, "the metadata service of AWS"),
        v6(0xfd20_00ce << 96 | 0x254, 128, "the metadata service of Google Cloud"),
    ]

    private static func v4(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, _ prefix: Int, _ name: String)
        -> ReservedRange
    {
        let address = IPAddress(ipv4: a << 24 | b << 16 | c << 8 | d)
        return ReservedRange(network: IPNetwork(around: address, prefix: prefix), name: name)
    }

    private static func v6(_ bits: UInt128, _ prefix: Int, _ name: String) -> ReservedRange {
        ReservedRange(network: IPNetwork(around: IPAddress(ipv6: bits), prefix: prefix), name: name)
    }
}
