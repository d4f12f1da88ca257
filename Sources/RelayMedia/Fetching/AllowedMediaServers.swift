internal import RelayCore
internal import RelayHTTPClient

/// The servers that may be used for one kind of URL of one source, and the headers and credentials that they get.
struct AllowedMediaServers: Hashable, Sendable {
    typealias Header = MediaSourceOptions.Header

    /// The name in error messages: `WhatsApp`, `the gateway`.
    let name: String
    let rules: [MediaHostRule]
    /// Headers that all servers get.
    var headers: [Header] = []
    /// Headers with secrets, which only the `trusted` servers get.
    var credentials: [Header] = []
    var trusted: [MediaHostRule] = []
    /// What the operator should check when the server rejects the credentials.
    var advice = "the address wants credentials that the relay does not have"
    /// The option that has the access token, for error messages; nil when there is none.
    var token: String?

    /// Checks a URL before a request is sent to it.
    /// - Throws: ``MediaError`` `.notAllowed`.
    func check(_ url: String) throws(MediaError) -> CurlParsedURL {
        let target: CurlParsedURL
        do throws(CurlParsedURL.ParseError) {
            target = try CurlParsedURL(url: url)
        } catch {
            throw MediaError(.notAllowed, "\(name): \(error.message)")
        }
        guard rules.contains(where: { $0.allows(target) }) else {
            let scheme = target.isTLS ? "https" : "http"
            throw MediaError(
                .notAllowed,
                "\(target.authority) (\(scheme)) is no place for files of \(name); "
                    + "where a gateway keeps its files is listed in the source's media.hosts"
            )
        }
        return target
    }

    /// The headers of a request to a server.
    func headers(for target: CurlParsedURL) -> [(name: String, value: String)] {
        let isTrusted = trusted.contains { $0.allows(target) }
        // The hash in the message is that of the uncompressed file.
        let general = [Header(name: "Accept", value: "*/*"), Header(name: "Accept-Encoding", value: "identity")]
        return (general + headers + (isTrusted ? credentials : [])).map { (name: $0.name, value: $0.value) }
    }
}
