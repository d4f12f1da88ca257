package import RelayCore
package import RelayJSON

/// The records of the double, as tests see them.
extension ChatwootDouble {
    package struct Account: Sendable {
        package let id: Int
        package var name: String
        package var isSuspended = false
    }

    package enum Role: String, Sendable { case administrator, agent }

    /// A user with a token. An administrator sees every inbox of the account, an agent only those with a membership.
    package struct User: Sendable {
        package let id: Int
        package var accountID: Int
        package var name: String
        package var email: String
        package var role: Role
        package var inboxes: Set<Int>
        package var token: String
    }

    package struct AgentBot: Sendable {
        package let id: Int
        package var accountID: Int
        package var name: String
        package var token: String
    }

    package struct Inbox: Sendable {
        package let id: Int
        package var accountID: Int
        package var channelID: Int
        package var name: String
        package var channel: Channel
        package var isLockedToSingleConversation: Bool
        package var webhookURL: String?
        /// The identifier in the public API's paths.
        package var identifier: String
        package var isHMACMandatory: Bool
        package var hmacToken: String
        /// The key that signs webhooks.
        package var secret: String
        package var additionalAttributes: JSONObject
        /// Whether an agent bot handles its conversations: new ones are `pending`.
        package var hasActiveBot: Bool
    }

    package enum Channel: Sendable, Hashable {
        case api
        /// The native WhatsApp channel of the Cloud API.
        case whatsApp(phone: String, phoneID: String, verifyToken: String, appSecret: String?)
        case webWidget
    }

    package struct Contact: Sendable {
        package let id: Int
        package var accountID: Int
        package var name: String
        package var email: String?
        package var phoneNumber: String?
        package var identifier: String?
        package var isBlocked = false
        package var additionalAttributes = JSONObject()
        package var customAttributes = JSONObject()
        package var createdAt: Timestamp
        package var lastActivityAt: Timestamp?
        /// The URL of the picture that was requested last. The double does not fetch it.
        package var avatarURL: String?
    }

    /// The source id of a contact in an inbox.
    package struct ContactInbox: Sendable {
        package let id: Int
        package var contactID: Int
        package var inboxID: Int
        package var sourceID: String
        package var isHMACVerified = false
        package var pubsubToken: String
        package var createdAt: Timestamp
    }

    package enum ConversationStatus: String, Sendable, CaseIterable { case open, resolved, pending, snoozed }

    package struct Conversation: Sendable {
        /// The row id, which no response contains.
        package let id: Int
        /// The number within the account, which every path and body contains as `id`.
        package let displayID: Int
        package var accountID: Int
        package var inboxID: Int
        package var contactID: Int
        package var contactInboxID: Int
        package var uuid: String
        package var status: ConversationStatus
        package var labels: [String] = []
        package var additionalAttributes = JSONObject()
        package var customAttributes = JSONObject()
        package var assigneeID: Int?
        package var createdAt: Timestamp
        package var updatedAt: Timestamp
        package var lastActivityAt: Timestamp
        package var waitingSince: Timestamp?
        package var firstReplyAt: Timestamp?
        package var agentLastSeenAt: Timestamp?
        package var contactLastSeenAt: Timestamp?
        package var lastIncomingAt: Timestamp?
        /// The number of incoming messages that no agent has seen.
        package var unreadCount = 0
    }

    package enum MessageKind: Int, Sendable {
        case incoming, outgoing, activity, template

        package var name: String {
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

    package enum MessageStatus: String, Sendable { case sent, delivered, read, failed }

    package enum Sender: Sendable, Hashable {
        case contact(Int)
        case user(Int)
        case bot(Int)
    }

    package struct Message: Sendable {
        package let id: Int
        package var accountID: Int
        package var inboxID: Int
        /// The row id of the conversation, not its display id.
        package var conversationID: Int
        package var kind: MessageKind
        package var content: String?
        package var contentType: String
        package var contentAttributes: JSONObject
        package var additionalAttributes = JSONObject()
        package var isPrivate: Bool
        package var status = MessageStatus.sent
        package var sourceID: String?
        package var echoID: String?
        package var sender: Sender?
        package var attachments: [Attachment]
        package var createdAt: Timestamp
        package var updatedAt: Timestamp
    }

    package struct Attachment: Sendable {
        package let id: Int
        package var fileType: String
        package var fileName: String
        /// The type of the stored file, which Chatwoot detects from its bytes.
        package var contentType: String
        /// The declared type of the uploaded part.
        package var declaredType: String
        package var bytes: [UInt8]
        package var isVoiceMessage = false
        let key: String
    }

    /// A typing indicator.
    package struct Typing: Sendable {
        package let conversationID: Int
        package let sender: Sender
        package let isOn: Bool
        package let isPrivate: Bool
    }

    /// A call of an inbox's webhook.
    package struct WebhookCall: Sendable {
        package enum Outcome: Sendable, Hashable {
            case pending
            case delivered(status: Int)
            /// With the text that Chatwoot stores as `external_error`.
            case failed(String)
        }

        package let url: String
        package let event: String
        package let headers: [(String, String)]
        package let body: [UInt8]
        package internal(set) var outcome: Outcome
    }

    /// A post to the native WhatsApp channel.
    package struct WhatsAppPost: Sendable {
        package let phone: String
        package let body: [UInt8]
        /// `X-Hub-Signature-256` as received.
        package let signature: String?
        /// False when a required signature was wrong or missing, so that the post was ignored.
        package let isAccepted: Bool
    }
}
