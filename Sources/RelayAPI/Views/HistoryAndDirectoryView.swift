internal import RelayCore
internal import RelayJSON

/// The JSON of history and directory in the API.
enum HistoryAndDirectoryView {
    static func json(_ message: Message) -> JSON {
        [
            "id": .string(message.id),
            "session": .string(message.session),
            "chat": .string(message.chat),
            "direction": .string(message.isOutbound ? "outbound" : "inbound"),
            "sender": .orNull(message.sender),
            "type": .string(message.type),
            "content": message.content,
            "status": .string(message.status.name),
            "timestamp": .orNull(message.timestamp),
            "event": .string(message.event.description),
            "edited_at": .orNull(message.editedAt),
            "deleted_at": .orNull(message.deletedAt),
        ]
    }

    static func json(_ chat: ChatSummary) -> JSON {
        [
            "id": .string(chat.id),
            "session": .string(chat.session),
            "kind": .string(chat.kind.rawValue),
            "name": .orNull(chat.name),
            "image_url": image(chat.imageURL),
            "last_message_id": .orNull(chat.lastMessageID),
            "last_message_at": .orNull(chat.lastMessageAt),
            "message_count": .orNull(chat.messageCount),
        ]
    }

    static func json(_ contact: Contact) -> JSON {
        [
            "id": .string(contact.id),
            "session": .string(contact.session),
            "phone_number": .orNull(JID(contact.id)?.phone),
            "lid": .orNull(contact.lid),
            "display_name": .orNull(contact.displayName),
            "name": .orNull(contact.name),
            "push_name": .orNull(contact.pushName),
            "verified_name": .orNull(contact.verifiedName),
            "image_url": image(contact.imageURL),
            "updated_at": .orNull(contact.updatedAt),
        ]
    }

    static func json(_ group: Group) -> JSON {
        [
            "id": .string(group.id),
            "session": .string(group.session),
            "name": .orNull(group.name),
            "about": .orNull(group.about),
            "owner": .orNull(group.owner),
            "size": .orNull(group.size),
            "image_url": image(group.imageURL),
            "updated_at": .orNull(group.updatedAt),
        ]
    }

    static func json(_ event: Event) -> JSON {
        [
            "id": .string(event.id.description),
            "source": .string(event.source),
            "event_type": .string(event.type.name),
            "session": .string(event.session),
            "chat": .orNull(event.chat),
            "occurred_at": .orNull(event.occurredAt),
            "received_at": .orNull(event.receivedAt),
            "payload": .object(event.payload),
        ]
    }

    /// The directory stores an empty URL when it is known that there is no picture.
    private static func image(_ url: String?) -> JSON {
        .orNull(url.flatMap { $0.isEmpty ? nil : $0 })
    }
}
