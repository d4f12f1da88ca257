package import RelayCore

extension ChatwootDouble {
    /// A release, by what a forwarder notices of it (chatwoot.md, section 0).
    package enum Profile: String, Sendable, CaseIterable, Comparable {
        case v4_3 = "4.3"
        case v4_10 = "4.10"
        case v4_13 = "4.13"
        case v4_15 = "4.15"

        package static func < (a: Self, b: Self) -> Bool { a.order < b.order }

        private var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }

        /// As `GET /api` tells it, of a release that behaves so.
        var version: String {
            switch self {
            case .v4_3: "4.3.0"
            case .v4_10: "4.10.1"
            case .v4_13: "4.13.0"
            case .v4_15: "4.15.1"
            }
        }

        /// Messages keep every content attribute (4.9), not only what a form needs.
        var keepsContentAttributes: Bool { self >= .v4_10 }
        /// The search tells `has_more` and looks at every contact (4.11).
        var searchesAllContacts: Bool { self >= .v4_13 }
        /// Webhooks of API inboxes are signed, and administrators see the secret (4.13).
        var signsWebhooks: Bool { self >= .v4_13 }
        /// The editor's hard breaks are cut from what webhooks carry (4.13).
        var cutsHardBreaks: Bool { self >= .v4_13 }
        /// Private hosts are refused as targets of webhooks (4.14).
        var refusesPrivateHosts: Bool { self >= .v4_15 }
        /// Posts to the native channel are verified (4.14).
        var verifiesMetaSignature: Bool { self >= .v4_15 }
        /// `is_voice_message` marks an attachment (4.14.2).
        var knowsVoiceMessages: Bool { self >= .v4_15 }
    }

    /// What is allowed in a time. Zero forbids all, nil allows any number.
    package struct Limits: Sendable {
        /// All requests of an address, a minute.
        package var requests: Int? = 3000
        /// Searches of contacts in an account, a minute.
        package var searches: Int? = 100
        /// Uploads in an account, an hour.
        package var uploads: Int? = 60
        /// Messages in a conversation, a minute.
        package var messages: Int? = 200
        /// Inboxes in an account, by its plan.
        package var inboxes: Int?

        /// The defaults of an installation (chatwoot.md, sections 2 and 7).
        package static let standard = Limits()
        /// None: for tests of many messages.
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

    /// How an installation is set up.
    package struct Options: Sendable {
        package var limits = Limits.standard
        /// `WEBHOOK_TIMEOUT`.
        package var webhookTimeout: Duration = .seconds(5)
        /// How many webhooks are under way at a time. With 1, they arrive in their order; Chatwoot promises none.
        package var webhookWorkers = 1
        /// `SAFE_FETCH_ALLOW_PRIVATE_NETWORK`: in a profile that refuses private hosts, loopback is one.
        package var allowsPrivateNetwork = false
        /// Whether a proxy in front drops headers with an underscore, as nginx does unless told otherwise.
        package var dropsUnderscoreHeaders = false
        /// The feature `crm_v2`: lists and filters show only leads, so contacts with no phone and no e-mail vanish.
        package var showsOnlyLeads = false
        /// `WHATSAPP_APP_SECRET` of the installation.
        package var metaAppSecret: String?
        /// `FRONTEND_URL`, the start of every attachment's address; default: the double's own.
        package var frontendURL: String?
        /// Seeds the faults that come by probability.
        package var seed: UInt64 = 1
        /// Stamps rows, and measures the limits' times.
        package var clock: any RelayClock = SystemClock()

        package init() {}
    }
}
