internal import RelayJSON

/// The native WhatsApp channel: the posts of Meta, and what Chatwoot reads from them.
extension ChatwootDoubleRoute {
    static let whatsApp: [ChatwootDoubleRoute] = [
        ChatwootDoubleRoute("GET", "/webhooks/whatsapp/:phone", .whatsApp, .open) {
            state, call throws(ChatwootDoubleRefusalError) in
            guard case .whatsApp(_, _, let token, _)? = state.whatsAppInbox(phone: call.segments["phone"])?.channel,
                call.text("hub.verify_token") == token
            else { throw .error(401, "Error; wrong verify token") }
            return .json(.string(call.text("hub.challenge") ?? ""))
        },
        ChatwootDoubleRoute("POST", "/webhooks/whatsapp/:phone", .whatsApp, .open) {
            state, call throws(ChatwootDoubleRefusalError) in
            try state.takeWhatsAppPost(call)
        },
    ]
}

extension ChatwootDoubleState {
    fileprivate func whatsAppInbox(phone: String?) -> Double.Inbox? {
        let digits = phone?.filter { $0 != "+" }
        return inboxes.values.first { inbox in
            guard case .whatsApp(let own, _, _, _) = inbox.channel else { return false }
            return own.filter { $0 != "+" } == digits
        }
    }

    /// The inbox of the phone number in the post, else of the one in the path.
    private func whatsAppInbox(_ value: JSON?, path: String?) -> Double.Inbox? {
        let metadata = value?["metadata"]
        guard let shown = metadata?["display_phone_number"]?.string else { return whatsAppInbox(phone: path) }
        guard let inbox = whatsAppInbox(phone: shown), case .whatsApp(_, let id, _, _) = inbox.channel,
            id == metadata?["phone_number_id"]?.string
        else { return nil }
        return inbox
    }

    /// Answers 200 to every post with a valid signature, and reads only the first message or status of the first
    /// change.
    fileprivate mutating func takeWhatsAppPost(_ call: ChatwootDoubleRequest) throws(ChatwootDoubleRefusalError)
        -> ChatwootDoubleResponse
    {
        let value = call.parameters["entry"]?[0]?["changes"]?[0]?["value"]
        let phone = call.segments["phone"]
        let inbox = whatsAppInbox(value, path: phone)
        let signature = call.header("x-hub-signature-256")
        let isAccepted = isSigned(call, inbox, signature)
        whatsAppPosts.append(
            Double.WhatsAppPost(
                phone: phone ?? "",
                body: call.body,
                signature: signature,
                isAccepted: isAccepted
            ))
        guard isAccepted else { throw .error(401, "Invalid signature") }
        guard let inbox, let value else { return .empty }
        if let status = value["statuses"]?[0] {
            takeStatus(status, inbox)
        } else if let message = value["messages"]?[0] {
            try takeMessage(message, value, inbox)
        }
        return .empty
    }

    /// Since 4.14, the signature is verified with the channel's or the installation's app secret. A manually created
    /// channel without a secret is not verified; a post without a matching channel is.
    private func isSigned(_ call: ChatwootDoubleRequest, _ inbox: Double.Inbox?, _ signature: String?) -> Bool {
        guard profile.verifiesMetaSignature else { return true }
        var secret = options.metaAppSecret
        if case .whatsApp(_, _, _, let own)? = inbox?.channel {
            secret = own ?? secret
            if secret == nil { return true }
        }
        guard let secret else { return false }
        return signature == "sha256=" + TestHMAC.hmac(call.body, key: secret)
    }

    private mutating func takeStatus(_ status: JSON, _ inbox: Double.Inbox) {
        guard let id = status["id"]?.string,
            let message = messages.values.first(where: { $0.inboxID == inbox.id && $0.sourceID == id })
        else { return }
        let error = status["errors"]?[0]
        let reason = error.map { "\(ChatwootDoubleRequest.text($0["code"]) ?? ""): \($0["title"]?.string ?? "")" }
        setStatus(message.id, status["status"]?.string, error: reason)
    }

    private mutating func takeMessage(
        _ message: JSON,
        _ value: JSON,
        _ inbox: Double.Inbox
    ) throws(ChatwootDoubleRefusalError) {
        let type = message["type"]?.string ?? ""
        guard let id = message["id"]?.string, let from = message["from"]?.string,
            !["reaction", "ephemeral", "request_welcome"].contains(type),
            !messages.values.contains(where: { $0.inboxID == inbox.id && $0.sourceID == id })
        else { return }
        let binding = try whatsAppBinding(from, value["contacts"]?[0], inbox)
        let open = conversations.of(contactInbox: binding.id).last { row in
            inbox.isLockedToSingleConversation || row.status != .resolved
        }
        var draft = MessageDraft(kind: .incoming)
        draft.content = message["text"]?["body"]?.string ?? message[type]?["caption"]?.string
        draft.sourceID = id
        draft.sender = .contact(binding.contactID)
        if let quoted = message["context"]?["id"]?.string {
            draft.attributes["in_reply_to_external_id"] = .string(quoted)
        }
        if let open {
            insertMessage(draft, in: open)
        } else {
            insertMessage(draft, in: try startConversation(binding))
        }
    }

    private mutating func whatsAppBinding(
        _ from: String,
        _ profile: JSON?,
        _ inbox: Double.Inbox
    ) throws(ChatwootDoubleRefusalError) -> Double.ContactInbox {
        if let found = contactInboxes.find(inbox: inbox.id, sourceID: from) { return found }
        var contact = contacts.first(phone: "+\(from)", account: inbox.accountID)
        if contact == nil {
            var change = ContactChange(name: profile?["profile"]?["name"]?.string ?? from)
            change.phone = "+\(from)"
            contact = try insertContact(account: inbox.accountID, change)
        }
        guard let contact, let row = bind(contact: contact.id, inbox: inbox.id, sourceID: from) else {
            throw .exception
        }
        return row
    }
}
