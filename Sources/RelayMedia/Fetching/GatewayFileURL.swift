internal import RelayCore
internal import RelayHTTPClient

/// The forms of URLs that gateways write for their files.
enum GatewayFileURL {
    /// The URL with the blanks and control characters in its path and query percent-encoded; those at the ends are
    /// removed. Gateways write file names as they are, such as `Relatório final.pdf`; ``ASCIIURL`` encodes the other
    /// characters. In the authority they stay, so that the URL is refused.
    static func encodingRawCharacters(in url: String) -> String {
        let bytes = Array(url.utf8)
        guard let first = bytes.firstIndex(where: { !isRaw($0) }), let last = bytes.lastIndex(where: { !isRaw($0) })
        else { return "" }
        let trimmed = bytes[first...last]
        guard trimmed.contains(where: isRaw) else { return String(decoding: trimmed, as: UTF8.self) }
        let start = endOfAuthority(in: trimmed)
        var encoded = Array(trimmed[..<start])
        for byte in trimmed[start...] {
            if isRaw(byte) {
                encoded += Array("%\(Hex.encode([byte]).uppercased())".utf8)
            } else {
                encoded.append(byte)
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// Whether a byte is a blank or a control character.
    private static func isRaw(_ byte: UInt8) -> Bool { byte <= 0x20 || byte == 0x7F }

    /// Whether the text has a scheme and a host, and is not only a path.
    static func isAbsolute(_ url: String) -> Bool { scheme(of: Array(url.utf8)[...]) != nil }

    /// The path and the query of an absolute URL, with the first slash.
    static func path(of url: String) -> String {
        let bytes = Array(url.utf8)[...]
        let rest = String(
            decoding: bytes[endOfAuthority(in: bytes)...].prefix { $0 != UInt8(ascii: "#") }, as: UTF8.self)
        return rest.hasPrefix("/") ? rest : "/" + rest
    }

    /// Whether a host is a name that only the gateway's own machine or its container network knows: `localhost`, an
    /// address of the machine itself, or a name without a dot.
    static func isLocalName(_ host: String) -> Bool {
        if host == "localhost" || host.hasSuffix(".localhost") || host == "host.docker.internal" { return true }
        if host.contains(":") { return host == "::1" || host == "::" }
        let isAddress = host.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
        if isAddress { return host.hasPrefix("127.") || host == "0.0.0.0" }
        return !host.contains(".")
    }

    /// The position after `scheme://`; nil when the text does not begin so.
    private static func scheme(of bytes: ArraySlice<UInt8>) -> Int? {
        let name = bytes.prefix { byte in
            (0x41...0x5A).contains(byte & 0xDF) || (0x30...0x39).contains(byte) || "+-.".utf8.contains(byte)
        }
        guard !name.isEmpty, bytes[name.endIndex...].starts(with: "://".utf8) else { return nil }
        return name.endIndex + 3
    }

    /// Where the path, query or fragment begins; the first position when the text is only a path.
    private static func endOfAuthority(in bytes: ArraySlice<UInt8>) -> Int {
        guard let start = scheme(of: bytes) else { return bytes.startIndex }
        return bytes[start...].firstIndex { "/?#\\".utf8.contains($0) } ?? bytes.endIndex
    }
}
