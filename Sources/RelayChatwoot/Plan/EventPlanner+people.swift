internal import RelayCore
internal import RelayJSON

/// Whose conversation it is, and who speaks in it.
extension EventPlanner {
    var contact: ChatwootContact? {
        if event.type == .sessionDisconnected { return ChatwootContact(session: event.session, in: language) }
        guard let chat else { return nil }
        return ChatwootContact(
            chat, lid: payload.address("chatLid") ?? payload.address("lid"), known: contactName(of: chat),
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
        return fields.lazy.compactMap(payload.text).first ?? name(chat)
    }

    private func picture(of chat: JID) -> String? {
        (["imageUrl", chat.isGroup ? "groupImageUrl" : "contactImageUrl", "chatImageUrl"]).lazy
            .compactMap(payload.text).first
    }

    /// What a group's message begins with: who wrote it. Nil where that is clear.
    var signature: String? {
        guard options.signNames, !isFromMe, chat?.isGroup == true, let author else { return nil }
        return "**\(MarkdownConversion.plain(shown(author, named: authorName))):**"
    }

    private var author: JID? { payload.address("participant") ?? payload.address("from") }

    private var authorName: String? {
        ["participantName", "verifiedName", "pushName"].lazy.compactMap(payload.text).first ?? author.flatMap(name)
    }

    /// A person's name with the phone; the digits of a hidden identity say nothing to anybody who knows the name.
    func shown(_ person: JID, named known: String?) -> String {
        let placeholder = ContactNaming.placeholder(for: person, in: language)
        guard let known else { return placeholder }
        return person.phone == nil ? known : "\(known) (\(placeholder))"
    }

    /// The name of whom `@digits` in a text stands for, if it is one of those whom the message mentions.
    func mention(_ digits: String) -> String? {
        let mentioned = payload.texts("mentions").compactMap { JID($0) }.first { $0.user == digits }
        return mentioned.flatMap(name)
    }

    /// What agents learn of a contact or a group beside its messages.
    var contactChange: ForwardAction {
        let known = ["verifiedName", "name", "pushName", "lid", "imageUrl", "previousContactId"]
        let isPictureRemoved = payload["imageUrl"]?.string == ""
        guard isPictureRemoved || known.contains(where: { payload.text($0) != nil }) else {
            return .nothing(.irrelevant)
        }
        let previous = payload.address("previousContactId").map { ChatwootContact($0, in: language) }
        return .contact(ContactChange(previous: previous, isPictureRemoved: isPictureRemoved))
    }

    var groupChange: [ForwardAction] {
        var actions: [ForwardAction] = []
        if payload.text("groupName") != nil || payload["imageUrl"]?.string != nil {
            let isPictureRemoved = payload["imageUrl"]?.string == ""
            actions.append(.contact(ContactChange(previous: nil, isPictureRemoved: isPictureRemoved)))
        }
        let notices: [String: AgentNotice] = [
            "add": .groupAdded, "remove": .groupRemoved, "promote": .groupPromoted, "demote": .groupDemoted,
        ]
        if let notice = payload.text("action").flatMap({ notices[$0] }) {
            let people = payload.objects("participants").compactMap { $0.address("id") }
                .map { MarkdownConversion.plain(shown($0, named: name($0))) }
            guard options.groupChanges == .note else { return actions.isEmpty ? [.nothing(.option)] : actions }
            let list = people.prefix(20).joined(separator: ", ") + (people.count > 20 ? " …" : "")
            actions.append(.message(notice: "👥 " + notice.text(in: language, list), of: event))
        }
        return actions
    }

    var sessionLost: [ForwardAction] {
        guard options.alerts else { return [.nothing(.option)] }
        // A connection that comes back by itself is nothing for agents.
        guard payload["recoverable"]?.bool == false else { return [.nothing(.irrelevant)] }
        let text = AgentNotice.sessionLost.text(in: language, MarkdownConversion.plain(event.session))
        return [
            .message(
                ChatwootMessage(
                    sourceID: ChatwootSourceID.event(event), direction: .incoming, reach: .opens, content: "⚠️ " + text,
                    reply: nil, files: [], sentAt: nil))
        ]
    }
}

extension ForwardAction {
    /// A private note about something that is no message.
    static func message(notice: String, of event: DeliveryBody) -> ForwardAction {
        .message(
            ChatwootMessage(
                sourceID: ChatwootSourceID.event(event), direction: .note, reach: .existing,
                content: LiquidEscaping.neutralized(notice), reply: nil, files: [], sentAt: nil))
    }
}

extension ChatwootSourceID {
    /// The key of what an event without a message's id becomes: the delivery's id is the same in every attempt.
    static func event(_ event: DeliveryBody) -> String {
        "RELAY:" + fingerprint(event.type.name, event.session, event.deliveryID, event.payload.description)
    }
}
