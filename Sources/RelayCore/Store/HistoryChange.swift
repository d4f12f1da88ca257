package import RelayJSON

/// Something that `persist` writes beside the event.
package enum HistoryChange: Sendable {
    case message(Message)
    /// A receipt: raises the message's status, never lowers it.
    case status(MessageStatusChange)
    /// An edit: replaces the content of a stored message.
    case edited(session: String, chat: String, message: String, content: JSON, at: Timestamp)
    /// A deletion: the message stays, marked, without content.
    case deleted(session: String, chat: String, message: String, at: Timestamp)
    case contact(Contact)
    case group(Group)
    /// The stored picture of a contact or group is outdated; the new one is not known.
    case pictureChanged(DirectoryEntryKey)
    case session(SessionChange)
}

/// A message of the history.
package struct Message: Sendable {
    /// The ``type`` of a message without content that can be read. The message itself may arrive later under the same id
    /// and replaces it.
    package static let unreadableType = "unsupported"

    package var session: String
    package var chat: String
    /// WhatsApp's id, unique in a chat.
    package var id: String
    package var isOutbound: Bool
    /// The author's JID.
    package var sender: String?
    /// `text`, `image` …
    package var type: String
    package var content: JSON
    package var status: MessageStatus
    /// When it was sent, by WhatsApp.
    package var timestamp: Timestamp
    package var event: EventID
    package var editedAt: Timestamp?
    package var deletedAt: Timestamp?

    package init(
        session: String,
        chat: String,
        id: String,
        isOutbound: Bool,
        sender: String?,
        type: String,
        content: JSON,
        status: MessageStatus,
        timestamp: Timestamp,
        event: EventID,
        editedAt: Timestamp? = nil,
        deletedAt: Timestamp? = nil
    ) {
        self.session = session
        self.chat = chat
        self.id = id
        self.isOutbound = isOutbound
        self.sender = sender
        self.type = type
        self.content = content
        self.status = status
        self.timestamp = timestamp
        self.event = event
        self.editedAt = editedAt
        self.deletedAt = deletedAt
    }
}

/// The status of a message. It only rises; `failed` replaces pending and sent, and delivered and read replace `failed`
/// (reference whatsapp.md, B.3).
package enum MessageStatus: Int, Sendable, CaseIterable {
    case failed = 0
    case pending = 1
    case sent = 2
    case delivered = 3
    case read = 4

    package var name: String {
        switch self {
        case .failed: "failed"
        case .pending: "pending"
        case .sent: "sent"
        case .delivered: "delivered"
        case .read: "read"
        }
    }
}

package struct MessageStatusChange: Sendable {
    package var session: String
    package var chat: String
    package var message: String
    package var status: MessageStatus
    package var at: Timestamp

    package init(session: String, chat: String, message: String, status: MessageStatus, at: Timestamp) {
        self.session = session
        self.chat = chat
        self.message = message
        self.status = status
        self.at = at
    }
}

/// A person or business, as far as a session knows it. In a write, nil means: nothing new; the stored value stays. Names are
/// cleaned as ``DisplayName`` says, also those that were stored before.
package struct Contact: Sendable, Hashable {
    package var session: String
    /// The canonical JID.
    package var id: String
    /// The hidden identity (`@lid`), when it is known besides the phone's JID.
    package var lid: String?
    /// The name saved in the phone's address book.
    package var name: String?
    /// The name that the person chose (`pushName`).
    package var pushName: String?
    /// The name that WhatsApp verified for a business.
    package var verifiedName: String?
    /// The picture's URL; empty: there is none.
    package var imageURL: String?
    package var updatedAt: Timestamp
    /// When a gateway was last asked about it; nil: never.
    package var checkedAt: Timestamp?

    package init(
        session: String,
        id: String,
        lid: String? = nil,
        name: String? = nil,
        pushName: String? = nil,
        verifiedName: String? = nil,
        imageURL: String? = nil,
        updatedAt: Timestamp,
        checkedAt: Timestamp? = nil
    ) {
        self.session = session
        self.id = id
        self.lid = lid
        self.name = name.flatMap(DisplayName.orNil)
        self.pushName = pushName.flatMap(DisplayName.orNil)
        self.verifiedName = verifiedName.flatMap(DisplayName.orNil)
        self.imageURL = imageURL
        self.updatedAt = updatedAt
        self.checkedAt = checkedAt
    }

    /// The name to show: verified business name, saved name, chosen name, in this order; nil when none is known.
    package var displayName: String? { verifiedName ?? name ?? pushName }

    /// This contact, updated with what a later write knows.
    package func merged(with newer: Contact) -> Contact {
        var merged = self
        merged.lid = newer.lid ?? lid
        merged.name = newer.name ?? name
        merged.pushName = newer.pushName ?? pushName
        merged.verifiedName = newer.verifiedName ?? verifiedName
        merged.imageURL = newer.imageURL ?? imageURL
        merged.updatedAt = max(updatedAt, newer.updatedAt)
        merged.checkedAt = newer.checkedAt ?? checkedAt
        return merged
    }
}

/// A group, as far as a session knows it. In a write, nil means: nothing new; the stored value stays. The name is cleaned
/// as ``DisplayName`` says.
package struct Group: Sendable, Hashable {
    package var session: String
    package var id: String
    /// The subject.
    package var name: String?
    package var about: String?
    package var owner: String?
    /// The number of participants.
    package var size: Int?
    /// The picture's URL; empty: there is none.
    package var imageURL: String?
    package var updatedAt: Timestamp
    /// When a gateway was last asked about it; nil: never.
    package var checkedAt: Timestamp?

    package init(
        session: String,
        id: String,
        name: String? = nil,
        about: String? = nil,
        owner: String? = nil,
        size: Int? = nil,
        imageURL: String? = nil,
        updatedAt: Timestamp,
        checkedAt: Timestamp? = nil
    ) {
        self.session = session
        self.id = id
        self.name = name.flatMap(DisplayName.orNil)
        self.about = about
        self.owner = owner
        self.size = size
        self.imageURL = imageURL
        self.updatedAt = updatedAt
        self.checkedAt = checkedAt
    }

    /// This group, updated with what a later write knows.
    package func merged(with newer: Group) -> Group {
        var merged = self
        merged.name = newer.name ?? name
        merged.about = newer.about ?? about
        merged.owner = newer.owner ?? owner
        merged.size = newer.size ?? size
        merged.imageURL = newer.imageURL ?? imageURL
        merged.updatedAt = max(updatedAt, newer.updatedAt)
        merged.checkedAt = newer.checkedAt ?? checkedAt
        return merged
    }
}

/// A conversation of the history, made from its messages.
package struct ChatSummary: Sendable {
    package var session: String
    package var id: String
    package var kind: ChatKind
    /// From the directory: the group's or the contact's.
    package var name: String?
    package var imageURL: String?
    package var lastMessageID: String?
    package var lastMessageAt: Timestamp?
    package var messageCount: Int

    package init(
        session: String,
        id: String,
        kind: ChatKind,
        name: String?,
        imageURL: String?,
        lastMessageID: String?,
        lastMessageAt: Timestamp?,
        messageCount: Int
    ) {
        self.session = session
        self.id = id
        self.kind = kind
        self.name = name
        self.imageURL = imageURL
        self.lastMessageID = lastMessageID
        self.lastMessageAt = lastMessageAt
        self.messageCount = messageCount
    }
}
