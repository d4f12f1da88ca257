internal import RelayCore
internal import RelayJSON

extension OptionValueType where Value == String {
    /// An absolute `http` or `https` URL without credentials. The value is in ASCII, as it is sent.
    /// - Parameter reachable: whether deliveries are sent to the URL, so that the egress rules are checked.
    package static func url(reachable: Bool = true) -> OptionValueType {
        let name = "a URL such as https://crm.example.com/hooks"
        return OptionValueType(name, .text(pattern: URLValidation.pattern), show: { .string(URLValidation.shown($0)) })
        {
            node in
            let text = try node.text(expected: name)
            if let problem = URLValidation.problem(text) {
                if text.contains("@") { node.hide() }
                throw node.issues("\"\(node.label)\" \(problem.message)", help: problem.help, code: .invalidAddress)
            }
            node.warnOfFragment(in: text)
            let ascii = (try? ASCIIURL.of(text)) ?? text
            if reachable, let refusal = node.origin.urlCheck?(ascii) {
                throw node.issues("\"\(node.label)\": \(refusal)", code: .refusedAddress)
            }
            return ascii
        }
    }
}

extension ConfigNode {
    /// A fragment is never sent, so the URL is used without it.
    func warnOfFragment(in url: String) {
        guard ASCIIURL.hasFragment(url) else { return }
        warn(
            "\"\(label)\" has a fragment (#…), which is never sent",
            help: "remove it; write %23 for a # in a path or a query", code: .unsentFragment)
    }
}

/// Validation of URLs.
enum URLValidation {
    /// A regular expression that every valid URL matches.
    static let pattern = "^[Hh][Tt][Tt][Pp][Ss]?://[^/?#@ ]"

    static func problem(_ text: String) -> (message: String, help: String?)? {
        if text.isEmpty { return ("is empty", "write a URL such as https://crm.example.com/hooks") }
        if text.contains("{{") {
            let help = "write the whole URL; values that change from event to event belong in headers or the body"
            return ("has a placeholder in it", help)
        }
        if text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
            return ("has a line break or another control character", "remove it")
        }
        if text.hasPrefix(" ") || text.hasSuffix(" ") { return ("begins or ends with a space", "remove it") }
        guard let separator = text.firstRange(of: "://") else {
            return ("is no absolute URL", "begin with https:// or http://")
        }
        let scheme = text[..<separator.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else {
            return ("must begin with https:// or http://", nil)
        }
        let authority = text[separator.upperBound...].prefix { !"/?#\\".contains($0) }
        if authority.contains("@") {
            return ("has a user name or a password in it", "send them as a header: headers: { Authorization: … }")
        }
        guard let (host, port) = HostAndPort.split(authority), !host.isEmpty else {
            return ("names no host", "write a URL such as https://crm.example.com/hooks")
        }
        let isHost = host.unicodeScalars.allSatisfy { scalar in
            scalar.value >= 0x80 || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                || "-._~:%".unicodeScalars.contains(scalar)
        }
        guard isHost else { return ("has a host with characters that hosts do not have", nil) }
        if let port, UInt16(port).map({ $0 == 0 }) ?? true {
            return ("has a port that is none", "ports go from 1 to 65535")
        }
        // Some programs take a backslash for a slash, others for a part of the host.
        if text[authority.endIndex...].hasPrefix("\\") { return ("has a backslash after its host", "write / instead") }
        return hostProblem(host).map { ("has a host that is not a name of the internet: \($0)", nil) }
    }

    private static func hostProblem(_ host: String) -> String? {
        if host.contains(":") { return nil }
        do throws(ASCIIURL.InvalidHostError) {
            return ASCIIURL.problem(ofHost: try ASCIIURL.host(host))
        } catch {
            return error.reason
        }
    }

    /// The URL without its query, which may contain keys.
    static func shown(_ text: String) -> String {
        guard let query = text.firstIndex(of: "?") else { return text }
        return text[...query] + "***"
    }
}

/// A host with an optional port.
enum HostAndPort {
    /// Splits `[::1]:80` and `host:80`; returns nil when brackets or colons are unbalanced. The host is returned
    /// without brackets.
    static func split(_ text: some StringProtocol) -> (host: String, port: String?)? {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            let host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard host.contains(":"), rest.isEmpty || rest.hasPrefix(":") else { return nil }
            return (String(host), rest.isEmpty ? nil : String(rest.dropFirst()))
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2 else { return nil }
        return (String(parts[0]), parts.count == 2 ? String(parts[1]) : nil)
    }
}

extension OptionValueType where Value == [(name: String, value: String)] {
    /// Header fields of a request, in the order in which they are written.
    package static var headers: OptionValueType { headers { _, text in text } }
}

extension OptionValueType {
    /// Header fields of a request, in the order in which they are written, with values that the caller converts.
    /// - Parameter read: converts one value; `text` is its string, already validated as a header field value.
    package static func headers<Text: Sendable>(
        _ read: @escaping @Sendable (_ value: ConfigNode, _ text: String) throws -> Text
    ) -> OptionValueType where Value == [(name: String, value: Text)] {
        let name = "a map of header names to values"
        @Sendable func show(_ names: [String]) -> JSON { .object(JSONObject(names.map { ($0, "***") })) }
        return OptionValueType(
            name,
            .map(.text()),
            show: { show($0.map(\.name)) },
            showNode: { show(try $0.entries.map(\.key)) },
            parse: { node in
                guard node.isMap || node.isEmpty else { throw node.mismatch(name) }
                var seen: Set<String> = []
                return try ValueIssuesError.collect(node.entries) { entry in
                    entry.value.hide()
                    if let problem = HeaderFieldRules.problem(name: entry.key, reserved: HeaderFieldRules.connection) {
                        throw node.issues(
                            problem.message, help: problem.help, at: entry.keyLocation, code: .invalidHeader)
                    }
                    guard seen.insert(entry.key.lowercased()).inserted else {
                        throw node.issues(
                            "the header \(entry.key) is here twice", help: "remove one", at: entry.keyLocation,
                            code: .duplicateName)
                    }
                    let value = try entry.value.text(expected: "a header's value")
                    guard HeaderFieldRules.isValid(value: value) else {
                        let message =
                            "the value of the header \(entry.key) has a line break or another control character"
                        throw entry.value.issues(message, help: "remove it", code: .invalidHeader)
                    }
                    return (entry.key, try read(entry.value, value))
                }
            }
        )
    }
}

extension OptionValueType where Value == String {
    /// The name of a header field.
    package static var headerName: OptionValueType {
        OptionValueType("a header's name", show: { .string($0) }) { node in
            let text = try node.text(expected: "a header's name")
            if let problem = HeaderFieldRules.problem(name: text, reserved: HeaderFieldRules.connection) {
                throw node.issues(problem.message, help: problem.help, code: .invalidHeader)
            }
            return text
        }
    }
}
