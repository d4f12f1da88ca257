internal import RelayJSON

extension RelayConfiguration {
    /// `server:`, the HTTP server of the relay.
    package struct Server: Sendable, Hashable {
        /// A host name, or an IP address without brackets; `0.0.0.0` for `:3100`.
        package let host: String
        /// The port; 0 lets the operating system choose one.
        package let port: Int
        /// The URL under which receivers reach the relay, without a trailing slash.
        package let publicURL: String
        /// The maximum size of a request body, in bytes.
        package let maxBody: Int
    }
}

extension RelayConfiguration.Server {
    static let listen = OptionField<ListenAddress>(
        "listen",
        "Where the relay listens: host and port.",
        .listenAddress,
        default: ListenAddress(host: "127.0.0.1", port: 3100)
    )
    static let publicURL = OptionField<String>(
        "public_url",
        "The URL under which receivers reach the relay, for links to stored media; default made from `listen`.",
        .url(reachable: false)
    ).optional
    static let maxBody = OptionField.size(
        "max_body",
        "The longest request body that is accepted.",
        1024...(256 << 20),
        default: 5 << 20
    )
    static let fields = [AnyOptionField(listen), AnyOptionField(publicURL), AnyOptionField(maxBody)]

    init(_ options: OptionReader) throws {
        let address = try options(Self.listen)
        host = address.host
        port = address.port
        maxBody = try options(Self.maxBody)
        var url = try options(Self.publicURL) ?? address.localURL
        while url.hasSuffix("/") { url.removeLast() }
        publicURL = url
    }
}

/// A host and a port to listen on.
struct ListenAddress: Sendable, Hashable {
    var host: String
    var port: Int

    var text: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }

    /// The URL for programs on the same machine.
    var localURL: String {
        let isAny = host == "0.0.0.0" || host == "::"
        return "http://" + (isAny ? ListenAddress(host: "localhost", port: port) : self).text
    }
}

extension OptionValueType where Value == ListenAddress {
    static var listenAddress: OptionValueType {
        let name = "host and port such as 127.0.0.1:3100"
        return OptionValueType(name, .text(pattern: "^[^/ ]*:[0-9]+$"), show: { .string($0.text) }) { node in
            let text = try node.text(expected: name)
            if QuantitySyntax.isDigits(text) {
                throw node.mismatch(name, help: "write 127.0.0.1:\(text), or :\(text) for all IP addresses")
            }
            guard let (host, digits) = HostAndPort.split(text), let digits, QuantitySyntax.isDigits(digits),
                let port = UInt16(digits), !host.contains("/"), !host.contains(" ")
            else {
                throw node.mismatch(name, help: "an IPv6 address stands in brackets: [::1]:3100")
            }
            return ListenAddress(host: host.isEmpty ? "0.0.0.0" : host, port: Int(port))
        }
    }
}
