package import RelayJSON

/// The status of a WhatsApp account, from the last event that had it.
package enum SessionStatus: String, Sendable, CaseIterable {
    /// No event has had it yet.
    case unknown
    case waitingForScan = "qr_pending"
    case connected
    case disconnected
}

/// A WhatsApp account.
package struct Session: Sendable, Hashable, Identifiable {
    /// 1 to 128 of `A-Z a-z 0-9 . _ : @ + -`.
    package var id: String
    package var label: String?
    package var status: SessionStatus
    package var phoneNumber: String?
    package var qrCode: String?
    package var qrGeneratedAt: Timestamp?
    package var connectedAt: Timestamp?
    package var disconnectedAt: Timestamp?
    package var disconnectReason: String?
    /// The integrator's own data.
    package var metadata: JSONObject
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    /// Counts the changes of the session and of its webhooks that callers make; events do not count. The store sets it.
    package var revision: Int64 = 1

    package init(id: String, label: String? = nil, metadata: JSONObject = [:], createdAt: Timestamp) {
        self.id = id
        self.label = label
        self.metadata = metadata
        self.createdAt = createdAt
        updatedAt = createdAt
        status = .unknown
    }

    /// Whether a text may be a session's id. It appears in URLs, headers and file names, so few characters are allowed.
    package static func isValid(id: String) -> Bool {
        (1...128).contains(id.utf8.count)
            && id.allBytesSatisfy { byte in
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

/// What a `session.*` event says about its session.
package struct SessionChange: Sendable {
    package enum Change: Sendable {
        case qrUpdated(code: String?)
        case connected(phoneNumber: String?)
        case disconnected(reason: String?)
    }

    package var session: String
    package var change: Change
    package var at: Timestamp

    package init(session: String, change: Change, at: Timestamp) {
        self.session = session
        self.change = change
        self.at = at
    }
}

/// A session with its webhooks, oldest first.
package struct SessionWithWebhooks: Sendable, Hashable {
    package var session: Session
    package var webhooks: [SessionWebhook]

    package init(session: Session, webhooks: [SessionWebhook]) {
        self.session = session
        self.webhooks = webhooks
    }
}

/// A receiver of one session's events, managed over REST.
package struct SessionWebhook: Sendable, Hashable, Identifiable {
    /// The most webhooks of one session.
    package static let maximumPerSession = 100

    /// ``DestinationKey/webhookPrefix`` and 13 letters.
    package var id: String
    package var session: String
    /// What was set of the options of a destination of the kind `webhook`, without ``secrets``. What is not in it has its
    /// default. Kept encrypted: the URL, the headers and the body may contain credentials.
    package var options: JSONObject
    /// The keys that sign, newest first; kept encrypted. Empty: not signed.
    package var secrets: [WebhookSigningSecret]
    package var isEnabled: Bool
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    /// Counts the changes of the webhook. The store sets it.
    package var revision: Int64 = 1

    package init(id: String, session: String, options: JSONObject, createdAt: Timestamp) {
        self.id = id
        self.session = session
        self.options = options
        self.createdAt = createdAt
        updatedAt = createdAt
        secrets = []
        isEnabled = true
    }

    /// With a URL and the defaults of all other options.
    package init(id: String, session: String, url: String, createdAt: Timestamp) {
        self.init(id: id, session: session, options: ["url": .string(url)], createdAt: createdAt)
    }

    /// Where it posts.
    package var url: String { options["url"]?.string ?? "" }

    /// The key of the webhook as a destination.
    package var destination: DestinationKey { .webhook(id) }
}

/// A key that signs, for as long as it is active.
package struct WebhookSigningSecret: Sendable, Hashable {
    /// As the receiver configures it: `whsec_…`, or any text.
    package var value: String
    /// Nil for a key that is written in the configuration.
    package var createdAt: Timestamp?
    /// After a rotation, the old key signs beside the new one until then; nil: no end.
    package var expiresAt: Timestamp?

    package init(value: String, createdAt: Timestamp? = nil, expiresAt: Timestamp? = nil) {
        self.value = value
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}
