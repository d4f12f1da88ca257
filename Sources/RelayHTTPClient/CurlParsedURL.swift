internal import CCurl
internal import RelayCore

/// The host and port of a URL, parsed by libcurl's own parser. Another parser could read a different host than the one
/// that libcurl connects to.
package struct CurlParsedURL: Sendable, Hashable {
    /// Lower case, without brackets; numbers such as `0x7f000001` are converted to dotted notation.
    package let host: String
    package let port: Int
    package let isTLS: Bool
    /// The URL as it is sent, in ASCII.
    package let text: String

    /// Host and port for error messages.
    package var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// What is wrong with a URL and what to write instead.
    package struct ParseError: Error, Equatable {
        package let message: String
    }

    /// Of no request.
    init() {
        host = ""
        port = 0
        isTLS = false
        text = ""
    }

    package init(url: String) throws(ParseError) {
        // libcurl reads a C string: what follows a NUL would vanish.
        if url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7f }) {
            throw ParseError(
                message: "the URL has a space, a line break or another control character; write it percent-encoded"
            )
        }
        if url.isEmpty { throw ParseError(message: "the URL is empty; write e.g. https://example.com/hook") }
        guard let parsed = curl_url() else { throw ParseError(message: "the URL could not be read: out of memory") }
        defer { curl_url_cleanup(parsed) }

        let text = try Self.ascii(url)
        let code = curl_url_set(parsed, CURLUPART_URL, text, 0)
        guard code == CURLUE_OK else { throw Self.error(code) }
        let scheme = Self.part(parsed, CURLUPART_SCHEME)?.lowercased() ?? ""
        guard scheme == "http" || scheme == "https" else {
            throw ParseError(message: "the URL's scheme \"\(scheme)\" is not supported; write http:// or https://")
        }
        if Self.part(parsed, CURLUPART_USER) != nil || Self.part(parsed, CURLUPART_PASSWORD) != nil {
            throw ParseError(
                message: "the URL has a user name before its host; put credentials into a header, e.g. Authorization"
            )
        }
        var host = Self.part(parsed, CURLUPART_HOST)?.lowercased() ?? ""
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        if host.isEmpty { throw ParseError(message: "the URL has no host; write e.g. https://example.com/hook") }
        let port = Self.part(parsed, CURLUPART_PORT, UInt32(CURLU_DEFAULT_PORT)).flatMap { Int($0) } ?? 0
        guard (1...65535).contains(port) else {
            throw ParseError(message: "the URL's port must be a number from 1 to 65535")
        }
        self.host = host
        self.port = port
        isTLS = scheme == "https"
        self.text = text
    }

    private static func ascii(_ url: String) throws(ParseError) -> String {
        do throws(ASCIIURL.InvalidHostError) {
            return try ASCIIURL.of(url)
        } catch {
            throw ParseError(message: "the URL's host is not a name of the internet: \(error.reason)")
        }
    }

    private static func part(_ url: OpaquePointer, _ part: CURLUPart, _ flags: UInt32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(url, part, &text, flags) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }

    private static func error(_ code: CURLUcode) -> ParseError {
        switch code {
        case CURLUE_UNSUPPORTED_SCHEME, CURLUE_BAD_SCHEME:
            ParseError(message: "the URL must begin with http:// or https://")
        case CURLUE_BAD_PORT_NUMBER:
            ParseError(message: "the URL's port must be a number from 1 to 65535")
        case CURLUE_NO_HOST:
            ParseError(message: "the URL has no host; write e.g. https://example.com/hook")
        case CURLUE_BAD_HOSTNAME, CURLUE_BAD_IPV6:
            ParseError(message: "the URL's host has characters that a host cannot have; write a name or an address")
        case CURLUE_BAD_LOGIN, CURLUE_USER_NOT_ALLOWED:
            ParseError(
                message: "the URL has a user name before its host; put credentials into a header, e.g. Authorization"
            )
        default:
            ParseError(
                message: "the URL cannot be read (\(String(cString: curl_url_strerror(code)))); "
                    + "write e.g. https://example.com/hook"
            )
        }
    }
}
