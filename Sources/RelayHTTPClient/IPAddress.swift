import Glibc

/// An IPv4 or IPv6 address.
package struct IPAddress: Sendable, Hashable, CustomStringConvertible {
    /// The address as a number; an IPv4 address fills the low 32 bits.
    package let bits: UInt128
    /// Whether it is an IPv4 address.
    package let isIPv4: Bool

    /// An IPv4 address from its number, for example `0x7f00_0001` for 127.0.0.1.
    package init(ipv4 bits: UInt32) {
        self.bits = UInt128(bits)
        isIPv4 = true
    }

    /// An IPv6 address from its number.
    package init(ipv6 bits: UInt128) {
        self.bits = bits
        isIPv4 = false
    }

    /// Parses the strict notations of `inet_pton`: four decimal parts, or IPv6; no octal, no hex, no zone, no brackets.
    package init?(_ text: String) {
        self.init(cString: text)
    }

    /// Parses the same notations of a C string.
    init?(cString text: UnsafePointer<CChar>) {
        var v4 = in_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            self.init(ipv4: UInt32(bigEndian: v4.s_addr))
            return
        }
        var v6 = in6_addr()
        guard inet_pton(AF_INET6, text, &v6) == 1 else { return nil }
        self.init(ipv6: Self.number(v6))
    }

    /// The address in a socket address; nil for families other than IP.
    ///
    /// - Parameters:
    ///   - socketAddress: must be as long as its family requires.
    init?(_ socketAddress: UnsafePointer<sockaddr>) {
        switch Int32(socketAddress.pointee.sa_family) {
        case AF_INET:
            self.init(ipv4: UnsafeRawPointer(socketAddress).loadUnaligned(as: sockaddr_in.self).ipv4Bits)
        case AF_INET6:
            let v6 = UnsafeRawPointer(socketAddress).loadUnaligned(as: sockaddr_in6.self)
            self.init(ipv6: Self.number(v6.sin6_addr))
        default:
            return nil
        }
    }

    /// The IPv4 address in `::ffff:a.b.c.d`, which the kernel treats as that IPv4 address; any other address unchanged.
    package var unmapped: IPAddress {
        !isIPv4 && bits >> 32 == 0xffff ? IPAddress(ipv4: UInt32(truncatingIfNeeded: bits)) : self
    }

    /// The IPv4 address in `64:ff9b::/96`, to which a NAT64 translates it (RFC 6052).
    var behindNAT64: IPAddress? {
        !isIPv4 && bits >> 32 == 0x0064_ff9b << 64 ? IPAddress(ipv4: UInt32(truncatingIfNeeded: bits)) : nil
    }

    /// The usual notation, for example `127.0.0.1`, `2001:db8::1`.
    package var description: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
            guard let base = text.baseAddress else { return "" }
            if isIPv4 {
                var address = in_addr(s_addr: UInt32(truncatingIfNeeded: bits).bigEndian)
                inet_ntop(AF_INET, &address, base, socklen_t(text.count))
            } else {
                var bytes = bits.bigEndian
                inet_ntop(AF_INET6, &bytes, base, socklen_t(text.count))
            }
            return String(cString: base)
        }
    }

    private static func number(_ address: in6_addr) -> UInt128 {
        withUnsafeBytes(of: address) { UInt128(bigEndian: $0.loadUnaligned(as: UInt128.self)) }
    }
}

extension sockaddr_in {
    fileprivate var ipv4Bits: UInt32 { UInt32(bigEndian: sin_addr.s_addr) }
}
