/// The actions in Chatwoot for one event, in order, and the contact whose conversation they concern.
package struct ChatwootForwardPlan: Sendable, Hashable {
    package let session: String
    /// Nil when the event names no chat. Its actions then concern earlier messages, and the ledger finds the
    /// conversation by their ids.
    package let contact: ChatwootContactProfile?
    package let actions: [ChatwootForwardAction]
}

/// One action in Chatwoot. Message ids are WhatsApp's, without `WAID:`.
package enum ChatwootForwardAction: Sendable, Hashable {
    /// Posts a message. Edits, reactions, notices and late files are messages too.
    case message(NewChatwootMessage)
    /// Deletes all Chatwoot messages that this WhatsApp message was forwarded as.
    case delete(messageID: String)
    /// Raises the status of the Chatwoot message for this WhatsApp message. A status is never lowered.
    case status(messageID: String, ChatwootMessageStatus)
    /// Shows or hides the contact's typing indicator. It is useless when late, so a failure is ignored.
    case typing(Bool)
    /// Updates the contact from the plan's contact.
    case contact(ContactChange)
    /// Posts a notice that the session is lost, unless agents know it already.
    case sessionLost(NewChatwootMessage)
    /// The session is connected: its next loss is told again.
    case sessionRestored
    /// Does nothing, for this reason.
    case nothing(Reason)

    /// The message that it posts; nil when it posts none.
    package var message: NewChatwootMessage? {
        switch self {
        case .message(let message), .sessionLost(let message): message
        default: nil
        }
    }

    /// Why an event is not shown in Chatwoot. The set is bounded, so that it can be a metric label.
    package enum Reason: String, Sendable, CaseIterable {
        /// The destination excludes the session.
        case otherSession = "other_session"
        /// A status, a channel or a broadcast list, or an excluded group.
        case chat
        /// An option excludes it.
        case option
        /// It concerns nothing that agents can see.
        case irrelevant
        /// It belongs to a chat but does not name it.
        case noChat = "no_chat"
        /// It has nothing to show: an encrypted vote, the announcement of an album.
        case noContent = "no_content"
    }
}

/// The delivery state of a message from the account, in order.
package enum ChatwootMessageStatus: Sendable, Hashable {
    case sent, delivered, read
    /// - Parameter error: a text for agents.
    case failed(error: String)

    /// The value in `PATCH messages/ID`.
    package var name: String {
        switch self {
        case .sent: "sent"
        case .delivered: "delivered"
        case .read: "read"
        case .failed: "failed"
        }
    }

    /// The order of the states: a status replaces one with a lower rank. Delivered and read replace a failure.
    package var rank: Int {
        switch self {
        case .sent: 1
        case .failed: 2
        case .delivered: 3
        case .read: 4
        }
    }
}

/// The changes in `contact.updated` and `group.updated`.
package struct ContactChange: Sendable, Hashable {
    /// The contact with the person's previous JID, which is merged into the plan's contact; nil when the JID is
    /// unchanged.
    package let previous: ChatwootContactProfile?
    /// Whether the picture was removed.
    package let isPictureRemoved: Bool
}

/// An event that cannot be planned, because the pipeline changed its structure.
package struct ChatwootPlanError: Error, Hashable, CustomStringConvertible {
    /// A human-readable description of what is wrong, and where.
    package let message: String
    package var description: String { message }
}
