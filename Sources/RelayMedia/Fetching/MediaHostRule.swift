internal import RelayHTTPClient

/// A host from which files may be fetched.
struct MediaHostRule: Hashable, Sendable {
    /// Lower case; without brackets.
    let host: String
    /// Whether the rule applies to all subdomains of ``host``, but not to the host itself.
    var isPattern = false
    /// The port; nil: every port.
    var port: Int?
    /// Whether plain HTTP is allowed.
    var allowsPlain = false

    /// All subdomains of a public domain, by HTTPS on port 443.
    static func below(_ domain: String) -> MediaHostRule { MediaHostRule(host: domain, isPattern: true, port: 443) }

    /// Exactly the scheme, host and port of a URL.
    init(originOf target: CurlParsedURL) {
        self.init(host: target.host, port: target.port, allowsPlain: !target.isTLS)
    }

    init(host: String, isPattern: Bool = false, port: Int? = nil, allowsPlain: Bool = false) {
        self.host = host
        self.isPattern = isPattern
        self.port = port
        self.allowsPlain = allowsPlain
    }

    /// Parses `host`, `host:port` or `*.domain`; nil for anything else.
    init?(_ text: String) {
        let isPattern = text.hasPrefix("*.")
        let rest = isPattern ? text.dropFirst(2) : text[...]
        guard !rest.isEmpty, rest.last != ":", !rest.utf8.contains(where: { "/?#@*".utf8.contains($0) }),
            let target = try? CurlParsedURL(url: "http://\(rest)")
        else { return nil }
        let digits = rest.utf8.reversed().prefix { (0x30...0x39).contains($0) }.count
        let hasPort = digits > 0 && rest.utf8.dropLast(digits).last == UInt8(ascii: ":")
        self.init(
            host: target.host, isPattern: isPattern, port: hasPort ? target.port : nil, allowsPlain: !isPattern)
    }

    func allows(_ target: CurlParsedURL) -> Bool {
        guard target.isTLS || allowsPlain, port == nil || port == target.port else { return false }
        return isPattern ? target.host.hasSuffix("." + host) : target.host == host
    }
}
