internal import RelayHTTPClient

/// A host that files may be fetched from.
struct HostRule: Hashable, Sendable {
    /// Lower case; without brackets.
    let host: String
    /// Whether the hosts below it are meant, and not itself.
    var isPattern = false
    /// Nil: every port.
    var port: Int?
    /// Whether http will do.
    var allowsPlain = false

    /// A host of the public internet and all below it, by https on its usual port.
    static func below(_ domain: String) -> HostRule { HostRule(host: domain, isPattern: true, port: 443) }

    /// Exactly where a URL leads, with its scheme.
    init(originOf target: RequestTarget) {
        self.init(host: target.host, port: target.port, allowsPlain: !target.isTLS)
    }

    init(host: String, isPattern: Bool = false, port: Int? = nil, allowsPlain: Bool = false) {
        self.host = host
        self.isPattern = isPattern
        self.port = port
        self.allowsPlain = allowsPlain
    }

    /// Reads `host`, `host:port` or `*.domain`, as an operator writes them; nil for anything else.
    init?(_ text: String) {
        let isPattern = text.hasPrefix("*.")
        let rest = isPattern ? text.dropFirst(2) : text[...]
        guard !rest.isEmpty, rest.last != ":", !rest.utf8.contains(where: { "/?#@*".utf8.contains($0) }),
            let target = try? RequestTarget(url: "http://\(rest)")
        else { return nil }
        let digits = rest.utf8.reversed().prefix { (0x30...0x39).contains($0) }.count
        let hasPort = digits > 0 && rest.utf8.dropLast(digits).last == UInt8(ascii: ":")
        self.init(
            host: target.host, isPattern: isPattern, port: hasPort ? target.port : nil, allowsPlain: !isPattern)
    }

    func allows(_ target: RequestTarget) -> Bool {
        guard target.isTLS || allowsPlain, port == nil || port == target.port else { return false }
        return isPattern ? target.host.hasSuffix("." + host) : target.host == host
    }
}
