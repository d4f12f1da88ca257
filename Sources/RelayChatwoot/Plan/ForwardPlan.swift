/// What one event means for Chatwoot: whose conversation it is about, and what is to be done there, in this order.
package struct ForwardPlan: Sendable, Hashable {
    package let session: String
    /// Nil where the event names no chat; then its actions are about earlier messages, by whose ids the ledger knows the
    /// conversation.
    package let contact: ChatwootContact?
    package let actions: [ForwardAction]
}

/// One thing to do in Chatwoot. WhatsApp's message ids are as events have them, without `WAID:`.
package enum ForwardAction: Sendable, Hashable {
    /// Post a message. Edits, reactions, notices and late files are messages too.
    case message(ChatwootMessage)
    /// Delete the message that this WhatsApp message became, and all of its parts.
    case delete(messageID: String)
    /// Move the status of the message that this WhatsApp message became. It never goes back.
    case status(messageID: String, ChatwootStatus)
    /// Show that the contact is typing, or has stopped. Worth nothing when it is late; a failure does not matter.
    case typing(Bool)
    /// What is known of the contact has changed: the plan's contact has it.
    case contact(ContactChange)
    /// Nothing is to be done, and why.
    case nothing(Reason)

    /// Why an event does not come into Chatwoot: a bounded set, fit for metric labels.
    package enum Reason: String, Sendable, CaseIterable {
        /// The destination takes other sessions.
        case otherSession = "other_session"
        /// A status, a channel or a broadcast list, or a group that is not wanted.
        case chat
        /// An option says so.
        case option
        /// It concerns nothing that agents see.
        case irrelevant
        /// It belongs to a chat and does not say to which.
        case noChat = "no_chat"
        /// There is nothing in it to show: an encrypted vote, the announcement of an album.
        case noContent = "no_content"
    }
}

/// The status of a message of ours, from the first step to the last.
package enum ChatwootStatus: Sendable, Hashable {
    case sent, delivered, read
    /// - Parameter error: for agents.
    case failed(error: String)

    /// The word in `PATCH messages/ID`.
    package var name: String {
        switch self {
        case .sent: "sent"
        case .delivered: "delivered"
        case .read: "read"
        case .failed: "failed"
        }
    }

    /// A status takes the place of one with a lower rank. A failure gives way to delivered and read.
    package var rank: Int {
        switch self {
        case .sent: 1
        case .failed: 2
        case .delivered: 3
        case .read: 4
        }
    }
}

/// What `contact.updated` and `group.updated` tell.
package struct ContactChange: Sendable, Hashable {
    /// The address that the person had before, whose Chatwoot contact is to be merged into the plan's; nil: the same.
    package let previous: ChatwootContact?
    /// Whether the picture was removed.
    package let isPictureRemoved: Bool
}

/// Why an event cannot be planned: the pipeline made something else of it.
package struct ChatwootPlanError: Error, Hashable, CustomStringConvertible {
    /// For people: what is wrong, and where.
    package let message: String
    package var description: String { message }
}
