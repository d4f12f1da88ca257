extension EgressGuard {
    /// A URL to which deliveries are not sent.
    package struct DeniedURLError: Error, Sendable, Equatable, CustomStringConvertible {
        /// What is wrong and what to write instead. Contains only the URL's scheme, host and port.
        package let message: String

        package var description: String { message }
    }

    /// Checks a URL when it is configured, for an early error. It performs no DNS lookup and proves nothing about the
    /// address: ``decision(address:port:host:)`` is evaluated again for each connection.
    ///
    /// - Throws: ``DeniedURLError`` for anything but a plain `http` or `https` URL, for a denied literal address, and
    ///   for names that are never public (`localhost`, `*.local`, `*.internal`, `*.home.arpa`, single labels) unless
    ///   the allow-list permits them.
    package func check(url: String) throws(DeniedURLError) {
        let target: CurlParsedURL
        do throws(CurlParsedURL.ParseError) {
            target = try CurlParsedURL(url: url)
        } catch {
            throw DeniedURLError(message: error.message)
        }
        let literal = target.host.split(separator: "%").first.flatMap { IPAddress(String($0)) }
        if let literal {
            if case .denied(let reason) = decision(address: literal, port: target.port, host: target.host) {
                throw DeniedURLError(message: reason)
            }
            return
        }
        let host = Self.canonicalHost(target.host)
        if entries.contains(where: { $0.opens(host: host, port: target.port) }) { return }
        guard let why = Self.privateName(host), !mayReachPrivate(host: host, port: target.port) else {
            return try checkPort(target)
        }
        throw DeniedURLError(
            message: "\(host) is \(why), where deliveries may not go; "
                + "if it is meant, add \"\(host):\(target.port)\" to egress.allow"
        )
    }

    /// Why a name cannot be that of a public host; nil when it can.
    private static func privateName(_ host: String) -> String? {
        if host == "metadata.google.internal" || host == "metadata.amazonaws.com" {
            return "a cloud's metadata service"
        }
        if host == "localhost" || host.hasSuffix(".localhost") { return "this machine" }
        if !host.contains(".") { return "a name of the local network" }
        let isLocal = [".local", ".internal", ".home.arpa"].contains { host.hasSuffix($0) }
        return isLocal ? "a name of the local network" : nil
    }

    /// Whether the allow-list contains an address that a private name may resolve to. Only the connection decides.
    private func mayReachPrivate(host: String, port: Int) -> Bool {
        if host.hasPrefix("metadata.") { return false }
        let isLoopback = host == "localhost" || host.hasSuffix(".localhost")
        return entries.contains { entry in
            guard case .network(let network) = entry.subject, entry.port == nil || entry.port == port else {
                return false
            }
            let loopback = [IPAddress(ipv4: 0x7f00_0001), IPAddress(ipv6: 1)]
            if isLoopback { return loopback.contains { network.contains($0) } }
            return !loopback.contains { network.base == $0 }
        }
    }

    private func checkPort(_ target: CurlParsedURL) throws(DeniedURLError) {
        // A private network on the allow-list includes all ports, and the name may resolve to it.
        guard case .only(let allowed) = ports, !allowed.contains(target.port),
            !mayReachPrivate(host: target.host, port: target.port)
        else { return }
        let list = allowed.sorted().map(String.init).joined(separator: ", ")
        throw DeniedURLError(
            message: "port \(target.port) is not among the ports that deliveries may use (\(list)); "
                + "if it is meant, add \"\(target.host):\(target.port)\" to egress.allow"
        )
    }
}

extension EgressGuard.Entry {
    fileprivate func opens(host: String, port: Int) -> Bool {
        guard case .host(let name) = subject else { return false }
        return name == host && (self.port == nil || self.port == port)
    }
}
