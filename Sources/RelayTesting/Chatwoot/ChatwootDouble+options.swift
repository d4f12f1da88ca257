package import RelayCore

extension ChatwootDouble {
    /// A release, defined by its visible behaviour (chatwoot.md, section 0).
    package enum Release: String, Sendable, CaseIterable, Comparable {
        case v4_3 = "4.3"
        case v4_10 = "4.10"
        case v4_13 = "4.13"
        case v4_15 = "4.15"

        package static func < (a: Self, b: Self) -> Bool { a.order < b.order }

        private var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }

        /// The version that `GET /api` returns for a release with this behaviour.
        var version: String {
            switch self {
            case .v4_3: "4.3.0"
            case .v4_10: "4.10.1"
            case .v4_13: "4.13.0"
            case .v4_15: "4.15.1"
            }
        }

        /// Messages keep every content attribute (4.9), not only those of forms.
        var keepsContentAttributes: Bool { self >= .v4_10 }
        /// The search returns `has_more` and covers every contact (4.11).
        var searchesAllContacts: Bool { self >= .v4_13 }
        /// Webhooks of API inboxes are signed, and administrators see the secret (4.13).
        var signsWebhooks: Bool { self >= .v4_13 }
        /// Hard line breaks of the editor are removed from webhooks (4.13).
        var cutsHardBreaks: Bool { self >= .v4_13 }
        /// Private hosts are rejected as webhook targets (4.14).
        var refusesPrivateHosts: Bool { self >= .v4_15 }
        /// Signatures of posts to the native channel are verified (4.14).
        var verifiesMetaSignature: Bool { self >= .v4_15 }
        /// `is_voice_message` marks an attachment as a voice note (4.14.2).
        var knowsVoiceMessages: Bool { self >= .v4_15 }
    }

    /// Rate limits. Zero rejects all requests, nil allows any number.
    package struct Limits: Sendable {
        /// All requests of an IP address in a minute.
        package var requests: Int? = 3000
        /// Contact searches in an account in a minute.
        package var searches: Int? = 100
        /// Uploads in an account in an hour.
        package var uploads: Int? = 60
        /// Messages in a conversation in a minute.
        package var messages: Int? = 200
        /// Inboxes in an account, limited by its plan.
        package var inboxes: Int?

        /// The default limits of an installation (chatwoot.md, sections 2 and 7).
        package static let standard = Limits()
        /// No limits, for tests with many messages.
        package static let none = Limits(requests: nil, searches: nil, uploads: nil, messages: nil, inboxes: nil)

        package init(
            requests: Int? = 3000,
            searches: Int? = 100,
            uploads: Int? = 60,
            messages: Int? = 200,
            inboxes: Int? = nil
        ) {
            self.requests = requests
            self.searches = searches
            self.uploads = uploads
            self.messages = messages
            self.inboxes = inboxes
        }
    }

    /// The settings of an installation.
    package struct Options: Sendable {
        package var limits = Limits.standard
        /// `WEBHOOK_TIMEOUT`. Chatwoot's own default, 5 s, is one that a busy machine can reach.
        package var webhookTimeout: Duration = .waitLimit
        /// How many webhooks are under way at a time. With 1, they arrive in their order; Chatwoot promises none.
        package var webhookWorkers = 1
        /// `SAFE_FETCH_ALLOW_PRIVATE_NETWORK`: otherwise a profile that rejects private hosts also rejects loopback.
        package var allowsPrivateNetwork = false
        /// Whether a proxy drops headers with underscores, as nginx does by default.
        package var dropsUnderscoreHeaders = false
        /// The feature `crm_v2`: lists and filters show only leads, so contacts without phone and e-mail are hidden.
        package var showsOnlyLeads = false
        /// `WHATSAPP_APP_SECRET` of the installation.
        package var metaAppSecret: String?
        /// `FRONTEND_URL`, the base of every attachment's URL; default: the double's own URL.
        package var frontendURL: String?
        /// The seed for faults with a probability.
        package var seed: UInt64 = 1
        /// The clock for timestamps of rows and for rate limits.
        package var clock: any RelayClock = SystemClock()

        package init() {}
    }
}
