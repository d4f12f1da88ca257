public import RelayCore
public import RelayJSON

/// What the double holds, as tests see it.
extension ChatwootDouble {
    public struct Account: Sendable {
        public let id: Int
        public var name: String
        public var isSuspended = false
    }

    public enum Role: String, Sendable { case administrator, agent }

    /// Somebody with a token. An administrator sees every inbox of the account, an agent those they are a member of.
    public struct User: Sendable {
        public let id: Int
        public var accountID: Int
        public var name: String
        public var email: String
        public var role: Role
        public var inboxes: Set<Int>
        public var token: String
    }

    public struct AgentBot: Sendable {
        public let id: Int
        public var accountID: Int
        public var name: String
        public var token: String
    }

    public struct Inbox: Sendable {
        public let id: Int
        public var accountID: Int
        public var channelID: Int
        public var name: String
        public var channel: Channel
        public var isLockedToSingleConversation: Bool
        public var webhookURL: String?
        /// What the public API's paths carry.
        public var identifier: String
        public var isHMACMandatory: Bool
        public var hmacToken: String
        /// The key that webhooks are signed with.
        public var secret: String
        public var additionalAttributes: JSONObject
        /// Whether an agent bot handles its conversations: they are born `pending`.
        public var hasActiveBot: Bool
    }

    public enum Channel: Sendable, Hashable {
        case api
        /// The native WhatsApp channel of the Cloud API.
        case whatsApp(phone: String, phoneID: String, verifyToken: String, appSecret: String?)
        case webWidget
    }

    public struct Contact: Sendable {
        public let id: Int
        public var accountID: Int
        public var name: String
        public var email: String?
        public var phoneNumber: String?
        public var identifier: String?
        public var isBlocked = false
        public var additionalAttributes = JSONObject()
        public var customAttributes = JSONObject()
        public var createdAt: Timestamp
        public var lastActivityAt: Timestamp?
        /// The picture that Chatwoot was asked to fetch last. The double fetches none.
        public var avatarURL: String?
    }

    /// The key of a contact in an inbox.
    public struct ContactInbox: Sendable {
        public let id: Int
        public var contactID: Int
        public var inboxID: Int
        public var sourceID: String
        public var isHMACVerified = false
        public var pubsubToken: String
        public var createdAt: Timestamp
    }

    public enum ConversationStatus: String, Sendable, CaseIterable { case open, resolved, pending, snoozed }

    public struct Conversation: Sendable {
        /// The row's id, which no answer shows.
        public let id: Int
        /// The number within the account, which every path and body carries as `id`.
        public let displayID: Int
        public var accountID: Int
        public var inboxID: Int
        public var contactID: Int
        public var contactInboxID: Int
        public var uuid: String
        public var status: ConversationStatus
        public var labels: [String] = []
        public var additionalAttributes = JSONObject()
        public var customAttributes = JSONObject()
        public var assigneeID: Int?
        public var createdAt: Timestamp
        public var updatedAt: Timestamp
        public var lastActivityAt: Timestamp
        public var waitingSince: Timestamp?
        public var firstReplyAt: Timestamp?
        public var agentLastSeenAt: Timestamp?
        public var contactLastSeenAt: Timestamp?
        public var lastIncomingAt: Timestamp?
        /// How many incoming messages no agent has seen.
        public var unreadCount = 0
    }

    public enum MessageKind: Int, Sendable {
        case incoming, outgoing, activity, template

        public var name: String {
            switch self {
            case .incoming: "incoming"
            case .outgoing: "outgoing"
            case .activity: "activity"
            case .template: "template"
            }
        }

        init?(name: String) {
            guard let kind = [Self.incoming, .outgoing, .activity, .template].first(where: { $0.name == name }) else {
                return nil
            }
            self = kind
        }
    }

    public enum MessageStatus: String, Sendable { case sent, delivered, read, failed }

    public enum Sender: Sendable, Hashable {
        case contact(Int)
        case user(Int)
        case bot(Int)
    }

    public struct Message: Sendable {
        public let id: Int
        public var accountID: Int
        public var inboxID: Int
        /// The row of the conversation, not its display id.
        public var conversationID: Int
        public var kind: MessageKind
        public var content: String?
        public var contentType: String
        public var contentAttributes: JSONObject
        public var additionalAttributes = JSONObject()
        public var isPrivate: Bool
        public var status = MessageStatus.sent
        public var sourceID: String?
        public var echoID: String?
        public var sender: Sender?
        public var attachments: [Attachment]
        public var createdAt: Timestamp
        public var updatedAt: Timestamp
    }

    public struct Attachment: Sendable {
        public let id: Int
        public var fileType: String
        public var fileName: String
        /// The type that the stored file has, which Chatwoot finds out from its bytes.
        public var contentType: String
        /// The type that the part of the upload said.
        public var declaredType: String
        public var bytes: [UInt8]
        public var isVoiceMessage = false
        let key: String
    }

    /// Somebody is shown as typing.
    public struct Typing: Sendable {
        public let conversationID: Int
        public let sender: Sender
        public let isOn: Bool
        public let isPrivate: Bool
    }

    /// A call of an inbox's webhook.
    public struct WebhookCall: Sendable {
        public enum Outcome: Sendable, Hashable {
            case pending
            case delivered(status: Int)
            /// With the text that Chatwoot stores as `external_error`.
            case failed(String)
        }

        public let url: String
        public let event: String
        public let headers: [(String, String)]
        public let body: [UInt8]
        public internal(set) var outcome: Outcome
    }

    /// A post to the native channel.
    public struct WhatsAppPost: Sendable {
        public let phone: String
        public let body: [UInt8]
        /// `X-Hub-Signature-256` as it came.
        public let signature: String?
        /// False when the signature was demanded and wrong or missing: nothing was taken from the post.
        public let isAccepted: Bool
    }
}
