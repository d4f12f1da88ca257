/// What this machine calls itself.
package enum LocalHostName {
    /// Whether an address leads back to the machine that it is used on.
    package static func names(_ url: String) -> Bool {
        guard let scheme = url.firstRange(of: "://") else { return false }
        let rest = url[scheme.upperBound...].prefix { $0 != "/" }
        let host = rest.hasPrefix("[") ? rest.dropFirst().prefix { $0 != "]" } : rest.prefix { $0 != ":" }
        return host == "localhost" || host.hasPrefix("127.") || host == "::1" || host.hasSuffix(".localhost")
    }
}

extension EgressGuard {
    /// Whether an address, or the name in it, is a private network's: one that others do not reach.
    package static func isPrivate(_ url: String) -> Bool {
        guard let strict = try? EgressGuard() else { return false }
        return (try? strict.check(url: url)) == nil
    }
}

/// Places as people read them: scheme, host and port of an address.
package enum DisplayedURL {
    package static func of(_ url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return url }
        let rest = url[scheme.upperBound...]
        return String(url[..<scheme.upperBound]) + rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    }
}
