internal import RelayCore
internal import RelayJSON

/// The bodies of the public API (`app/views/public/api/v1`).
extension ChatwootDoubleState {
    func publicView(_ row: Double.ContactInbox) -> JSON {
        let contact = contacts[row.contactID]
        return [
            "source_id": .string(row.sourceID), "pubsub_token": .string(row.pubsubToken),
            "id": Self.number(row.contactID), "name": Self.text(contact?.name), "email": Self.text(contact?.email),
            "phone_number": Self.text(contact?.phoneNumber),
        ]
    }

    /// Contains every message that is not private, so its size grows with the conversation.
    func publicView(_ row: Double.Conversation) -> JSON {
        let shown = (conversations.messageIDs[row.id] ?? []).compactMap { messages[$0] }
            .filter { !$0.isPrivate && $0.kind != .activity }
        return [
            "id": Self.number(row.displayID), "uuid": .string(row.uuid), "inbox_id": Self.number(row.inboxID),
            "contact_last_seen_at": Self.seconds(row.contactLastSeenAt), "status": .string(row.status.rawValue),
            "agent_last_seen_at": Self.seconds(row.agentLastSeenAt),
            "messages": .array(shown.map { publicView($0) }),
            "contact": contacts[row.contactID].map { record($0) } ?? .null,
        ]
    }

    func publicView(_ message: Double.Message) -> JSON {
        var result: JSON = [
            "id": Self.number(message.id), "content": Self.text(message.content),
            "message_type": Self.number(message.kind.rawValue), "content_type": .string(message.contentType),
            "content_attributes": .object(message.contentAttributes), "created_at": Self.seconds(message.createdAt),
            "conversation_id": Self.number(conversations[message.conversationID]?.displayID),
        ]
        if !message.attachments.isEmpty {
            result["attachments"] = .array(message.attachments.map { view($0, of: message) })
        }
        if let sender = pushData(message.sender) { result["sender"] = sender }
        return result
    }

    /// A contact with all columns of its row.
    func record(_ contact: Double.Contact) -> JSON {
        [
            "id": Self.number(contact.id), "name": .string(contact.name), "email": Self.text(contact.email),
            "phone_number": Self.text(contact.phoneNumber), "account_id": Self.number(contact.accountID),
            "created_at": .string(contact.createdAt.iso8601), "updated_at": .string(contact.createdAt.iso8601),
            "additional_attributes": .object(contact.additionalAttributes),
            "identifier": Self.text(contact.identifier), "custom_attributes": .object(contact.customAttributes),
            "last_activity_at": Self.text(contact.lastActivityAt), "contact_type": "visitor",
            "blocked": .bool(contact.isBlocked),
        ]
    }
}
