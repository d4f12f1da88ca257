/// Changes to libcurl's cache of names, which a request brings along: names with fixed addresses, and names to look up
/// anew. Used only by the engine's thread.
///
/// libcurl keeps the addresses of a name for a minute. After a failed connection the receiver may have moved, so the
/// next request to it asks the DNS.
struct CurlNameChanges {
    /// Entries of `CURLOPT_RESOLVE` that the first request brings along.
    private var pinned: [String]
    /// `host:port:` of names that have a fixed address, which is not looked up.
    private let fixed: [String]
    /// `host:port` of receivers whose address has failed.
    private var failed: Set<String> = []

    private static let maximumFailed = 1024

    /// - Parameter pinned: `host:port:address[,address]`; with a `+` in front, like an answer of the DNS.
    init(pinned: [String]) {
        self.pinned = pinned
        fixed = pinned.filter { !$0.hasPrefix("+") }
    }

    /// Records a request that ended without any answer.
    mutating func failed(_ target: CurlParsedURL, _ code: HTTPClientError.Code) {
        let mayHaveMoved =
            switch code {
            case .connect, .tls, .timeout, .reset, .blockedAddress: true
            case .dns, .protocolError, .tooLarge, .invalidRequest, .cancelled, .localShortage, .other: false
            }
        let name = "\(target.host):\(target.port)"
        guard mayHaveMoved, IPAddress(target.host) == nil, !fixed.contains(where: { $0.hasPrefix("\(name):") }) else {
            return
        }
        if failed.count >= Self.maximumFailed { failed.removeAll(keepingCapacity: true) }
        failed.insert(name)
    }

    /// The changes for a request that is about to begin; nil when there are none.
    mutating func next(for target: CurlParsedURL) -> CurlResolveList? {
        var entries: [String] = []
        swap(&entries, &pinned)
        if !failed.isEmpty {
            let name = "\(target.host):\(target.port)"
            if failed.remove(name) != nil { entries.append("-\(name)") }
        }
        return entries.isEmpty ? nil : CurlResolveList(entries)
    }
}
