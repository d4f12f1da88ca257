internal import RelayCore

extension EgressGuard {
    /// An entry of the allow-list that cannot be parsed.
    package struct ParseError: Error, Sendable, CustomStringConvertible {
        /// The entry as written.
        package let entry: String
        /// What is wrong and what to write instead.
        package let message: String

        package var description: String { "egress.allow \"\(entry)\": \(message)" }
    }

    /// One parsed entry of the allow-list.
    struct Entry: Sendable {
        enum Subject: Sendable {
            case host(String)
            case network(IPNetwork)
        }

        let subject: Subject
        let port: Int?

        /// Whether the entry allows an address, in either of its two forms.
        func covers(address: IPAddress, _ translated: IPAddress, port: Int, host: String) -> Bool {
            guard self.port == nil || self.port == port else { return false }
            switch subject {
            case .host(let name): return name == EgressGuard.canonicalHost(host)
            case .network(let network): return network.contains(address) || network.contains(translated)
            }
        }

        /// Whether the entry is exactly this address, not a network that contains it.
        func names(address: IPAddress, port: Int) -> Bool {
            guard case .network(let network) = subject, network.isSingleAddress else { return false }
            return network.base == address && (self.port == nil || self.port == port)
        }
    }

    /// A host name for comparison: lower case, no trailing dot.
    static func canonicalHost(_ host: String) -> String {
        let lower = host.lowercased()
        return lower.hasSuffix(".") ? String(lower.dropLast()) : lower
    }
}

extension EgressGuard.Entry {
    init(parsing text: String) throws(EgressGuard.ParseError) {
        func failure(_ message: String) -> EgressGuard.ParseError { .init(entry: text, message: message) }

        if text.isEmpty { throw failure("is empty; write a host, an IP address or a network") }
        if text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7f }) {
            throw failure("has a space or a control character; remove it")
        }
        if text.contains("://") { throw failure("is a URL; write only its host and port, e.g. chatwoot:3000") }
        if text == "*" { throw failure("is not a pattern; to allow every address write 0.0.0.0/0 and ::/0") }
        if text.contains("*") {
            throw failure("has a wildcard, which stands for nothing; list each host, or a network such as 10.0.0.0/8")
        }

        if let slash = text.firstIndex(of: "/") {
            self = try Self.network(String(text[..<slash]), text[text.index(after: slash)...], failure)
            return
        }
        if let address = IPAddress(text) {
            self.init(subject: .network(IPNetwork(address.unmapped)), port: nil)
            return
        }
        if text.hasPrefix("[") {
            self = try Self.bracketed(text, failure)
            return
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2 else {
            throw failure("is not an IPv6 address; with a port write it as [fd00::5]:8080")
        }
        let port = parts.count == 2 ? try Self.port(parts[1], failure) : nil
        let host: String
        do throws(ASCIIURL.InvalidHostError) {
            host = EgressGuard.canonicalHost(try ASCIIURL.host(String(parts[0])))
        } catch {
            throw failure("is not a name of the internet: \(error.reason)")
        }
        if let address = IPAddress(host) {
            self.init(subject: .network(IPNetwork(address)), port: port)
            return
        }
        guard Self.isHostName(host) else { throw failure("is not a host; write e.g. chatwoot, 10.0.0.5 or 10.0.0.0/8") }
        self.init(subject: .host(host), port: port)
    }

    private static func network(
        _ base: String,
        _ length: Substring,
        _ failure: (String) -> EgressGuard.ParseError
    ) throws(EgressGuard.ParseError) -> Self {
        guard let address = IPAddress(base) else {
            throw failure("is not a network; write e.g. 10.0.0.0/8 or fd00::/8")
        }
        let width = address.isIPv4 ? 32 : 128
        guard let prefix = Int(length), (0...width).contains(prefix) else {
            throw failure("needs a number from 0 to \(width) after its slash, e.g. \(address)/\(width)")
        }
        guard let network = IPNetwork(base: address, prefix: prefix) else {
            throw failure("has bits beyond its prefix; write \(IPNetwork(around: address, prefix: prefix))")
        }
        // A network of IPv4-mapped addresses is converted to the IPv4 network, because decisions use unmapped
        // addresses.
        if !address.isIPv4, prefix >= 96, address.unmapped.isIPv4 {
            return Self(subject: .network(IPNetwork(around: address.unmapped, prefix: prefix - 96)), port: nil)
        }
        return Self(subject: .network(network), port: nil)
    }

    private static func bracketed(
        _ text: String,
        _ failure: (String) -> EgressGuard.ParseError
    ) throws(EgressGuard.ParseError) -> Self {
        guard let close = text.firstIndex(of: "]"),
            let address = IPAddress(String(text[..<close].dropFirst())), !address.isIPv4
        else { throw failure("has no IPv6 address between its brackets, e.g. [fd00::5]:8080") }
        let rest = text[text.index(after: close)...]
        if rest.isEmpty { return Self(subject: .network(IPNetwork(address.unmapped)), port: nil) }
        guard rest.hasPrefix(":") else { throw failure("has no port after its bracket, e.g. [\(address)]:8080") }
        return Self(subject: .network(IPNetwork(address.unmapped)), port: try port(rest.dropFirst(), failure))
    }

    private static func port(
        _ text: Substring,
        _ failure: (String) -> EgressGuard.ParseError
    ) throws(EgressGuard.ParseError) -> Int {
        guard let port = Int(text), (1...65535).contains(port) else {
            throw failure("needs a port from 1 to 65535, e.g. chatwoot:3000")
        }
        return port
    }

    private static func isHostName(_ host: String) -> Bool {
        ASCIIURL.problem(ofHost: host) == nil
            && host.utf8.allSatisfy { HeaderFieldRules.isTokenByte($0) || $0 >= 0x80 }
    }
}
