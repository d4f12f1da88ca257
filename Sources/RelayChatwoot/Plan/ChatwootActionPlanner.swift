package import RelayCore
internal import RelayJSON

/// Translates an event into actions in Chatwoot. It uses only the event and the options, not the state of Chatwoot:
/// ``ChatwootForwarder`` checks whether a conversation is open or a message already exists.
package struct ChatwootActionPlanner: Sendable {
    private let options: ChatwootDestinationOptions

    package init(_ options: ChatwootDestinationOptions) {
        self.options = options
    }

    /// - Parameters:
    ///   - body: the body of the delivery.
    ///   - now: the wall clock time, to detect late messages.
    /// - Throws: ``ChatwootPlanError`` when the body is not an event.
    package func plan(_ body: [UInt8], at now: Timestamp) throws(ChatwootPlanError) -> ChatwootForwardPlan {
        plan(try DeliveryEnvelope(body), at: now)
    }

    /// - Parameter now: the wall clock time, to detect late messages.
    func plan(_ event: DeliveryEnvelope, at now: Timestamp) -> ChatwootForwardPlan {
        ChatwootEventPlanner(event, options: options, now: now).plan
    }
}

/// Plans one event.
struct ChatwootEventPlanner {
    let event: DeliveryEnvelope
    let options: ChatwootDestinationOptions
    let now: Timestamp
    /// The chat's JID; nil when the event names none.
    let chat: JID?
    let isFromMe: Bool

    init(_ event: DeliveryEnvelope, options: ChatwootDestinationOptions, now: Timestamp) {
        self.event = event
        self.options = options
        self.now = now
        let payload = event.payload
        isFromMe = payload["fromMe"]?.bool ?? (event.type == .messageSent)
        let fields = ["chatId", "contactId", "groupId", "remoteJid"] + (isFromMe ? ["to"] : ["from"])
        // An id without a server is not a JID of WhatsApp, but still identifies a contact.
        chat = fields.lazy.compactMap(payload.text).first.flatMap { JID($0) ?? JID($0 + "@chat") }
    }

    var payload: JSONObject { event.payload }
    var language: AgentNoticeLanguage { options.language }
    /// WhatsApp's id of the message that the event is about; empty when there is none.
    var messageID: String { payload.text("wa_message_id") ?? payload.text("messageId") ?? "" }
    /// The id of the earlier message that this event changes.
    var target: String {
        // When both are equal, the message is known by WhatsApp's own id.
        payload.text("targetMessageId").flatMap { $0 == payload.text("messageId") ? nil : $0 } ?? messageID
    }
    var sentAt: Timestamp? { payload["timestampSource"] == nil ? payload.moment("timestamp") : nil }

    var plan: ChatwootForwardPlan {
        guard options.sessions.matches(event.session) else { return only(.nothing(.otherSession)) }
        if payload.flag("history"), !options.history { return only(.nothing(.option)) }
        if let chat {
            switch chat.chatKind {
            case .direct: break
            case .group: if !options.groups.allows(chat) { return only(.nothing(.chat)) }
            case .status, .broadcast, .newsletter: return only(.nothing(.chat))
            }
        }
        let actions = actions
        return ChatwootForwardPlan(
            session: event.session, contact: contact, actions: actions.isEmpty ? [.nothing(.irrelevant)] : actions)
    }

    private func only(_ action: ChatwootForwardAction) -> ChatwootForwardPlan {
        ChatwootForwardPlan(session: event.session, contact: nil, actions: [action])
    }

    private var actions: [ChatwootForwardAction] {
        switch event.type {
        case .messageReceived, .messageSent:
            // An event without content is a delivery state of a message from the account.
            if payload["type"] == nil, payload["content"] == nil { return [status] }
            return withChat { newMessage }
        case .messageDelivered, .messageRead, .messageFailed: return [status]
        case .messageUpdated: return payload.text("update") == "media" ? withChat { lateFile } : withTarget { edit }
        case .messageDeleted: return withTarget { deletion }
        case .messageReaction: return withTarget { reaction }
        case .presenceUpdated: return withChat { typing }
        case .callReceived: return withChat { call }
        case .groupUpdated: return withChat { groupChange }
        case .contactUpdated, .contactIdentified: return withChat { contactChange }
        case .sessionDisconnected: return sessionLost
        case .sessionConnected: return [sessionRestored]
        default: return [.nothing(.irrelevant)]
        }
    }

    private func withChat(_ action: () -> ChatwootForwardAction) -> [ChatwootForwardAction] { withChat { [action()] } }

    private func withChat(_ actions: () -> [ChatwootForwardAction]) -> [ChatwootForwardAction] {
        chat == nil ? [.nothing(.noChat)] : actions()
    }

    /// Also plans an event without a chat, because the earlier message determines the conversation.
    private func withTarget(_ action: () -> ChatwootForwardAction) -> [ChatwootForwardAction] {
        chat == nil && target.isEmpty ? [.nothing(.noChat)] : [action()]
    }

    private var status: ChatwootForwardAction {
        guard options.receipts else { return .nothing(.option) }
        guard !messageID.isEmpty, isFromMe || payload["fromMe"] == nil else { return .nothing(.irrelevant) }
        switch event.type {
        case .messageSent: return .status(messageID: messageID, .sent)
        case .messageDelivered: return .status(messageID: messageID, .delivered)
        case .messageRead: return .status(messageID: messageID, .read)
        default:
            let failure = WhatsAppSendFailure(payload: payload)
            return .status(messageID: messageID, .failed(error: failure.text(in: language)))
        }
    }

    private var typing: ChatwootForwardAction {
        guard options.typing else { return .nothing(.option) }
        switch payload.text("presence") {
        case "composing", "recording": return .typing(true)
        case "paused", "unavailable": return .typing(false)
        default: return .nothing(.irrelevant)
        }
    }
}
