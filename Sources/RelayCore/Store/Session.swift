public import RelayJSON

/// How a WhatsApp account stands, by the last event that told.
public enum SessionStatus: String, Sendable, CaseIterable {
    /// No event has told yet.
    case unknown
    case waitingForScan = "qr_pending"
    case connected
    case disconnected
}

/// A WhatsApp account.
public struct Session: Sendable, Identifiable {
    /// 1 to 128 of `A-Z a-z 0-9 . _ : @ + -`.
    public var id: String
    public var label: String?
    public var status: SessionStatus
    public var phoneNumber: String?
    public var qrCode: String?
    public var qrGeneratedAt: Timestamp?
    public var connectedAt: Timestamp?
    public var disconnectedAt: Timestamp?
    public var disconnectReason: String?
    /// The integrator's own data.
    public var metadata: JSONObject
    public var createdAt: Timestamp
    public var updatedAt: Timestamp

    public init(id: String, label: String? = nil, metadata: JSONObject = [:], createdAt: Timestamp) {
        self.id = id
        self.label = label
        self.metadata = metadata
        self.createdAt = createdAt
        updatedAt = createdAt
        status = .unknown
    }

    /// Whether a text may be a session's id. It stands in addresses, headers and file names, hence the narrow alphabet.
    public static func isValid(id: some StringProtocol) -> Bool {
        (1...128).contains(id.utf8.count)
            && id.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "@"), UInt8(ascii: "+"),
                    UInt8(ascii: "-"):
                    true
                default: false
                }
            } && id != "." && id != ".."
    }
}

/// What a `session.*` event says of its session.
public struct SessionChange: Sendable {
    public enum Change: Sendable {
        case qrUpdated(code: String?)
        case connected(phoneNumber: String?)
        case disconnected(reason: String?)
    }

    public var session: String
    public var change: Change
    public var at: Timestamp

    public init(session: String, change: Change, at: Timestamp) {
        self.session = session
        self.change = change
        self.at = at
    }
}

/// A receiver of one session's events, managed over REST.
public struct Webhook: Sendable, Identifiable {
    /// `wh_` and 13 letters: also the key of its destination.
    public var id: String
    public var session: String
    public var url: String
    public var events: [String]
    /// Kept encrypted: values may be credentials.
    public var headers: [Header]
    /// The keys that sign, newest first; kept encrypted. Empty: not signed.
    public var secrets: [WebhookSecret]
    /// As `retry` in the configuration: a policy's name, or an object of its options; nil: `default`.
    public var retry: JSON?
    public var ordering: DestinationSettings.Ordering
    public var maxInFlight: Int?
    public var rateLimit: String?
    public var timeout: Duration?
    public var isEnabled: Bool
    public var createdAt: Timestamp
    public var updatedAt: Timestamp

    public struct Header: Sendable, Hashable {
        public var name: String
        public var value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    public init(id: String, session: String, url: String, createdAt: Timestamp) {
        self.id = id
        self.session = session
        self.url = url
        self.createdAt = createdAt
        updatedAt = createdAt
        events = []
        headers = []
        secrets = []
        ordering = .perChat
        isEnabled = true
    }
}

/// A key that signs, for as long as it is active.
public struct WebhookSecret: Sendable, Hashable {
    /// As the receiver configures it: `whsec_…`, or any text.
    public var value: String
    public var createdAt: Timestamp
    /// After a rotation, the old key signs beside the new one until then; nil: no end.
    public var expiresAt: Timestamp?

    public init(value: String, createdAt: Timestamp, expiresAt: Timestamp? = nil) {
        self.value = value
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}
