internal import RelayCore

/// One of the URLs under which WhatsApp's servers have a file. The query is its signature, so two URLs with the same
/// path and different queries are different: one may be expired, or have no signature at all.
struct WhatsAppFileAddress {
    let url: String
    private let file: Substring
    private let signature: Set<Substring>
    private let expiry: Timestamp?

    init(_ url: String) {
        self.url = url
        let parts = url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        file = parts[0]
        // Clients add `mms3` to say which servers they prefer.
        signature = Set((parts.count > 1 ? parts[1] : "").split(separator: "&").filter { !$0.hasPrefix("mms3=") })
        expiry = PictureURLExpiry.expiry(of: url)
    }

    /// Whether both are the same file with the same signature, so that asking twice would tell nothing new.
    func isSame(as other: WhatsAppFileAddress) -> Bool { file == other.file && signature == other.signature }

    /// The one that expires last first, and those without an expiry last.
    static func inOrder(_ addresses: [WhatsAppFileAddress]) -> [WhatsAppFileAddress] {
        func moment(_ address: WhatsAppFileAddress) -> Int64 { address.expiry?.milliseconds ?? -1 }
        return addresses.enumerated().sorted { left, right in
            let (first, second) = (moment(left.element), moment(right.element))
            return first != second ? first > second : left.offset < right.offset
        }.map(\.element)
    }
}
