internal import RelayCore
internal import RelayJSON

/// The public API, for a contact's own client (`controllers/public/api/v1`).
extension ChatwootDoubleRoute {
    private static let conversation = "/contacts/:source_id/conversations/:conversation_id"

    static let publicAPI: [ChatwootDoubleRoute] = [
        client("GET", "", .inboxRead) { state, call throws(ChatwootDoubleRefusalError) in
            let inbox = try state.publicInbox(call)
            return .json([
                "identifier": .string(inbox.identifier),
                "identity_validation_enabled": .bool(inbox.isHMACMandatory), "timezone": "UTC",
                "name":
                    .string(inbox.name), "avatar_url": "", "working_hours_enabled": false, "working_hours": [],
            ])
        },
        client("POST", "/contacts", .contactCreate) { state, call throws(ChatwootDoubleRefusalError) in
            try state.findOrCreateContact(call)
        },
        client("GET", "/contacts/:source_id", .contactRead) { state, call throws(ChatwootDoubleRefusalError) in
            let binding = try state.publicBinding(call)
            try state.checkHMAC(call)
            return .json(state.publicView(binding))
        },
        client("PATCH", "/contacts/:source_id", .contactUpdate) { state, call throws(ChatwootDoubleRefusalError) in
            try state.identifyContact(call)
        },
        client("GET", "/contacts/:source_id/conversations", .conversationRead) {
            state, call throws(ChatwootDoubleRefusalError) in
            let binding = try state.publicBinding(call)
            return .json(.array(state.conversations.of(contactInbox: binding.id).map { state.publicView($0) }))
        },
        client("POST", "/contacts/:source_id/conversations", .conversationCreate) {
            state, call throws(ChatwootDoubleRefusalError) in
            var start = ChatwootDoubleState.ConversationStart()
            start.custom = call.object("custom_attributes") ?? JSONObject()
            let row = try state.startConversation(state.publicBinding(call), start)
            return .json(state.publicView(row))
        },
        client("GET", conversation, .conversationRead) { state, call throws(ChatwootDoubleRefusalError) in
            .json(state.publicView(try state.publicConversation(call)))
        },
        client("POST", conversation + "/toggle_status", .conversationUpdate) {
            state, call throws(ChatwootDoubleRefusalError) in
            let row = try state.publicConversation(call)
            state.change(row.id) { $0.status = .resolved }
            return .json(state.publicView(try state.publicConversation(call)))
        },
        client("POST", conversation + "/toggle_typing", .typing) { state, call throws(ChatwootDoubleRefusalError) in
            let row = try state.publicConversation(call)
            state.type(call.text("typing_status"), in: row, .contact(row.contactID), isPrivate: false)
            return .empty
        },
        client("POST", conversation + "/update_last_seen", .lastSeen) {
            state, call throws(ChatwootDoubleRefusalError) in
            state.seeConversation(try state.publicConversation(call))
            return .empty
        },
        client("GET", conversation + "/messages", .messageRead) { state, call throws(ChatwootDoubleRefusalError) in
            let row = try state.publicConversation(call)
            let shown = state.page(of: row, after: nil, before: call.number("before")) { message in
                !message.isPrivate && message.kind != .activity
            }
            return .json(.array(shown.map { state.publicView($0) }))
        },
        client("POST", conversation + "/messages", .messageCreate) { state, call throws(ChatwootDoubleRefusalError) in
            try state.createPublicMessage(call)
        },
    ]
}

extension ChatwootDoubleState {
    fileprivate func publicInbox(_ call: ChatwootDoubleRequest) throws(ChatwootDoubleRefusalError) -> Double.Inbox {
        let identifier = call.segments["inbox_identifier"]
        guard let inbox = inboxes.values.first(where: { $0.channel == .api && $0.identifier == identifier }) else {
            throw .publicMissing
        }
        return inbox
    }

    fileprivate func publicBinding(_ call: ChatwootDoubleRequest) throws(ChatwootDoubleRefusalError)
        -> Double.ContactInbox
    {
        let inbox = try publicInbox(call)
        guard let row = contactInboxes.find(inbox: inbox.id, sourceID: call.segments["source_id"] ?? "") else {
            throw .publicMissing
        }
        return row
    }

    /// A conversation of the source id, or, after a valid HMAC, any conversation of the contact.
    fileprivate func publicConversation(_ call: ChatwootDoubleRequest) throws(ChatwootDoubleRefusalError)
        -> Double.Conversation
    {
        let binding = try publicBinding(call)
        let number = call.segments["conversation_id"].flatMap { Int($0) }
        let candidates =
            binding.isHMACVerified
            ? conversations.of(contact: binding.contactID) : conversations.of(contactInbox: binding.id)
        guard let row = candidates.first(where: { $0.displayID == number }) else { throw .publicMissing }
        return row
    }

    /// - Returns: whether a valid hash was given.
    @discardableResult
    fileprivate func checkHMAC(_ call: ChatwootDoubleRequest) throws(ChatwootDoubleRefusalError) -> Bool {
        let inbox = try publicInbox(call)
        let hash = call.present("identifier_hash")
        if hash == nil, !inbox.isHMACMandatory { return false }
        let identifier = Array((call.text("identifier") ?? "").utf8)
        // A StandardError that nothing rescues.
        guard hash == TestHMAC.hmac(identifier, key: inbox.hmacToken) else { throw .exception }
        return true
    }

    /// Finds a contact by source id in the inbox, else by identifier, e-mail or phone number, and creates what is
    /// missing. A row that a concurrent request created is found as well, so the request can be repeated.
    fileprivate mutating func findOrCreateContact(_ call: ChatwootDoubleRequest) throws(ChatwootDoubleRefusalError)
        -> ChatwootDoubleResponse
    {
        let inbox = try publicInbox(call)
        let isVerified = try checkHMAC(call)
        let sourceID = call.present("source_id") ?? nextUUID()
        if let found = contactInboxes.find(inbox: inbox.id, sourceID: sourceID) { return .json(publicView(found)) }
        let account = inbox.accountID
        var contact = call.present("identifier").flatMap { contacts.first(identifier: $0, account: account) }
        contact = contact ?? call.present("email").flatMap { contacts.first(email: $0, account: account) }
        if call.race?.phoneIsFree != true {
            contact = contact ?? call.present("phone_number").flatMap { contacts.first(phone: $0, account: account) }
        }
        if contact == nil {
            var change = ContactChange(call)
            if change.name == nil { change.name = "quiet-river-\(contacts.rows.count + 1)" }
            contact = try insertContact(account: account, change, race: call.race)
        } else if let avatar = call.present("avatar_url") {
            contact?.avatarURL = avatar
            if let contact { contacts.put(contact) }
        }
        guard let contact, var row = bind(contact: contact.id, inbox: inbox.id, sourceID: sourceID) else {
            throw .exception
        }
        row.isHMACVerified = isVerified
        contactInboxes.put(row)
        return .json(publicView(row))
    }

    /// `ContactIdentifyAction`: another contact with the same identifier, e-mail or phone number is the same person,
    /// and this contact is merged into it.
    fileprivate mutating func identifyContact(_ call: ChatwootDoubleRequest) throws(ChatwootDoubleRefusalError)
        -> ChatwootDoubleResponse
    {
        let binding = try publicBinding(call)
        if try checkHMAC(call) {
            var row = binding
            row.isHMACVerified = true
            contactInboxes.put(row)
        }
        guard var contact = contacts[binding.contactID] else { throw .publicMissing }
        let change = ContactChange(call)
        let account = contact.accountID
        let others = [
            call.present("identifier").flatMap { contacts.first(identifier: $0, account: account) },
            call.present("email").flatMap { contacts.first(email: $0, account: account) },
            call.present("phone_number").flatMap { contacts.first(phone: $0, account: account) },
        ]
        for case let other? in others where other.id != contact.id && contacts[other.id] != nil {
            if let wanted = call.present("identifier"), other.identifier != wanted { continue }
            contact = merge(contact, into: other)
        }
        var changed = contact
        change.apply(to: &changed)
        // A blank value changes nothing.
        if changed.name.isEmpty { changed.name = contact.name }
        changed.email = changed.email ?? contact.email
        changed.phoneNumber = changed.phoneNumber ?? contact.phoneNumber
        changed.identifier = changed.identifier ?? contact.identifier
        try validate(changed)
        contacts.put(changed)
        return .json(record(changed))
    }

    fileprivate mutating func createPublicMessage(_ call: ChatwootDoubleRequest) throws(ChatwootDoubleRefusalError)
        -> ChatwootDoubleResponse
    {
        let row = try publicConversation(call)
        var draft = MessageDraft(kind: .incoming)
        draft.content = call.text("content")
        draft.echoID = call.text("echo_id")
        draft.sender = .contact(row.contactID)
        try checkPublicMessage(draft, in: row)
        draft.attachments = try attachments(of: call)
        return .json(publicView(insertMessage(draft, in: row)))
    }

    /// Every outgoing message that was sent or delivered becomes read (`update_message_status_job.rb`).
    fileprivate mutating func seeConversation(_ row: Double.Conversation) {
        let now = now
        change(row.id) { $0.contactLastSeenAt = now }
        for id in conversations.messageIDs[row.id] ?? [] {
            guard let message = messages[id], message.kind == .outgoing,
                message.status == .sent || message.status == .delivered
            else { continue }
            setStatus(id, "read", error: nil)
        }
    }
}
