internal import RelayCore
internal import RelayJSON

/// Rules for conversations.
extension ChatwootDoubleState {
    func conversation(_ call: ChatwootDoubleRequest, _ name: String = "conversation_id")
        throws(ChatwootDoubleRefusalError)
        -> Double.Conversation
    {
        guard let row = conversations.find(account: call.accountID, displayID: try call.id(name)),
            let inbox = inboxes[row.inboxID]
        else { throw .missing }
        try authorize(inbox, for: call)
        return row
    }

    struct ConversationStart {
        var status: Double.ConversationStatus?
        var assigneeID: Int?
        var additional = JSONObject()
        var custom = JSONObject()
    }

    /// Finds or creates a conversation. An inbox that is locked to a single conversation returns the newest one
    /// unchanged; any other inbox creates a new one each time.
    mutating func startConversation(
        _ binding: Double.ContactInbox,
        _ start: ConversationStart = ConversationStart()
    ) throws(ChatwootDoubleRefusalError) -> Double.Conversation {
        guard let inbox = inboxes[binding.inboxID], let contact = contacts[binding.contactID] else { throw .missing }
        if inbox.isLockedToSingleConversation, let last = conversations.of(contactInbox: binding.id).last {
            return last
        }
        let errors =
            Self.lengthErrors("additional_attributes", "Additional attributes", start.additional)
            + Self.lengthErrors("custom_attributes", "Custom attributes", start.custom)
        if !errors.isEmpty { throw .invalid(errors) }
        let status: Double.ConversationStatus =
            contact.isBlocked ? .resolved : inbox.hasActiveBot ? .pending : start.status ?? .open
        let row = Double.Conversation(
            id: nextID(.conversation),
            displayID: nextDisplayID(account: inbox.accountID),
            accountID: inbox.accountID,
            inboxID: inbox.id,
            contactID: contact.id,
            contactInboxID: binding.id,
            uuid: nextUUID(),
            status: status,
            additionalAttributes: start.additional,
            customAttributes: start.custom,
            assigneeID: start.assigneeID,
            createdAt: now,
            updatedAt: now,
            lastActivityAt: now,
            waitingSince: now
        )
        conversations.insert(row)
        dispatch("conversation_created", eventData(row), inbox)
        return row
    }

    /// The two limits of conversations' attributes (`jsonb_attributes_length_validator.rb`).
    static func lengthErrors(_ attribute: String, _ label: String, _ values: JSONObject) -> [AttributeError] {
        values.compactMap { key, value in
            switch value {
            case .string(let text) where text.unicodeScalars.count > 1500:
                (attribute, "\(label) \(key) length should be < 1500")
            case .int(let number) where number > 9_999_999_999:
                (attribute, "\(label) \(key) value should be < 9999999999")
            default: nil
            }
        }
    }

    /// Changes a conversation and sends the changes to the webhook.
    mutating func change(_ id: Int, _ body: (inout Double.Conversation) -> Void) {
        guard let old = conversations[id], let inbox = inboxes[old.inboxID] else { return }
        var row = old
        body(&row)
        row.updatedAt = now
        conversations.update(row)
        var changes: [JSON] = []
        func note(_ key: String, _ before: JSON, _ after: JSON) {
            if before != after {
                changes.append(.object([key: ["previous_value": before, "current_value": after]]))
            }
        }
        note("status", .string(old.status.rawValue), .string(row.status.rawValue))
        if !changes.isEmpty {
            dispatch("conversation_status_changed", eventData(row, changes: changes), inbox)
        }
        note("label_list", .array(old.labels.map { .string($0) }), .array(row.labels.map { .string($0) }))
        note("custom_attributes", .object(old.customAttributes), .object(row.customAttributes))
        note("first_reply_created_at", Self.text(old.firstReplyAt), Self.text(row.firstReplyAt))
        note("waiting_since", Self.text(old.waitingSince), Self.text(row.waitingSince))
        if !changes.isEmpty { dispatch("conversation_updated", eventData(row, changes: changes), inbox) }
    }

    /// Whether an agent may still reply: an inbox can require a message of the contact within a number of hours.
    func canReply(_ conversation: Double.Conversation) -> Bool {
        let window = inboxes[conversation.inboxID]?.additionalAttributes["agent_reply_time_window"]
        guard let hours = ChatwootDoubleRequest.text(window).flatMap({ Int64($0) }), hours > 0 else { return true }
        guard let last = conversation.lastIncomingAt else { return false }
        return now - last < .seconds(hours * 3600)
    }
}
