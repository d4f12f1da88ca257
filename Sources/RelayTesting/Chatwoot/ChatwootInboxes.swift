internal import RelayJSON

extension ChatwootDoubleRoute {
    static let inboxes: [ChatwootDoubleRoute] = [
        // Needs no token: app/controllers/api_controller.rb.
        ChatwootDoubleRoute("GET", "/api", .version, .open) { state, _ throws(ChatwootDoubleRefusalError) in
            .json([
                "version": .string(state.profile.version), "timestamp": "2026-06-17 00:00:00",
                "queue_services": "ok", "data_services": "ok",
            ])
        },
        ChatwootDoubleRoute("GET", "/api/v1/profile", .profile, .token(bots: false)) {
            state, call throws(ChatwootDoubleRefusalError) in try state.profileView(call)
        },
        application("GET", "/inboxes", .inboxRead) { state, call throws(ChatwootDoubleRefusalError) in
            let rows = state.inboxes.values.filter { inbox in
                inbox.accountID == call.accountID && state.mayShow(inbox, to: call.actor)
            }
            let sorted = rows.sorted { $0.id < $1.id }
            return .json(["payload": .array(sorted.map { state.view($0, call) })])
        },
        application("GET", "/inboxes/:id", .inboxRead) { state, call throws(ChatwootDoubleRefusalError) in
            let inbox = try state.inbox(call.id("id"), account: call.accountID)
            try state.authorize(inbox, for: call)
            return .json(state.view(inbox, call))
        },
        application("POST", "/inboxes", .inboxWrite) { state, call throws(ChatwootDoubleRefusalError) in
            try state.createInbox(call)
        },
        application("PATCH", "/inboxes/:id", .inboxWrite) { state, call throws(ChatwootDoubleRefusalError) in
            try state.updateInbox(call)
        },
        application("PUT", "/inboxes/:id", .inboxWrite) { state, call throws(ChatwootDoubleRefusalError) in
            try state.updateInbox(call)
        },
        application("POST", "/inboxes/:id/reset_secret", .inboxWrite) {
            state, call throws(ChatwootDoubleRefusalError) in
            if !state.profile.signsWebhooks { throw .publicMissing }
            if !state.isAdministrator(call) { throw .notAllowed }
            var inbox = try state.inbox(call.id("id"), account: call.accountID)
            inbox.secret = state.nextToken()
            state.inboxes[inbox.id] = inbox
            return .json(state.view(inbox, call))
        },
    ]
}

extension ChatwootDoubleState {
    fileprivate mutating func createInbox(_ call: ChatwootDoubleRequest) throws(ChatwootDoubleRefusalError)
        -> ChatwootDoubleResponse
    {
        if !isAdministrator(call) { throw .notAllowed }
        let count = inboxes.values.count { $0.accountID == call.accountID }
        if let limit = options.limits.inboxes, count >= limit { throw .planLimit }
        let channel = call.object("channel") ?? JSONObject()
        guard channel["type"]?.string == "api" else { throw .exception }
        guard let name = call.present("name") else { throw .invalid([("name", "Name can't be blank")]) }
        var inbox = newInbox(name, account: call.accountID, .api)
        apply(call, channel, to: &inbox)
        inboxes[inbox.id] = inbox
        return .json(view(inbox, call))
    }

    fileprivate mutating func updateInbox(_ call: ChatwootDoubleRequest) throws(ChatwootDoubleRefusalError)
        -> ChatwootDoubleResponse
    {
        if !isAdministrator(call) { throw .notAllowed }
        var inbox = try inbox(call.id("id"), account: call.accountID)
        if let name = call.present("name") { inbox.name = name }
        apply(call, call.object("channel") ?? JSONObject(), to: &inbox)
        inboxes[inbox.id] = inbox
        return .json(view(inbox, call))
    }

    private func apply(_ call: ChatwootDoubleRequest, _ channel: JSONObject, to inbox: inout Double.Inbox) {
        if let locked = call.flag("lock_to_single_conversation") { inbox.isLockedToSingleConversation = locked }
        if channel.contains("webhook_url") { inbox.webhookURL = channel["webhook_url"]?.string }
        if let mandatory = channel["hmac_mandatory"]?.bool { inbox.isHMACMandatory = mandatory }
        if let attributes = channel["additional_attributes"]?.object { inbox.additionalAttributes = attributes }
    }

    mutating func newInbox(_ name: String, account: Int, _ channel: Double.Channel) -> Double.Inbox {
        Double.Inbox(
            id: nextID(.inbox),
            accountID: account,
            channelID: nextID(.channel),
            name: name,
            channel: channel,
            isLockedToSingleConversation: false,
            webhookURL: nil,
            identifier: nextToken(),
            isHMACMandatory: false,
            hmacToken: nextToken(),
            secret: nextToken(),
            additionalAttributes: [:],
            hasActiveBot: false
        )
    }

    // MARK: Bodies

    fileprivate func profileView(_ call: ChatwootDoubleRequest) throws(ChatwootDoubleRefusalError)
        -> ChatwootDoubleResponse
    {
        guard case .user(let id) = call.actor, let user = users[id] else { throw .notForBots }
        let account: JSON = [
            "id": Self.number(user.accountID), "name": Self.text(accounts[user.accountID]?.name),
            "status": accounts[user.accountID]?.isSuspended == true ? "suspended" : "active", "active_at": .null,
            "role": .string(user.role.rawValue), "permissions": [.string(user.role.rawValue)],
            "availability": "online", "availability_status": "online", "auto_offline": true, "custom_role_id": .null,
        ]
        return .json([
            "access_token": .string(user.token), "account_id": Self.number(user.accountID),
            "available_name": .string(user.name), "avatar_url": "", "confirmed": true, "display_name": .null,
            "message_signature": .null, "email": .string(user.email), "id": Self.number(id), "inviter_id": .null,
            "name": .string(user.name), "provider": "email", "pubsub_token": "", "role": .string(user.role.rawValue),
            "ui_settings": [:], "uid": .string(user.email), "type": .null, "custom_attributes": [:],
            "accounts": [account],
        ])
    }

    fileprivate func view(_ inbox: Double.Inbox, _ call: ChatwootDoubleRequest) -> JSON {
        var result: JSON = [
            "id": Self.number(inbox.id),
            "avatar_url": "",
            "channel_id": Self.number(inbox.channelID),
            "name": .string(inbox.name),
            "channel_type": .string(inbox.channelType),
            "greeting_enabled": false,
            "greeting_message": .null,
            "working_hours_enabled": false,
            "enable_email_collect": true,
            "csat_survey_enabled": false,
            "enable_auto_assignment": true,
            "auto_assignment_config": [:],
            "out_of_office_message": .null,
            "working_hours": [],
            "timezone": "UTC",
            "callback_webhook_url": .null,
            "allow_messages_after_resolved": true,
            "lock_to_single_conversation": .bool(inbox.isLockedToSingleConversation),
            "sender_name_type": "friendly",
            "business_name": .null,
        ]
        switch inbox.channel {
        case .api:
            result["hmac_mandatory"] = .bool(inbox.isHMACMandatory)
            if isAdministrator(call) {
                result["hmac_token"] = .string(inbox.hmacToken)
                if profile.signsWebhooks { result["secret"] = .string(inbox.secret) }
            }
            result["webhook_url"] = Self.text(inbox.webhookURL)
            result["inbox_identifier"] = .string(inbox.identifier)
            result["additional_attributes"] = .object(inbox.additionalAttributes)
            result["provider"] = .null
        case .whatsApp(let phone, _, _, _):
            result["phone_number"] = .string(phone)
            result["provider"] = "whatsapp_cloud"
        case .webWidget:
            result["website_token"] = .string(inbox.identifier)
            result["provider"] = .null
        }
        return result
    }

    /// An inbox as a contact contains it.
    func slim(_ inbox: Double.Inbox) -> JSON {
        var provider: JSON = .null
        if case .whatsApp = inbox.channel { provider = "whatsapp_cloud" }
        return [
            "id": Self.number(inbox.id), "avatar_url": "", "channel_id": Self.number(inbox.channelID),
            "name": .string(inbox.name), "channel_type": .string(inbox.channelType), "provider": provider,
        ]
    }

    /// An inbox with all columns of its row.
    func row(_ inbox: Double.Inbox) -> JSON {
        [
            "id": Self.number(inbox.id), "channel_id": Self.number(inbox.channelID),
            "account_id": Self.number(inbox.accountID), "name": .string(inbox.name),
            "channel_type": .string(inbox.channelType),
            "lock_to_single_conversation": .bool(inbox.isLockedToSingleConversation),
        ]
    }
}

extension ChatwootDouble.Inbox {
    var channelType: String {
        switch channel {
        case .api: "Channel::Api"
        case .whatsApp: "Channel::Whatsapp"
        case .webWidget: "Channel::WebWidget"
        }
    }
}
