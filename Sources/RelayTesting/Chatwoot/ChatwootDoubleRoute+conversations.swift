internal import RelayJSON

extension ChatwootDoubleRoute {
    static let conversations: [ChatwootDoubleRoute] = [
        application("POST", "/conversations", .conversationCreate, bots: true) {
            state, call throws(ChatwootDoubleRefusalError) in
            try state.createConversation(call)
        },
        application("GET", "/conversations/:conversation_id", .conversationRead, bots: true) {
            state, call throws(ChatwootDoubleRefusalError) in .json(state.view(try state.conversation(call)))
        },
        application("POST", "/conversations/:conversation_id/toggle_status", .conversationUpdate, bots: true) {
            state, call throws(ChatwootDoubleRefusalError) in try state.toggleStatus(call)
        },
        application("POST", "/conversations/:conversation_id/toggle_typing_status", .typing, bots: true) {
            state, call throws(ChatwootDoubleRefusalError) in
            let conversation = try state.conversation(call)
            let sender = state.sender(call.actor)
            state.type(
                call.text("typing_status"), in: conversation, sender, isPrivate: call.flag("is_private") ?? false)
            return .empty
        },
        application("GET", "/conversations/:conversation_id/labels", .conversationRead) {
            state, call throws(ChatwootDoubleRefusalError) in state.labels(try state.conversation(call))
        },
        application("POST", "/conversations/:conversation_id/labels", .conversationUpdate, bots: true) {
            state, call throws(ChatwootDoubleRefusalError) in
            let conversation = try state.conversation(call)
            let labels = (call.parameters["labels"]?.array ?? []).compactMap(\.string)
            state.change(conversation.id) { $0.labels = labels }
            return state.labels(try state.conversation(call))
        },
        application("POST", "/conversations/:conversation_id/custom_attributes", .conversationUpdate, bots: true) {
            state, call throws(ChatwootDoubleRefusalError) in
            let conversation = try state.conversation(call)
            let attributes = call.object("custom_attributes") ?? JSONObject()
            let errors = ChatwootDoubleState.lengthErrors("custom_attributes", "Custom attributes", attributes)
            if !errors.isEmpty { throw .invalid(errors) }
            state.change(conversation.id) { $0.customAttributes = attributes }
            return .json(["custom_attributes": .object(attributes)])
        },
        application("POST", "/conversations/:conversation_id/update_last_seen", .lastSeen) {
            state, call throws(ChatwootDoubleRefusalError) in
            let conversation = try state.conversation(call)
            let now = state.now
            state.change(conversation.id) { row in
                row.agentLastSeenAt = now
                row.unreadCount = 0
            }
            return .json(state.view(try state.conversation(call)))
        },
    ]
}

extension ChatwootDoubleState {
    fileprivate func labels(_ conversation: Double.Conversation) -> ChatwootDoubleResponse {
        .json(["payload": .array(conversation.labels.map { .string($0) })])
    }

    fileprivate mutating func createConversation(_ call: ChatwootDoubleRequest) throws(ChatwootDoubleRefusalError)
        -> ChatwootDoubleResponse
    {
        var start = ConversationStart()
        start.additional = call.object("additional_attributes") ?? JSONObject()
        start.custom = call.object("custom_attributes") ?? JSONObject()
        start.assigneeID = call.number("assignee_id")
        if let text = call.present("status") {
            guard let status = Double.ConversationStatus(rawValue: text) else { throw .exception }
            start.status = status
        }
        let binding = try conversationBinding(call)
        let conversation = try startConversation(binding, start)
        if let message = call.object("message") {
            var inner = call
            inner.parameters = message
            _ = try createMessage(inner, in: conversation)
        }
        return .json(view(conversations[conversation.id] ?? conversation))
    }

    /// The contact's binding for a new conversation: by inbox and contact, or, as in older releases, by the source id
    /// alone in any inbox.
    private mutating func conversationBinding(_ call: ChatwootDoubleRequest) throws(ChatwootDoubleRefusalError)
        -> Double.ContactInbox
    {
        var inbox: Double.Inbox?
        if call.present("inbox_id") != nil {
            let found = try self.inbox(call.number("inbox_id") ?? 0, account: call.accountID)
            try authorize(found, for: call)
            inbox = found
        }
        var contact: Double.Contact?
        if call.present("contact_id") != nil {
            contact = try self.contact(call.number("contact_id") ?? 0, account: call.accountID)
        }
        if let inbox, let contact {
            guard let row = bind(contact: contact.id, inbox: inbox.id, sourceID: call.present("source_id")) else {
                throw .unprocessable("source_id should be unique")
            }
            return row
        }
        guard let sourceID = call.present("source_id"),
            let row = contactInboxes.rows.values.filter({ $0.sourceID == sourceID }).min(by: { $0.id < $1.id }),
            let found = inboxes[row.inboxID]
        else { throw .missing }
        try authorize(found, for: call)
        return row
    }

    fileprivate mutating func toggleStatus(_ call: ChatwootDoubleRequest) throws(ChatwootDoubleRefusalError)
        -> ChatwootDoubleResponse
    {
        let conversation = try conversation(call)
        var status: Double.ConversationStatus = conversation.status == .open ? .resolved : .open
        if let text = call.present("status") {
            guard let wanted = Double.ConversationStatus(rawValue: text) else { throw .exception }
            status = wanted
        }
        change(conversation.id) { $0.status = status }
        return .json([
            "meta": [:],
            "payload": [
                "success": true, "current_status": .string(status.rawValue),
                "conversation_id": .int(Int64(conversation.displayID)), "snoozed_until": .null,
            ],
        ])
    }

    func sender(_ actor: ChatwootDoubleRequest.Actor?) -> Double.Sender? {
        switch actor {
        case .user(let id): .user(id)
        case .bot(let id): .bot(id)
        case nil: nil
        }
    }

    mutating func type(
        _ status: String?,
        in conversation: Double.Conversation,
        _ sender: Double.Sender?,
        isPrivate: Bool
    ) {
        guard let status, status == "on" || status == "off", let sender else { return }
        let isOn = status == "on"
        typing.append(
            Double.Typing(conversationID: conversation.id, sender: sender, isOn: isOn, isPrivate: isPrivate))
        guard let inbox = inboxes[conversation.inboxID] else { return }
        let body: JSONObject = [
            "user": webhookData(sender), "conversation": .object(eventData(conversation)),
            "is_private": .bool(isPrivate),
        ]
        dispatch("conversation_typing_\(status)", body, inbox)
    }
}
