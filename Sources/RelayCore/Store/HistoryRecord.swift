public import RelayJSON

/// Something that `persist` writes beside the event.
public enum HistoryRecord: Sendable {
    case message(Message)
    /// A receipt: raises the message's status, never lowers it.
    case status(MessageStatusChange)
    /// An edit: replaces the content of a stored message.
    case edited(session: String, chat: String, message: String, content: JSON, at: Timestamp)
    /// A deletion: the message stays, marked, without content.
    case deleted(session: String, chat: String, message: String, at: Timestamp)
    case contact(Contact)
    case group(Group)
    /// The stored picture of a contact or group is not its picture any more; the new one is not known.
    case pictureChanged(DirectoryKey)
    case session(SessionChange)
}

/// A message of the history.
public struct Message: Sendable {
    public var session: String
    public var chat: String
    /// WhatsApp's id, unique in a chat.
    public var id: String
    public var isOutbound: Bool
    /// The author's address.
    public var sender: String?
    /// `text`, `image` …
    public var type: String
    public var content: JSON
    public var status: MessageStatus
    /// When it was sent, by WhatsApp.
    public var timestamp: Timestamp
    public var event: EventID
    public var editedAt: Timestamp?
    public var deletedAt: Timestamp?

    public init(
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

/// How far a message has come. It only rises; `failed` replaces pending and sent, and gives way to delivered and read
/// (reference whatsapp.md, B.3).
public enum MessageStatus: Int, Sendable, CaseIterable {
    case failed = 0
    case pending = 1
    case sent = 2
    case delivered = 3
    case read = 4

    public var name: String {
        switch self {
        case .failed: "failed"
        case .pending: "pending"
        case .sent: "sent"
        case .delivered: "delivered"
        case .read: "read"
        }
    }
}

public struct MessageStatusChange: Sendable {
    public var session: String
    public var chat: String
    public var message: String
    public var status: MessageStatus
    public var at: Timestamp

    public init(session: String, chat: String, message: String, status: MessageStatus, at: Timestamp) {
        self.session = session
        self.chat = chat
        self.message = message
        self.status = status
        self.at = at
    }
}

/// A person or business, as far as a session knows it. In a write, nil means: nothing new; the stored value stays.
public struct Contact: Sendable, Hashable {
    public var session: String
    /// The canonical address.
    public var id: String
    /// The hidden identity, when known beside the phone's.
    public var lid: String?
    /// The name saved in the phone's address book.
    public var name: String?
    /// The name that the person chose (`pushName`).
    public var pushName: String?
    /// The name that WhatsApp verified for a business.
    public var verifiedName: String?
    /// The picture's address; empty: known to have none.
    public var imageURL: String?
    public var updatedAt: Timestamp
    /// When a gateway was last asked about it; nil: never.
    public var checkedAt: Timestamp?

    public init(
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
        self.name = name
        self.pushName = pushName
        self.verifiedName = verifiedName
        self.imageURL = imageURL
        self.updatedAt = updatedAt
        self.checkedAt = checkedAt
    }

    /// The name to show: verified business name, saved name, chosen name, in this order; nil when none is known.
    public var displayName: String? { verifiedName ?? name ?? pushName }

    /// This contact with what a later write knows laid over it.
    public func merged(with newer: Contact) -> Contact {
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

/// A group, as far as a session knows it. In a write, nil means: nothing new; the stored value stays.
public struct Group: Sendable, Hashable {
    public var session: String
    public var id: String
    /// The subject.
    public var name: String?
    public var about: String?
    public var owner: String?
    /// The number of participants.
    public var size: Int?
    /// The picture's address; empty: known to have none.
    public var imageURL: String?
    public var updatedAt: Timestamp
    /// When a gateway was last asked about it; nil: never.
    public var checkedAt: Timestamp?

    public init(
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
        self.name = name
        self.about = about
        self.owner = owner
        self.size = size
        self.imageURL = imageURL
        self.updatedAt = updatedAt
        self.checkedAt = checkedAt
    }

    /// This group with what a later write knows laid over it.
    public func merged(with newer: Group) -> Group {
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

/// A conversation of the history: kept from the messages in it.
public struct Chat: Sendable {
    public var session: String
    public var id: String
    public var kind: ChatKind
    /// From the directory: the group's or the contact's.
    public var name: String?
    public var imageURL: String?
    public var lastMessageID: String?
    public var lastMessageAt: Timestamp?
    public var messageCount: Int

    public init(
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
