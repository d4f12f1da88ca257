internal import CCurl

extension CurlParsedURL {
    /// The absolute URL of a `Location` header, resolved by libcurl.
    ///
    /// - Parameters:
    ///   - location: an absolute or a relative reference.
    ///   - url: of the request that was answered with it.
    /// - Throws: ``ParseError`` when it cannot be read, or leads to what is not HTTP.
    package static func redirect(to location: String, from url: String) throws(ParseError) -> String {
        // libcurl reads a C string: what follows a NUL would vanish.
        guard !location.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7f }) else {
            throw ParseError(message: "the redirect has a space or a control character")
        }
        guard let parsed = curl_url() else {
            throw ParseError(message: "the redirect could not be read: out of memory")
        }
        defer { curl_url_cleanup(parsed) }
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK,
            curl_url_set(parsed, CURLUPART_URL, location, 0) == CURLUE_OK,
            curl_url_get(parsed, CURLUPART_URL, &text, 0) == CURLUE_OK, let text
        else { throw ParseError(message: "the redirect leads to no HTTP URL") }
        defer { curl_free(text) }
        return String(cString: text)
    }
}
