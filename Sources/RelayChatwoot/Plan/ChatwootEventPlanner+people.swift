internal import RelayCore
internal import RelayJSON

/// The contact of a conversation, and the authors of its messages.
extension ChatwootEventPlanner {
    var contact: ChatwootContactProfile? {
        if [.sessionDisconnected, .sessionConnected].contains(event.type) {
            return ChatwootContactProfile(session: event.session, in: language)
        }
        guard let chat else { return nil }
        return ChatwootContactProfile(
            chat, lid: payload.jid("chatLid") ?? payload.jid("lid"), known: contactName(of: chat),
            avatarURL: picture(of: chat), userID: payload.text("userId"), username: payload.text("username"),
            in: language)
    }

    private func contactName(of chat: JID) -> String? {
        let fields: [String]
        if chat.isGroup {
            fields = ["groupName", "chatName"]
        } else if event.type == .contactUpdated {
            fields = ["verifiedName", "name", "pushName"]
        } else {
            fields = ["contactName", "chatName"] + (isFromMe ? [] : ["verifiedName", "pushName"])
        }
        return fields.lazy.compactMap(payload.text).first
    }

    private func picture(of chat: JID) -> String? {
        (["imageUrl", chat.isGroup ? "groupImageUrl" : "contactImageUrl", "chatImageUrl"]).lazy
            .compactMap(payload.text).first
    }

    /// The author's name at the start of a group message. Nil when the author is obvious.
    var signature: String? {
        guard options.signNames, !isFromMe, chat?.isGroup == true, let author else { return nil }
        return "**\(WhatsAppMarkdownConverter.plain(shown(author, named: authorName))):**"
    }

    private var author: JID? { payload.jid("participant") ?? payload.jid("from") }

    private var authorName: String? {
        ["participantName", "verifiedName", "pushName"].lazy.compactMap(payload.text).first
    }

    /// A person's name with the phone number. The digits of a LID are left out when the name is known.
    func shown(_ person: JID, named known: String?) -> String {
        let placeholder = ContactNameFormatter.placeholder(for: person, in: language)
        guard let known else { return placeholder }
        return person.phone == nil ? known : "\(known) (\(placeholder))"
    }

    /// The name for `@digits` in a text, or the phone number of a hidden identity; nil when nothing is known of such a
    /// person, or the message mentions nobody like that.
    func mention(_ digits: String) -> String? {
        for person in payload.objects("mentions") {
            let ids = [person.jid("id"), person.jid("lid")].compactMap { $0 }
            guard ids.contains(where: { $0.user == digits }) else { continue }
            if let name = person.text("name") { return name }
            return person.text("phone").flatMap { $0 == digits ? nil : "+" + $0 }
        }
        return nil
    }

    /// Changes of a contact or a group that agents can see.
    var contactChange: ChatwootForwardAction {
        let known = ["verifiedName", "name", "pushName", "lid", "imageUrl", "previousContactId"]
        let isPictureRemoved = payload["imageUrl"]?.string == ""
        guard isPictureRemoved || known.contains(where: { payload.text($0) != nil }) else {
            return .nothing(.irrelevant)
        }
        let previous = (payload.jid("previousContactId") ?? payload.jid("previousChatId"))
            .map { ChatwootContactProfile($0, in: language) }
        return .contact(ContactChange(previous: previous, isPictureRemoved: isPictureRemoved))
    }

    var groupChange: [ChatwootForwardAction] {
        var actions: [ChatwootForwardAction] = []
        if payload.text("groupName") != nil || payload["imageUrl"]?.string != nil {
            let isPictureRemoved = payload["imageUrl"]?.string == ""
            actions.append(.contact(ContactChange(previous: nil, isPictureRemoved: isPictureRemoved)))
        }
        let notices: [String: AgentPhrase] = [
            "add": .groupAdded, "remove": .groupRemoved, "promote": .groupPromoted, "demote": .groupDemoted,
        ]
        if let notice = payload.text("action").flatMap({ notices[$0] }) {
            let people = payload.objects("participants").compactMap { member in
                let name = ["name", "verifiedName", "pushName"].lazy.compactMap(member.text).first
                return member.jid("id").map { WhatsAppMarkdownConverter.plain(shown($0, named: name)) }
            }
            guard options.groupChanges == .note else { return actions.isEmpty ? [.nothing(.option)] : actions }
            let list = people.prefix(20).joined(separator: ", ") + (people.count > 20 ? " …" : "")
            actions.append(.message(notice: "👥 " + notice.text(in: language, list), of: event))
        }
        return actions
    }

    var sessionLost: [ChatwootForwardAction] {
        guard options.alerts else { return [.nothing(.option)] }
        // A lost connection that recovers by itself does not concern agents.
        guard payload["recoverable"]?.bool == false else { return [.nothing(.irrelevant)] }
        let text = AgentPhrase.sessionLost.text(in: language, WhatsAppMarkdownConverter.plain(event.session))
        return [
            .sessionLost(
                NewChatwootMessage(
                    sourceID: ChatwootSourceID.sessionLost, direction: .incoming, reach: .opens, content: "⚠️ " + text,
                    reply: nil, files: [], sentAt: nil))
        ]
    }

    var sessionRestored: ChatwootForwardAction { options.alerts ? .sessionRestored : .nothing(.option) }
}

extension ChatwootForwardAction {
    /// A private note about an event that is not a message.
    static func message(notice: String, of event: DeliveryEnvelope) -> ChatwootForwardAction {
        .message(
            NewChatwootMessage(
                sourceID: ChatwootSourceID.event(event), direction: .note, reach: .existing,
                content: LiquidTagEscaping.neutralized(notice), reply: nil, files: [], sentAt: nil))
    }
}

extension ChatwootSourceID {
    /// The `source_id` for an event without a message id. The delivery's id is the same in every attempt.
    static func event(_ event: DeliveryEnvelope) -> String {
        "RELAY:" + fingerprint(event.type.name, event.session, event.deliveryID, event.payload.description)
    }
}
