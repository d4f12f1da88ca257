/// A chat's place at a destination that keeps conversations of its own, such as Chatwoot.
package struct ForwardedChat: Sendable, Hashable {
    package struct Key: Sendable, Hashable {
        /// The destination's key.
        package var destination: String
        package var session: String
        /// The canonical chat id.
        package var chat: String

        package init(destination: String, session: String, chat: String) {
            self.destination = destination
            self.session = session
            self.chat = chat
        }
    }

    package var key: Key
    /// The destination's id of the person or group; nil: not made yet.
    package var contact: Int64?
    /// The address under which the destination knows the contact in its inbox.
    package var contactSource: String?
    /// The destination's id of the conversation that messages go into; nil: none yet, or the last is gone.
    package var conversation: Int64?
    /// The name that the contact was given last.
    package var name: String?
    package var updatedAt: Timestamp

    package init(
        key: Key,
        contact: Int64? = nil,
        contactSource: String? = nil,
        conversation: Int64? = nil,
        name: String? = nil,
        updatedAt: Timestamp
    ) {
        self.key = key
        self.contact = contact
        self.contactSource = contactSource
        self.conversation = conversation
        self.name = name
        self.updatedAt = updatedAt
    }
}

/// A message, or a part of one, that was or is being written into a conversation.
package struct ForwardedMessage: Sendable, Hashable {
    package struct Key: Sendable, Hashable {
        /// The destination's key.
        package var destination: String
        package var session: String
        /// WhatsApp's id of the message, unique in a session; of a message that an agent writes and WhatsApp has not
        /// named yet, what the sender chose.
        package var message: String
        /// Which part of it: empty for the message itself, else for example `edit-2` or `file`.
        package var part: String

        package init(destination: String, session: String, message: String, part: String = "") {
            self.destination = destination
            self.session = session
            self.message = message
            self.part = part
        }
    }

    package enum State: Int, Sendable, CaseIterable {
        /// It is about to be sent, or was sent and nobody knows whether it arrived.
        case intended = 0
        /// The other side has it.
        case sent = 1
        /// It was given up; people are to be told.
        case failed = 2
        /// It was given up, and people have been told.
        case told = 3
    }

    package enum Direction: Int, Sendable {
        /// From WhatsApp into the conversation.
        case forwarded = 0
        /// Written by an agent in the conversation, sent to WhatsApp.
        case returned = 1
    }

    package var key: Key
    package var chat: String
    package var direction: Direction
    package var state: State
    /// The destination's id of the conversation.
    package var conversation: Int64?
    /// The destination's id of the message; nil: not known.
    package var remote: Int64?
    /// The last message of the conversation when it was about to be sent: what came of it is looked for behind that.
    package var after: Int64?
    /// How far it has come on WhatsApp, as the destination was told.
    package var status: MessageStatus?
    package var updatedAt: Timestamp

    package init(
        key: Key,
        chat: String,
        direction: Direction = .forwarded,
        state: State,
        conversation: Int64? = nil,
        remote: Int64? = nil,
        after: Int64? = nil,
        status: MessageStatus? = nil,
        updatedAt: Timestamp
    ) {
        self.key = key
        self.chat = chat
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
package enum ForwardingChange: Sendable {
    /// Replaces what is known of the chat.
    case chat(ForwardedChat)
    /// Replaces what is known of the message's part.
    case message(ForwardedMessage)
    case forgetChat(ForwardedChat.Key)
    case forgetMessage(ForwardedMessage.Key)
    /// The chat goes by another id from now on, its messages included; what the new id had stays, where it had
    /// anything.
    case rename(ForwardedChat.Key, to: String)
}

/// What was forwarded into conversations elsewhere, under which ids: so that an attempt whose outcome is not known is
/// looked up before it is repeated, and answers, receipts and deletions find their message.
///
/// It belongs to the destination alone; where its deliveries stand is the outbox's matter.
package protocol ForwardingLedger: Sendable {
    func forwardedChat(_ key: ForwardedChat.Key) async throws(StoreError) -> ForwardedChat?

    /// Every part of a message, by its name, `part` empty first.
    func forwardedParts(
        destination: String, session: String, message: String
    ) async throws(StoreError) -> [ForwardedMessage]

    /// The parts that the destination knows as this message of its own.
    func forwardedMessages(destination: String, remote: Int64) async throws(StoreError) -> [ForwardedMessage]

    /// A chat's messages of one direction that are in a state, oldest change first.
    func forwardedMessages(
        of chat: ForwardedChat.Key,
        direction: ForwardedMessage.Direction,
        state: ForwardedMessage.State,
        limit: Int
    ) async throws(StoreError) -> [ForwardedMessage]

    /// Writes all changes in one transaction; returns when they are on disk.
    func record(_ changes: [ForwardingChange]) async throws(StoreError)
}
