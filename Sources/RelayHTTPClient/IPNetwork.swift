/// A range of IP addresses in CIDR notation.
struct IPNetwork: Sendable, Hashable, CustomStringConvertible {
    let base: IPAddress
    let prefix: Int

    /// Nil when the prefix is longer than the address, or when `base` has bits set after the prefix.
    init?(base: IPAddress, prefix: Int) {
        let width = base.isIPv4 ? 32 : 128
        guard (0...width).contains(prefix), base.bits & ~Self.mask(prefix, width) == 0 else { return nil }
        self.base = base
        self.prefix = prefix
    }

    /// The network that contains an address, for error messages.
    init(around address: IPAddress, prefix: Int) {
        let width = address.isIPv4 ? 32 : 128
        let bits = address.bits & Self.mask(prefix, width)
        base = address.isIPv4 ? IPAddress(ipv4: UInt32(truncatingIfNeeded: bits)) : IPAddress(ipv6: bits)
        self.prefix = prefix
    }

    /// A network of one address.
    init(_ address: IPAddress) {
        base = address
        prefix = address.isIPv4 ? 32 : 128
    }

    var isSingleAddress: Bool { prefix == (base.isIPv4 ? 32 : 128) }

    func contains(_ address: IPAddress) -> Bool {
        guard address.isIPv4 == base.isIPv4 else { return false }
        return (address.bits ^ base.bits) & Self.mask(prefix, base.isIPv4 ? 32 : 128) == 0
    }

    var description: String { "\(base)/\(prefix)" }

    private static func mask(_ prefix: Int, _ width: Int) -> UInt128 {
        let all: UInt128 = width == 32 ? 0xffff_ffff : .max
        return prefix == 0 ? 0 : all & (all << UInt128(width - prefix))
    }
}
