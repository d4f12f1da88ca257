/// Asks gateways for the names and pictures of contacts and groups.
package protocol GatewayDirectoryLookup: Sendable {
    /// The gateway's answer about a contact or group, within the route's ``LookupEndpoint/timeout``. Lookups of the same
    /// one that are under way are joined.
    /// - Returns: nil when it could not be asked now: it fails, is too slow, or too much is waiting for it.
    func lookUp(_ key: DirectoryEntryKey, at route: any LookupEndpoint) async -> DirectoryLookupAnswer?

    /// Whether a lookup may take time. When false it returns nil at once, and the event need not wait. Default true.
    func mayLookUp(_ key: DirectoryEntryKey, at route: any LookupEndpoint) -> Bool
}

extension GatewayDirectoryLookup {
    package func mayLookUp(_ key: DirectoryEntryKey, at route: any LookupEndpoint) -> Bool { true }
}

/// Where a gateway is asked, and how its answer is read: `enrich: { lookup: … }`.
package protocol LookupEndpoint: Sendable {
    /// Tells routes apart: lookups of one key at one route are the same lookup. The same in every generation of the
    /// configuration that says the same.
    var id: String { get }
    /// The gateway's name in logs: scheme, host and port, never a path or a query.
    var name: String { get }
    /// How long an answer may take, with the wait for a free request and all its requests.
    var timeout: Duration { get }
    /// The requests for one entry, which are sent at once; empty: this gateway is not asked about it.
    func requests(for key: DirectoryEntryKey) -> [LookupRequest]
}

/// One question to a gateway.
package struct LookupRequest: Sendable {
    package var url: String
    package var headers: [(name: String, value: String)]
    /// Posted as it is; nil: a GET.
    package var body: [UInt8]?
    /// Reads the answer's body; of nil, which stands for 404: the gateway knows nothing of it. Returns nil for what is
    /// no answer to the question, as a proxy's error page.
    package var read: @Sendable (_ answer: [UInt8]?) -> DirectoryLookupAnswer?

    package init(
        url: String,
        headers: [(name: String, value: String)],
        body: [UInt8]? = nil,
        read: @escaping @Sendable (_ answer: [UInt8]?) -> DirectoryLookupAnswer?
    ) {
        self.url = url
        self.headers = headers
        self.body = body
        self.read = read
    }
}

/// What a gateway knows of a contact or group; nil means: it does not say.
package struct DirectoryLookupAnswer: Sendable, Hashable {
    /// A group's subject; a contact's name as it is saved.
    package var name: String?
    /// The name that the contact chose.
    package var pushName: String?
    /// The name that WhatsApp verified for a business.
    package var verifiedName: String?
    /// The picture's URL; empty: there is none, or it is not visible to us.
    package var imageURL: String?
    /// The phone's JID of a contact that was looked up by a hidden identity.
    package var phone: JID?

    package init(
        name: String? = nil,
        pushName: String? = nil,
        verifiedName: String? = nil,
        imageURL: String? = nil,
        phone: JID? = nil
    ) {
        self.name = name
        self.pushName = pushName
        self.verifiedName = verifiedName
        self.imageURL = imageURL
        self.phone = phone
    }

    /// This answer with what another one adds.
    package func merged(with other: DirectoryLookupAnswer) -> DirectoryLookupAnswer {
        DirectoryLookupAnswer(
            name: name ?? other.name,
            pushName: pushName ?? other.pushName,
            verifiedName: verifiedName ?? other.verifiedName,
            imageURL: imageURL.flatMap { $0.isEmpty ? nil : $0 } ?? other.imageURL ?? imageURL,
            phone: phone ?? other.phone
        )
    }
}
