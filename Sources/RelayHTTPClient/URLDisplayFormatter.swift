/// Host names of the local machine.
package enum LocalHostDetection {
    /// Whether the URL's host is the local machine itself: `localhost` or a loopback address.
    package static func names(_ url: String) -> Bool {
        guard let scheme = url.firstRange(of: "://") else { return false }
        let rest = url[scheme.upperBound...].prefix { $0 != "/" }
        let host = rest.hasPrefix("[") ? rest.dropFirst().prefix { $0 != "]" } : rest.prefix { $0 != ":" }
        return host == "localhost" || host.hasPrefix("127.") || host == "::1" || host.hasSuffix(".localhost")
    }
}

extension EgressGuard {
    /// Whether the URL's host is private: an address or a name that is not reachable from the internet.
    package static func isPrivate(_ url: String) -> Bool {
        guard let strict = try? EgressGuard() else { return false }
        return (try? strict.check(url: url)) == nil
    }
}

/// A URL shortened for display: scheme, host and port.
package enum URLDisplayFormatter {
    package static func of(_ url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return url }
        let rest = url[scheme.upperBound...]
        return String(url[..<scheme.upperBound]) + rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    }
}
