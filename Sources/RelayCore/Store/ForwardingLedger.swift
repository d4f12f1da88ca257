/// Where a chat was forwarded to, at a destination with conversations of its own, such as Chatwoot.
package struct ForwardedChatMapping: Sendable, Hashable {
    package struct Key: Sendable, Hashable {
        package var destination: DestinationKey
        package var session: String
        /// The chat's id in its canonical spelling: ``ChatIDRules/canonical(_:)``.
        package var chat: String

        package init(destination: DestinationKey, session: String, chat: String) {
            self.destination = destination
            self.session = session
            self.chat = ChatIDRules.canonical(chat)
        }
    }

    package var key: Key
    /// The destination's id of the person or group; nil: not created yet.
    package var contact: Int64?
    /// The id under which the destination's inbox knows the contact (Chatwoot's `source_id`).
    package var contactSource: String?
    /// The destination's id of the conversation that messages go into; nil: there is none yet, or the last one is gone.
    package var conversation: Int64?
    /// The name that was last written for the contact.
    package var name: String?
    /// Whether the last change of the contact failed, so that all of the contact is written again with the next
    /// message. Default false.
    package var hasUnwrittenContact: Bool
    package var updatedAt: Timestamp

    package init(
        key: Key,
        contact: Int64? = nil,
        contactSource: String? = nil,
        conversation: Int64? = nil,
        name: String? = nil,
        hasUnwrittenContact: Bool = false,
        updatedAt: Timestamp
    ) {
        self.key = key
        self.contact = contact
        self.contactSource = contactSource
        self.conversation = conversation
        self.name = name
        self.hasUnwrittenContact = hasUnwrittenContact
        self.updatedAt = updatedAt
    }
}

/// A message, or a part of one, that was or is being written into a conversation.
package struct ForwardedMessage: Sendable, Hashable {
    package struct Key: Sendable, Hashable {
        package var destination: DestinationKey
        package var session: String
        /// The chat's id in its canonical spelling: ``ChatIDRules/canonical(_:)``.
        package var chat: String
        /// WhatsApp's id of the message, unique in a chat; of a message that an agent writes and WhatsApp has not
        /// named yet, what the sender chose.
        package var message: String
        /// Which part of it: empty for the message itself, else for example `edit-2` or `file`.
        package var part: String

        package init(destination: DestinationKey, session: String, chat: String, message: String, part: String = "") {
            self.destination = destination
            self.session = session
            self.chat = ChatIDRules.canonical(chat)
            self.message = message
            self.part = part
        }

        package init(_ chat: ForwardedChatMapping.Key, message: String, part: String = "") {
            self.init(
                destination: chat.destination, session: chat.session, chat: chat.chat, message: message, part: part)
        }

        /// The key of the message's chat.
        package var chatKey: ForwardedChatMapping.Key {
            ForwardedChatMapping.Key(destination: destination, session: session, chat: chat)
        }
    }

    package enum State: Int, Sendable, CaseIterable {
        /// It is about to be sent, or was sent and it is not known whether it arrived.
        case intended = 0
        /// The receiver has it.
        case sent = 1
        /// It was given up. The agents are to be informed.
        case failed = 2
        /// It was given up, and the agents were informed.
        case reported = 3
    }

    package enum Direction: Int, Sendable {
        /// From WhatsApp into the conversation.
        case forwarded = 0
        /// Written by an agent in the conversation, sent to WhatsApp.
        case returned = 1
    }

    package var key: Key
    package var direction: Direction
    package var state: State
    /// The destination's id of the conversation.
    package var conversation: Int64?
    /// The destination's id of the message; nil: not known.
    package var remote: Int64?
    /// The last message of the conversation before this one was sent. The search for it begins there.
    package var after: Int64?
    /// The last status on WhatsApp that the destination was told.
    package var status: MessageStatus?
    package var updatedAt: Timestamp

    package init(
        key: Key,
        direction: Direction = .forwarded,
        state: State,
        conversation: Int64? = nil,
        remote: Int64? = nil,
        after: Int64? = nil,
        status: MessageStatus? = nil,
        updatedAt: Timestamp
    ) {
        self.key = key
        self.direction = direction
        self.state = state
        self.conversation = conversation
        self.remote = remote
        self.after = after
        self.status = status
        self.updatedAt = updatedAt
    }
}

/// A change to the ledger.
package enum ForwardingLedgerChange: Sendable {
    /// Replaces what is known of the chat.
    case chat(ForwardedChatMapping)
    /// Replaces what is known of the message's part.
    case message(ForwardedMessage)
    case forgetChat(ForwardedChatMapping.Key)
    case forgetMessage(ForwardedMessage.Key)
    /// The chat and its messages get another id. What is stored under the new id stays, where there is
    /// anything: a message part that both ids have is then kept once.
    case rename(ForwardedChatMapping.Key, to: String)
}

/// What was forwarded into conversations at a destination, and under which ids. An attempt with an unknown outcome is
/// looked up here before it is repeated; answers, receipts and deletions find their message here.
///
/// Only the destination writes it. The state of its deliveries is in the outbox.
package protocol ForwardingLedger: Sendable {
    func forwardedChat(_ key: ForwardedChatMapping.Key) async throws(StoreError) -> ForwardedChatMapping?

    /// The key under which the ledger has a chat. It is another one only for a hidden identity (LID) that has no entry
    /// of its own and whose phone is known: the phone's. While the identity has an entry, that one counts, until
    /// ``ForwardingLedgerChange/rename(_:to:)`` joins it to the phone's.
    func currentKey(of key: ForwardedChatMapping.Key) async throws(StoreError) -> ForwardedChatMapping.Key

    /// Every part of a message of a chat, by its name, `part` empty first.
    func forwardedParts(of message: String, in chat: ForwardedChatMapping.Key) async throws(StoreError)
        -> [ForwardedMessage]

    /// The chats of a session that have a message with this id, by their ids: for an event that does not name its chat.
    func forwardedChats(
        having message: String, destination: DestinationKey, session: String
    ) async throws(StoreError) -> [ForwardedChatMapping.Key]

    /// The parts that the destination has under this id of a message.
    func forwardedMessages(destination: DestinationKey, remote: Int64) async throws(StoreError) -> [ForwardedMessage]

    /// A chat's messages of one direction that are in a state, oldest change first.
    func forwardedMessages(
        of chat: ForwardedChatMapping.Key,
        direction: ForwardedMessage.Direction,
        state: ForwardedMessage.State,
        limit: Int
    ) async throws(StoreError) -> [ForwardedMessage]

    /// Looks a message's part up and, when it is not there, records the intent to send it, in one transaction: of
    /// several callers at once, one gets nil.
    /// - Parameter intent: what is recorded; its state is ``ForwardedMessage/State/intended``.
    /// - Returns: the part that was there already, unchanged; nil: there was none, and the intent is on disk.
    func intend(_ intent: ForwardedMessage) async throws(StoreError) -> ForwardedMessage?

    /// Writes all changes in one transaction; returns when they are on disk.
    func record(_ changes: [ForwardingLedgerChange]) async throws(StoreError)
}
