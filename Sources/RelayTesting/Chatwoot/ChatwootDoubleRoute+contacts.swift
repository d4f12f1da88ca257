internal import RelayJSON

extension ChatwootDoubleRoute {
    static let contacts: [ChatwootDoubleRoute] = [
        application("GET", "/contacts", .contactRead) { state, call throws(ChatwootDoubleRefusalError) in
            let all = state.resolvedContacts(account: call.accountID)
            return state.page(of: all, call, count: all.count)
        },
        application("POST", "/contacts", .contactCreate) { state, call throws(ChatwootDoubleRefusalError) in
            try state.createContact(call)
        },
        application("GET", "/contacts/search", .contactSearch) { state, call throws(ChatwootDoubleRefusalError) in
            try state.searchContacts(call)
        },
        application("POST", "/contacts/filter", .contactFilter) { state, call throws(ChatwootDoubleRefusalError) in
            try state.filterContacts(call)
        },
        application("GET", "/contacts/:id", .contactRead) { state, call throws(ChatwootDoubleRefusalError) in
            let contact = try state.contact(call.id("id"), account: call.accountID)
            return .json(["payload": state.view(contact, withInboxes: true)])
        },
        application("PUT", "/contacts/:id", .contactUpdate) { state, call throws(ChatwootDoubleRefusalError) in
            try state.updateContact(call)
        },
        application("PATCH", "/contacts/:id", .contactUpdate) { state, call throws(ChatwootDoubleRefusalError) in
            try state.updateContact(call)
        },
        application("DELETE", "/contacts/:id", .contactDelete) { state, call throws(ChatwootDoubleRefusalError) in
            if !state.isAdministrator(call) { throw .notAllowed }
            state.destroyContact(try state.contact(call.id("id"), account: call.accountID).id)
            return .empty
        },
        application("POST", "/contacts/:id/contact_inboxes", .contactInboxCreate) {
            state, call throws(ChatwootDoubleRefusalError) in
            try state.createContactInbox(call)
        },
        application("GET", "/contacts/:id/conversations", .conversationRead) {
            state, call throws(ChatwootDoubleRefusalError) in
            try state.conversationsOfContact(call)
        },
        application("POST", "/actions/contact_merge", .contactMerge) { state, call throws(ChatwootDoubleRefusalError) in
            try state.mergeContacts(call)
        },
    ]
}

extension ChatwootDoubleState {
    fileprivate mutating func createContact(_ call: ChatwootDoubleRequest) throws(ChatwootDoubleRefusalError)
        -> ChatwootDoubleResponse
    {
        let change = ContactChange(call)
        var inboxID: Int?
        if call.present("inbox_id") != nil {
            guard let number = call.number("inbox_id") else { throw .missing }
            inboxID = try inbox(number, account: call.accountID).id
        }
        let sourceID = call.present("source_id")
        // One transaction: when the source id is taken, the contact is not created either.
        if let inboxID, let sourceID, contactInboxes.find(inbox: inboxID, sourceID: sourceID) != nil {
            var probe = Double.Contact(id: 0, accountID: call.accountID, name: "", createdAt: now)
            change.apply(to: &probe)
            try validate(probe, race: call.race)
            throw .exception
        }
        let contact = try insertContact(account: call.accountID, change, race: call.race)
        let binding = inboxID.flatMap { bind(contact: contact.id, inbox: $0, sourceID: sourceID) }
        var bindingView: JSON = ["inbox": .null, "source_id": .null]
        if let binding, let inbox = inboxes[binding.inboxID] {
            bindingView = ["inbox": row(inbox), "source_id": .string(binding.sourceID)]
        }
        return .json([
            "payload": ["contact": view(contact, withInboxes: true), "contact_inbox": bindingView]
        ])
    }

    fileprivate mutating func updateContact(_ call: ChatwootDoubleRequest) throws(ChatwootDoubleRefusalError)
        -> ChatwootDoubleResponse
    {
        var contact = try contact(call.id("id"), account: call.accountID)
        ContactChange(call).apply(to: &contact)
        try validate(contact)
        contacts.put(contact)
        return .json(["payload": view(contact, withInboxes: true)])
    }

    fileprivate mutating func createContactInbox(_ call: ChatwootDoubleRequest) throws(ChatwootDoubleRefusalError)
        -> ChatwootDoubleResponse
    {
        let contact = try contact(call.id("id"), account: call.accountID)
        guard let number = call.number("inbox_id") else { throw .missing }
        let inbox = try inbox(number, account: call.accountID)
        try authorize(inbox, for: call)
        guard let binding = bind(contact: contact.id, inbox: inbox.id, sourceID: call.present("source_id")) else {
            throw .exception
        }
        return .json(["source_id": .string(binding.sourceID), "inbox": slim(inbox)])
    }

    fileprivate mutating func mergeContacts(_ call: ChatwootDoubleRequest) throws(ChatwootDoubleRefusalError)
        -> ChatwootDoubleResponse
    {
        guard let baseID = call.number("base_contact_id"), let mergeeID = call.number("mergee_contact_id") else {
            throw .missing
        }
        let base = try contact(baseID, account: call.accountID)
        let mergee = try contact(mergeeID, account: call.accountID)
        let result = base.id == mergee.id ? base : merge(mergee, into: base)
        return .json(view(result, withInboxes: true))
    }

    /// At most twenty conversations in the inboxes that the token can see, the latest activity first.
    fileprivate func conversationsOfContact(_ call: ChatwootDoubleRequest) throws(ChatwootDoubleRefusalError)
        -> ChatwootDoubleResponse
    {
        let contact = try contact(call.id("id"), account: call.accountID)
        let visible = conversations.of(contact: contact.id).filter { conversation in
            inboxes[conversation.inboxID].map { mayShow($0, to: call.actor) } ?? false
        }
        let sorted = visible.sorted { ($0.lastActivityAt, $0.id) > ($1.lastActivityAt, $1.id) }
        return .json(["payload": .array(sorted.prefix(20).map { view($0) })])
    }

    /// The contacts that lists and filters show, by id.
    func resolvedContacts(account: Int) -> [Double.Contact] {
        contacts.rows.values
            .filter { $0.accountID == account && $0.isResolved(onlyLeads: options.showsOnlyLeads) }
            .sorted { $0.id < $1.id }
    }

    fileprivate mutating func searchContacts(_ call: ChatwootDoubleRequest) throws(ChatwootDoubleRefusalError)
        -> ChatwootDoubleResponse
    {
        let key = "search/\(call.accountID)"
        guard throttle.admits(key, limit: options.limits.searches, seconds: 60, now: now) else { return .throttled }
        guard let query = call.present("q") else { throw .unprocessable("Specify search string with parameter q") }
        let needle = query.trimmed.lowercased()
        let base =
            profile.searchesAllContacts
            ? contacts.rows.values.filter { $0.accountID == call.accountID }.sorted { $0.id < $1.id }
            : resolvedContacts(account: call.accountID)
        let found = base.filter { contact in
            [contact.name, contact.email, contact.phoneNumber, contact.identifier].contains { value in
                value?.lowercased().contains(needle) ?? false
            }
        }
        guard profile.searchesAllContacts else { return page(of: found, call, count: found.count) }
        return page(of: found, call, count: nil)
    }

    /// A page of fifteen contacts. Without a total count, the response has the page's count and whether there are more.
    func page(of all: [Double.Contact], _ call: ChatwootDoubleRequest, count: Int?) -> ChatwootDoubleResponse {
        let number = max(1, call.number("page") ?? 1)
        let rest = all.dropFirst((number - 1) * 15)
        let shown = rest.prefix(15)
        var meta: JSON = ["count": .int(Int64(count ?? shown.count)), "current_page": .int(Int64(number))]
        if count == nil { meta["has_more"] = .bool(rest.count > 15) }
        let withInboxes = call.text("include_contact_inboxes").map { $0 == "true" } ?? true
        return .json([
            "meta": meta, "payload": .array(shown.map { view($0, withInboxes: withInboxes) }),
        ])
    }
}

extension String {
    var trimmed: String {
        let start = drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }
}
