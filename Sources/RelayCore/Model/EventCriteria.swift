internal import RelayJSON

/// A choice of events by what they are. A criterion speaks of the events that have what it asks for; any other event
/// passes: `chats` says nothing about an event of the session, `types` nothing about a receipt.
package struct EventCriteria: Sendable, Hashable {
    /// The kinds of chat, as the configuration names them.
    package enum Chat: String, Sendable, CaseIterable {
        case `private`, group, channel, status, broadcast

        package init(_ kind: ChatKind) {
            switch kind {
            case .direct: self = .private
            case .group: self = .group
            case .newsletter: self = .channel
            case .status: self = .status
            case .broadcast: self = .broadcast
            }
        }
    }

    /// The kinds of chat that pass; nil: all.
    package var chats: [Chat]?
    /// Whether messages that the account itself has sent pass (true: only these); nil: both.
    package var fromMe: Bool?
    /// The types of messages that pass, as in `payload.type`; nil: all.
    package var types: [String]?
    /// Whether messages of a history synchronization pass.
    package var history: Bool
    /// The greatest age of a message when the relay accepts it; nil: any.
    package var maxAge: Duration?

    package init(
        chats: [Chat]? = nil,
        fromMe: Bool? = nil,
        types: [String]? = nil,
        history: Bool = true,
        maxAge: Duration? = nil
    ) {
        self.chats = chats
        self.fromMe = fromMe
        self.types = types
        self.history = history
        self.maxAge = maxAge
    }

    /// The events that ``fromMe`` speaks of. Receipts are not among them: they are always about own messages.
    package static let messages: [EventType] = [
        .messageReceived, .messageSent, .messageUpdated, .messageDeleted, .messageReaction,
    ]
    /// The events that ``types`` speaks of.
    package static let typed: [EventType] = [.messageReceived, .messageSent, .messageUpdated]
    /// The events that ``maxAge`` speaks of. A change of an old message is not old.
    package static let dated: [EventType] = [.messageReceived, .messageSent, .messageReaction]

    /// Why the event does not pass: the criterion and what the event is instead; nil when it passes.
    package func rejection(of event: Event) -> String? {
        let payload = event.payload
        if let chats, let chat = Self.chat(of: event), !chats.contains(chat) {
            return "chats: the chat is \(chat.rawValue)"
        }
        if let fromMe, Self.messages.contains(event.type), let isOwn = payload["fromMe"]?.bool, isOwn != fromMe {
            return "from_me: the message is \(isOwn ? "the account's own" : "from somebody else")"
        }
        if let types, Self.typed.contains(event.type), let type = payload["type"]?.string, !types.contains(type) {
            return "types: the message is \(type)"
        }
        if !history, payload["history"]?.bool == true { return "history: the message is of a history synchronization" }
        if let maxAge, Self.dated.contains(event.type), let happened = event.occurredAt,
            event.receivedAt - happened > maxAge
        {
            return "max_age: the message is \((event.receivedAt - happened).milliseconds / 1000) s old"
        }
        return nil
    }

    private static func chat(of event: Event) -> Chat? {
        if let kind = event.payload["chatKind"]?.string.flatMap(ChatKind.init) { return Chat(kind) }
        return (event.payload["chatId"]?.string ?? event.chat).flatMap { JID($0) }.map { Chat($0.chatKind) }
    }
}
