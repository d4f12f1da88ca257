internal import RelayCore
internal import RelayCrypto
internal import RelayJSON

/// The bodies of an inbox's webhooks (`webhook_listener.rb`, samples 20 to 28).
extension ChatwootDoubleState {
    /// Queues a webhook for every change, including those made through the API. Each gets one attempt.
    mutating func dispatch(_ event: String, _ data: JSONObject, _ inbox: Double.Inbox, message: Int? = nil) {
        guard inbox.channel == .api, let url = inbox.webhookURL, !url.isEmpty else { return }
        var data = data
        data["event"] = .string(event)
        let body = JSON.object(data).bytes
        for _ in 0..<(chaos.duplicatesWebhook(event) ? 2 : 1) {
            let headers = headers(of: body, secret: inbox.secret)
            webhooks.append(
                Double.WebhookCall(url: url, event: event, headers: headers, body: body, outcome: .pending))
            unsentWebhooks.append(UnsentWebhook(index: webhooks.count - 1, messageID: message))
        }
    }

    private mutating func headers(of body: [UInt8], secret: String) -> [(String, String)] {
        var headers = [("Content-Type", "application/json"), ("Accept", "application/json")]
        guard profile.signsWebhooks else { return headers }
        let time = String(now.milliseconds / 1000)
        headers.append(("X-Chatwoot-Delivery", nextUUID()))
        headers.append(("X-Chatwoot-Timestamp", time))
        let signed = Array("\(time).".utf8) + body
        headers.append(("X-Chatwoot-Signature", "sha256=" + TestHMAC.hmac(signed, key: secret)))
        return headers
    }

    func webhookData(_ message: Double.Message) -> JSONObject {
        let account = accountData(message.accountID)
        var content = message.content
        if message.kind == .outgoing, profile.cutsHardBreaks { content = content.map(Self.cutHardBreaks) }
        var data: JSONObject = [
            "account": account,
            "additional_attributes": .object(message.additionalAttributes),
            "content_attributes": .object(message.contentAttributes),
            "content_type": .string(message.contentType),
            "content": Self.text(content),
            "conversation": conversations[message.conversationID].map { .object(eventData($0)) } ?? .null,
            "created_at": .string(message.createdAt.iso8601),
            "id": Self.number(message.id),
            "inbox": inboxes[message.inboxID].map { ["id": Self.number($0.id), "name": .string($0.name)] } ?? .null,
            "message_type": .string(message.kind.name),
            "private": .bool(message.isPrivate),
            "sender": webhookData(message.sender),
            "source_id": Self.text(message.sourceID),
        ]
        if !message.attachments.isEmpty {
            data["attachments"] = .array(message.attachments.map { view($0, of: message) })
        }
        return data
    }

    /// Removes the backslash that the editor writes for a line break at the end of a line.
    static func cutHardBreaks(_ text: String) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\n"), result.last == UInt8(ascii: "\\") { result.removeLast() }
            result.append(byte)
        }
        return String(decoding: result, as: UTF8.self)
    }

    func webhookData(_ sender: Double.Sender?) -> JSON {
        switch sender {
        case .contact(let id):
            guard let contact = contacts[id] else { return .null }
            return [
                "account": accountData(contact.accountID),
                "additional_attributes": .object(contact.additionalAttributes), "avatar": "",
                "custom_attributes": .object(contact.customAttributes), "email": Self.text(contact.email),
                "id": Self.number(id), "identifier": Self.text(contact.identifier), "name": .string(contact.name),
                "phone_number": Self.text(contact.phoneNumber), "thumbnail": "", "blocked": .bool(contact.isBlocked),
            ]
        case .user(let id):
            guard let user = users[id] else { return .null }
            return [
                "id": Self.number(id), "name": .string(user.name), "email": .string(user.email), "type": "user",
            ]
        case .bot(let id):
            guard let bot = bots[id] else { return .null }
            return ["id": Self.number(id), "name": .string(bot.name), "type": "agent_bot"]
        case nil: return .null
        }
    }

    private func accountData(_ id: Int) -> JSON {
        ["id": Self.number(id), "name": Self.text(accounts[id]?.name)]
    }

    /// A conversation in an event, with its last message that is neither private nor an activity.
    func eventData(_ row: Double.Conversation, changes: [JSON] = []) -> JSONObject {
        let binding = contactInboxes[row.contactInboxID]
        let lastChat = (conversations.messageIDs[row.id] ?? []).reversed().lazy.compactMap { messages[$0] }
            .first { $0.kind != .activity && !$0.isPrivate }
        var assignee: JSON = .null
        if let id = row.assigneeID { assignee = pushData(.user(id)) ?? .null }
        var data: JSONObject = [
            "additional_attributes": .object(row.additionalAttributes),
            "can_reply": .bool(canReply(row)),
            "channel": Self.text(inboxes[row.inboxID]?.channelType),
            "contact_inbox": binding.map { Self.eventData($0) } ?? .null,
            "id": Self.number(row.displayID),
            "inbox_id": Self.number(row.inboxID),
            "messages": .array(lastChat.map { [pushData($0)] } ?? []),
            "labels": .array(row.labels.map { .string($0) }),
            "meta": [
                "sender": contacts[row.contactID].map { pushData($0) } ?? .null,
                "assignee": assignee,
                "assignee_type": row.assigneeID == nil ? .null : "User",
                "team": .null,
                "hmac_verified": .bool(binding?.isHMACVerified ?? false),
            ],
            "status": .string(row.status.rawValue),
            "custom_attributes": .object(row.customAttributes),
            "snoozed_until": .null,
            "unread_count": Self.number(row.unreadCount),
            "first_reply_created_at": Self.text(row.firstReplyAt),
            "priority": .null,
            "waiting_since": Self.seconds(row.waitingSince),
            "agent_last_seen_at": Self.seconds(row.agentLastSeenAt),
            "contact_last_seen_at": Self.seconds(row.contactLastSeenAt),
            "last_activity_at": Self.seconds(row.lastActivityAt),
            "timestamp": Self.seconds(row.lastActivityAt),
            "created_at": Self.seconds(row.createdAt),
            "updated_at": Self.fraction(row.updatedAt),
            "account": accountData(row.accountID),
        ]
        if !changes.isEmpty { data["changed_attributes"] = .array(changes) }
        return data
    }

    private static func eventData(_ row: Double.ContactInbox) -> JSON {
        [
            "id": number(row.id), "contact_id": number(row.contactID), "inbox_id": number(row.inboxID),
            "source_id": .string(row.sourceID), "created_at": text(row.createdAt), "updated_at": text(row.createdAt),
            "hmac_verified": .bool(row.isHMACVerified), "pubsub_token": .string(row.pubsubToken),
        ]
    }
}

enum TestHMAC {
    /// HMAC-SHA256 in lower-case hex.
    static func hmac(_ bytes: [UInt8], key: String) -> String {
        Hex.encode(HMAC(key: SymmetricKey(bytes: key.utf8)).code(for: bytes))
    }
}
