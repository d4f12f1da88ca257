/// Asks gateways who somebody is, or what a group is called.
public protocol GatewayDirectory: Sendable {
    /// What the gateway says of a contact or group. Lookups of the same one that are under way are joined.
    /// - Returns: nil when it could not be asked now: it fails, is too slow, or too much is waiting for it.
    func lookUp(_ key: DirectoryKey, at gateway: any LookupRoute) async -> LookupAnswer?
}

/// Where a gateway is asked, and how its answer is read: `enrich: { lookup: … }`.
public protocol LookupRoute: Sendable {
    /// Tells routes apart: lookups of one key at one route are the same lookup.
    var id: String { get }
    /// How long an answer may take, all requests for it together.
    var timeout: Duration { get }
    /// The requests for one entry, in their order; empty: this gateway is not asked about it.
    func requests(for key: DirectoryKey) -> [LookupRequest]
}

/// One question to a gateway.
public struct LookupRequest: Sendable {
    public var url: String
    public var headers: [(name: String, value: String)]
    /// Nil: a GET.
    public var body: [UInt8]?
    /// Reads the answer; nil when there is nothing in it.
    public var read: @Sendable (_ answer: [UInt8]) -> LookupAnswer?

    public init(
        url: String,
        headers: [(name: String, value: String)],
        body: [UInt8]? = nil,
        read: @escaping @Sendable (_ answer: [UInt8]) -> LookupAnswer?
    ) {
        self.url = url
        self.headers = headers
        self.body = body
        self.read = read
    }
}

/// What a gateway knows of a contact or group.
public struct LookupAnswer: Sendable, Hashable {
    public var name: String?
    /// The picture's address; nil: none, or it is not shown to us.
    public var imageURL: String?
    /// The phone's address of somebody who was asked for by a hidden identity.
    public var phone: JID?

    public init(name: String? = nil, imageURL: String? = nil, phone: JID? = nil) {
        self.name = name
        self.imageURL = imageURL
        self.phone = phone
    }

    /// This answer with what another one adds.
    public func merged(with other: LookupAnswer) -> LookupAnswer {
        LookupAnswer(
            name: name ?? other.name,
            imageURL: imageURL ?? other.imageURL,
            phone: phone ?? other.phone
        )
    }
}
