internal import RelayCore
internal import RelayJSON

/// Rules for messages.
extension ChatwootDoubleState {
    struct MessageDraft {
        var kind: Double.MessageKind
        var content: String?
        var contentType = "text"
        var attributes = JSONObject()
        var isPrivate = false
        var sourceID: String?
        var echoID: String?
        var sender: Double.Sender?
        var attachments: [Double.Attachment] = []
    }

    /// Builds a message from a request, like `Messages::MessageBuilder`.
    mutating func createMessage(
        _ call: ChatwootDoubleRequest,
        in conversation: Double.Conversation
    ) throws(ChatwootDoubleRefusalError) -> Double.Message {
        let name = call.present("message_type") ?? "outgoing"
        guard let kind = Double.MessageKind(name: name) else {
            throw .unprocessable("'\(name)' is not a valid message_type")
        }
        if kind == .incoming, inboxes[conversation.inboxID]?.channel != .api {
            throw .unprocessable("Incoming messages are only allowed in Api inboxes")
        }
        var draft = MessageDraft(kind: kind)
        draft.content = call.text("content")
        draft.contentType = call.present("content_type") ?? "text"
        draft.isPrivate = call.flag("private") ?? false
        draft.sourceID = call.text("source_id")
        draft.echoID = call.text("echo_id")
        draft.attributes = storedAttributes(call)
        draft.sender = kind == .outgoing ? botSender(call) ?? sender(call.actor) : .contact(conversation.contactID)
        try checkMessage(draft, in: conversation)
        draft.attachments = try attachments(of: call)
        return insertMessage(draft, in: conversation)
    }

    private func botSender(_ call: ChatwootDoubleRequest) -> Double.Sender? {
        guard call.text("sender_type") == "AgentBot", let id = call.number("sender_id"),
            bots[id]?.accountID == call.accountID
        else { return nil }
        return .bot(id)
    }

    /// The content attributes that the release stores. In a multipart body they are a JSON string.
    private func storedAttributes(_ call: ChatwootDoubleRequest) -> JSONObject {
        let given: JSONObject =
            switch call.parameters["content_attributes"] {
            case .object(let object): object
            case .string(let text): (try? JSON(parsing: text))?.object ?? [:]
            default: [:]
            }
        var result = JSONObject()
        for (key, value) in given {
            let isKept = profile.keepsContentAttributes || ["in_reply_to", "items", "automation_rule_id"].contains(key)
            if isKept { result[key] = value }
        }
        if let time = call.present("external_created_at") { result["external_created_at"] = .string(time) }
        return result
    }

    private func checkMessage(_ draft: MessageDraft, in row: Double.Conversation) throws(ChatwootDoubleRefusalError) {
        var errors: [String] = []
        if let limit = options.limits.messages {
            let ids = conversations.messageIDs[row.id] ?? []
            let start = now - .seconds(60)
            let recent = ids.reversed().prefix(limit).prefix { messages[$0].map { $0.createdAt > start } ?? false }
            if recent.count >= limit { errors.append("Too many messages") }
        }
        if (draft.content?.unicodeScalars.count ?? 0) > 150_000 {
            errors.append("Content is too long (maximum is 150000 characters)")
        }
        if (draft.sourceID?.unicodeScalars.count ?? 0) > 20_000 {
            errors.append("Source is too long (maximum is 20000 characters)")
        }
        if !errors.isEmpty { throw .unprocessable("Validation failed: \(errors.joined(separator: ", "))") }
    }

    /// The same check in the public API, whose errors have another shape.
    func checkPublicMessage(_ draft: MessageDraft, in row: Double.Conversation) throws(ChatwootDoubleRefusalError) {
        do {
            try checkMessage(draft, in: row)
        } catch {
            let text = (try? JSON(parsing: error.reply.body))?["error"]?.string ?? ""
            let message = String(text.dropFirst("Validation failed: ".count))
            throw .invalid([(message.hasPrefix("Too many") ? "base" : "content", message)])
        }
    }

    /// Stores a message and applies its effects: quote, template, reopening, webhooks.
    @discardableResult
    mutating func insertMessage(_ draft: MessageDraft, in conversation: Double.Conversation) -> Double.Message {
        var draft = draft
        if draft.kind == .outgoing, let content = draft.content, !content.isEmpty {
            draft.content =
                ChatwootDoubleLiquidRenderer.render(content, liquidValues(conversation, draft.sender)) ?? content
        }
        resolveReply(&draft.attributes, in: conversation)
        let message = Double.Message(
            id: nextID(.message),
            accountID: conversation.accountID,
            inboxID: conversation.inboxID,
            conversationID: conversation.id,
            kind: draft.kind,
            content: draft.content,
            contentType: draft.contentType,
            contentAttributes: draft.attributes,
            isPrivate: draft.isPrivate,
            sourceID: draft.sourceID,
            echoID: draft.echoID,
            sender: draft.sender,
            attachments: draft.attachments,
            createdAt: now,
            updatedAt: now
        )
        messages[message.id] = message
        conversations.append(message: message.id, to: conversation.id)
        touchConversation(message)
        if let inbox = inboxes[message.inboxID], message.kind != .activity {
            dispatch("message_created", webhookData(message), inbox, message: message.id)
        }
        noteWaiting(message)
        return message
    }

    /// Completes `in_reply_to` and `in_reply_to_external_id` from each other, among the messages of the conversation.
    /// When the message is not found, both are null (`in_reply_to_message_builder.rb`).
    private func resolveReply(_ attributes: inout JSONObject, in conversation: Double.Conversation) {
        let id = ChatwootDoubleRequest.text(attributes["in_reply_to"]).flatMap { Int($0) }
        let external = attributes["in_reply_to_external_id"]?.string
        guard attributes["in_reply_to"]?.isNull == false || external != nil else { return }
        var quoted = id.flatMap { messages[$0] }
        if quoted?.conversationID != conversation.id { quoted = nil }
        if quoted == nil, id == nil, let external {
            quoted = (conversations.messageIDs[conversation.id] ?? []).lazy.compactMap { messages[$0] }
                .first { $0.sourceID == external }
        }
        attributes["in_reply_to"] = quoted.map { .int(Int64($0.id)) } ?? .null
        attributes["in_reply_to_external_id"] = quoted.flatMap(\.sourceID).map { .string($0) } ?? .null
    }

    /// Updates the conversation and the contact before the message is sent to the webhook.
    private mutating func touchConversation(_ message: Double.Message) {
        guard var row = conversations[message.conversationID], var contact = contacts[row.contactID] else { return }
        row.lastActivityAt = now
        if message.kind == .incoming {
            row.unreadCount += 1
            row.lastIncomingAt = now
            contact.lastActivityAt = now
            contacts.put(contact)
        }
        conversations.update(row)
        let isAsleep = row.status == .resolved || row.status == .snoozed
        guard message.kind == .incoming, isAsleep, !contact.isBlocked else { return }
        let hasBot = inboxes[row.inboxID]?.hasActiveBot ?? false
        change(row.id) { $0.status = $0.status == .resolved && hasBot ? .pending : .open }
    }

    /// Updates `waiting_since` after the webhook: a user's reply that is not an echo ends the contact's waiting time.
    private mutating func noteWaiting(_ message: Double.Message) {
        let id = message.conversationID
        switch message.kind {
        case .incoming:
            change(id) { $0.waitingSince = $0.waitingSince ?? message.createdAt }
        case .outgoing where !message.isPrivate && message.contentAttributes["external_echo"] != true:
            guard case .user = message.sender else { return }
            change(id) { row in
                row.waitingSince = nil
                row.firstReplyAt = row.firstReplyAt ?? message.createdAt
            }
        default: break
        }
    }

    // MARK: Changes

    /// Changes a message; the webhook is sent only when something has changed.
    mutating func changeMessage(_ id: Int, _ body: (inout Double.Message) -> Void) {
        guard let old = messages[id], let inbox = inboxes[old.inboxID] else { return }
        var row = old
        body(&row)
        let isSame =
            old.status == row.status && old.content == row.content && old.contentAttributes == row.contentAttributes
            && old.attachments.count == row.attachments.count && old.contentType == row.contentType
        if isSame { return }
        row.updatedAt = now
        messages[id] = row
        if row.kind != .activity { dispatch("message_updated", webhookData(row), inbox, message: id) }
    }

    /// `Messages::StatusUpdateService`: unknown statuses are ignored, and a read message does not become delivered.
    mutating func setStatus(_ id: Int, _ text: String?, error: String?) {
        guard let status = text.flatMap({ Double.MessageStatus(rawValue: $0) }), let message = messages[id],
            !(message.status == .read && status == .delivered)
        else { return }
        changeMessage(id) { row in
            row.status = status
            if status == .failed, let error {
                row.contentAttributes["external_error"] = .string(error)
            } else if row.contentAttributes["external_error"]?.isNull == false {
                row.contentAttributes["external_error"] = .null
            }
        }
    }

    /// Marks a message as failed after its webhook failed.
    mutating func failMessage(_ id: Int, _ reason: String) {
        setStatus(id, "failed", error: reason)
    }

    mutating func deleteMessage(_ id: Int) {
        for attachment in messages[id]?.attachments ?? [] { blobs[attachment.key] = nil }
        changeMessage(id) { row in
            row.content = "This message was deleted"
            row.contentType = "text"
            row.contentAttributes = ["deleted": true]
            row.attachments = []
        }
    }

    /// The effect of an agent's click on "retry", in two updates.
    mutating func retryMessage(_ id: Int) {
        guard messages[id] != nil else { return }
        setStatus(id, "sent", error: nil)
        changeMessage(id) { $0.contentAttributes = [:] }
    }
}
