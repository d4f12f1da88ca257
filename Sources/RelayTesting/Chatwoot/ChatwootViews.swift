internal import RelayCore
internal import RelayJSON

/// The bodies of responses (`app/views/api/v1`).
extension ChatwootDoubleState {
    static func seconds(_ time: Timestamp?) -> JSON { .int((time?.milliseconds ?? 0) / 1000) }
    static func text(_ time: Timestamp?) -> JSON { time.map { .string($0.iso8601) } ?? .null }
    static func text(_ value: String?) -> JSON { value.map { .string($0) } ?? .null }
    static func number(_ value: Int?) -> JSON { value.map { .int(Int64($0)) } ?? .null }

    // MARK: Contacts

    func view(_ contact: Double.Contact, withInboxes: Bool = false) -> JSON {
        var result: JSON = [
            "additional_attributes": .object(contact.additionalAttributes),
            "availability_status": "offline",
            "email": Self.text(contact.email),
            "id": Self.number(contact.id),
            "name": .string(contact.name),
            "phone_number": Self.text(contact.phoneNumber),
            "blocked": .bool(contact.isBlocked),
            "identifier": Self.text(contact.identifier),
            "thumbnail": "",
            "custom_attributes": .object(contact.customAttributes),
        ]
        if let time = contact.lastActivityAt { result["last_activity_at"] = Self.seconds(time) }
        result["created_at"] = Self.seconds(contact.createdAt)
        if withInboxes {
            let rows = contactInboxes.of(contact: contact.id).compactMap { row -> JSON? in
                guard let inbox = inboxes[row.inboxID] else { return nil }
                return ["source_id": .string(row.sourceID), "inbox": slim(inbox)]
            }
            result["contact_inboxes"] = .array(rows)
        }
        return result
    }

    /// A contact as messages and events contain it.
    func pushData(_ contact: Double.Contact) -> JSON {
        [
            "additional_attributes": .object(contact.additionalAttributes),
            "custom_attributes": .object(contact.customAttributes),
            "email": Self.text(contact.email),
            "id": Self.number(contact.id),
            "identifier": Self.text(contact.identifier),
            "name": .string(contact.name),
            "phone_number": Self.text(contact.phoneNumber),
            "thumbnail": "",
            "blocked": .bool(contact.isBlocked),
            "type": "contact",
        ]
    }

    // MARK: Conversations

    func view(_ row: Double.Conversation) -> JSON {
        let ids = conversations.messageIDs[row.id] ?? []
        let last = ids.last.flatMap { messages[$0] }.map { pushData($0) }
        let lastSpoken = ids.reversed().lazy.compactMap { messages[$0] }.first { $0.kind != .activity }
        var meta: JSON = [
            "sender": contacts[row.contactID].map { view($0) } ?? .null,
            "channel": inboxes[row.inboxID].map { .string($0.channelType) } ?? .null,
        ]
        if let assignee = row.assigneeID.flatMap({ users[$0] }) { meta["assignee"] = agentView(assignee) }
        meta["hmac_verified"] = .bool(contactInboxes[row.contactInboxID]?.isHMACVerified ?? false)
        return [
            "meta": meta,
            "id": Self.number(row.displayID),
            "messages": .array(last.map { [$0] } ?? []),
            "account_id": Self.number(row.accountID),
            "uuid": .string(row.uuid),
            "additional_attributes": .object(row.additionalAttributes),
            "agent_last_seen_at": Self.seconds(row.agentLastSeenAt),
            "assignee_last_seen_at": 0,
            "can_reply": .bool(canReply(row)),
            "contact_last_seen_at": Self.seconds(row.contactLastSeenAt),
            "custom_attributes": .object(row.customAttributes),
            "inbox_id": Self.number(row.inboxID),
            "labels": .array(row.labels.map { .string($0) }),
            "muted": .bool(contacts[row.contactID]?.isBlocked ?? false),
            "snoozed_until": .null,
            "status": .string(row.status.rawValue),
            "created_at": Self.seconds(row.createdAt),
            "updated_at": Self.fraction(row.updatedAt),
            "timestamp": Self.seconds(row.lastActivityAt),
            "first_reply_created_at": Self.seconds(row.firstReplyAt),
            "unread_count": Self.number(row.unreadCount),
            "last_non_activity_message": lastSpoken.map { pushData($0) } ?? .null,
            "last_activity_at": Self.seconds(row.lastActivityAt),
            "priority": .null,
            "waiting_since": Self.seconds(row.waitingSince),
            "sla_policy_id": .null,
        ]
    }

    static func fraction(_ time: Timestamp) -> JSON {
        let rest = String(1000 + time.milliseconds % 1000).dropFirst()
        return .number("\(time.milliseconds / 1000).\(rest)")
    }

    func listMeta(_ row: Double.Conversation) -> JSON {
        var meta: JSON = [
            "labels": .array(row.labels.map { .string($0) }),
            "additional_attributes": .object(row.additionalAttributes),
            "contact": contacts[row.contactID].map { pushData($0) } ?? .null,
        ]
        if let assignee = row.assigneeID.flatMap({ users[$0] }) { meta["assignee"] = agentView(assignee) }
        meta["agent_last_seen_at"] = Self.text(row.agentLastSeenAt)
        meta["assignee_last_seen_at"] = .null
        return meta
    }

    private func agentView(_ user: Double.User) -> JSON {
        [
            "id": Self.number(user.id), "account_id": Self.number(user.accountID), "availability_status": "online",
            "auto_offline": true, "confirmed": true, "email": .string(user.email), "available_name": .string(user.name),
            "name": .string(user.name), "role": .string(user.role.rawValue), "thumbnail": "", "custom_role_id": .null,
        ]
    }

    // MARK: Messages

    func view(_ message: Double.Message) -> JSON {
        var result: JSON = [
            "id": Self.number(message.id),
            "content": Self.text(message.content),
            "inbox_id": Self.number(message.inboxID),
        ]
        if let echo = message.echoID { result["echo_id"] = .string(echo) }
        result["conversation_id"] = Self.number(conversations[message.conversationID]?.displayID)
        result["message_type"] = Self.number(message.kind.rawValue)
        result["content_type"] = .string(message.contentType)
        result["status"] = .string(message.status.rawValue)
        result["content_attributes"] = .object(message.contentAttributes)
        result["created_at"] = Self.seconds(message.createdAt)
        result["private"] = .bool(message.isPrivate)
        result["source_id"] = Self.text(message.sourceID)
        if let sender = pushData(message.sender) { result["sender"] = sender }
        if !message.attachments.isEmpty {
            result["attachments"] = .array(message.attachments.map { view($0, of: message) })
        }
        return result
    }

    /// A message with all columns of its row, which conversations contain as their last message.
    func pushData(_ message: Double.Message) -> JSON {
        let conversation = conversations[message.conversationID]
        var result: JSON = [
            "id": Self.number(message.id),
            "content": Self.text(message.content),
            "account_id": Self.number(message.accountID),
            "inbox_id": Self.number(message.inboxID),
            "conversation_id": Self.number(conversation?.displayID),
            "message_type": Self.number(message.kind.rawValue),
            "created_at": Self.seconds(message.createdAt),
            "updated_at": .string(message.updatedAt.iso8601),
            "private": .bool(message.isPrivate),
            "status": .string(message.status.rawValue),
            "source_id": Self.text(message.sourceID),
            "content_type": .string(message.contentType),
            "content_attributes": .object(message.contentAttributes),
            "sender_type": Self.text(message.sender?.typeName),
            "sender_id": Self.number(message.sender?.id),
            "external_source_ids": [:],
            "additional_attributes": .object(message.additionalAttributes),
            "processed_message_content": Self.text(message.content),
            "sentiment": [:],
            "conversation": [
                "assignee_id": Self.number(conversation?.assigneeID),
                "unread_count": Self.number(conversation?.unreadCount ?? 0),
                "last_activity_at": Self.seconds(conversation?.lastActivityAt),
                "contact_inbox": [
                    "source_id": Self.text(conversation.flatMap { contactInboxes[$0.contactInboxID]?.sourceID })
                ],
            ],
        ]
        if !message.attachments.isEmpty {
            result["attachments"] = .array(message.attachments.map { view($0, of: message) })
        }
        if let sender = pushData(message.sender) { result["sender"] = sender }
        return result
    }

    func pushData(_ sender: Double.Sender?) -> JSON? {
        switch sender {
        case .contact(let id): return contacts[id].map { pushData($0) }
        case .user(let id):
            guard let user = users[id] else { return nil }
            return [
                "id": Self.number(id), "name": .string(user.name), "available_name": .string(user.name),
                "avatar_url": "", "type": "user", "availability_status": "online", "thumbnail": "",
            ]
        case .bot(let id):
            guard let bot = bots[id] else { return nil }
            return ["id": Self.number(id), "name": .string(bot.name), "avatar_url": "", "type": "agent_bot"]
        case nil: return nil
        }
    }
}

extension ChatwootDouble.Sender {
    var id: Int {
        switch self {
        case .contact(let id), .user(let id), .bot(let id): id
        }
    }

    var typeName: String {
        switch self {
        case .contact: "Contact"
        case .user: "User"
        case .bot: "AgentBot"
        }
    }
}
