internal import CCurl

/// Owns the list for `CURLOPT_RESOLVE`.
final class CurlResolveList {
    private(set) var list: UnsafeMutablePointer<curl_slist>?

    init(_ entries: [String]) {
        for entry in entries {
            if let longer = curl_slist_append(list, entry) { list = longer }
        }
    }

    deinit {
        curl_slist_free_all(list)
    }
}
