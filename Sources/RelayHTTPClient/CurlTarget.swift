internal import CCurl

/// A URL that requests go to, parsed once for all of them. Used only by the engine's thread.
final class CurlTarget {
    let url: CurlParsedURL
    /// The URL as libcurl has parsed it; libcurl copies it for each transfer instead of parsing the text. Nil when a copy
    /// would lack a part.
    let handle: OpaquePointer?

    init(_ url: CurlParsedURL) {
        self.url = url
        handle = Self.parsed(url.text)
    }

    deinit {
        if let handle { curl_url_cleanup(handle) }
    }

    private static func parsed(_ text: String) -> OpaquePointer? {
        guard let handle = curl_url() else { return nil }
        var zone: UnsafeMutablePointer<CChar>?
        guard curl_url_set(handle, CURLUPART_URL, text, 0) == CURLUE_OK,
            // Several versions of `curl_url_dup` leave out the zone of an IPv6 address.
            curl_url_get(handle, CURLUPART_ZONEID, &zone, 0) == CURLUE_NO_ZONEID
        else {
            curl_free(zone)
            curl_url_cleanup(handle)
            return nil
        }
        return handle
    }
}
