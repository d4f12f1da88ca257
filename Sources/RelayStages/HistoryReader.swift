internal import RelayCore
internal import RelayJSON

/// Reads off a normalized event what the history and the directory learn from it.
struct HistoryReader {
    private let event: Event
    private let payload: JSONObject

    init(_ event: Event) {
        self.event = event
        payload = event.payload
    }

    var records: [HistoryRecord] {
        switch event.type {
        case .messageReceived, .messageSent: message.map { [$0] + people } ?? people
        case .messageDelivered: status(.delivered)
        case .messageRead: status(.read)
        case .messageFailed: status(.failed)
        case .messageUpdated: edit
        case .messageDeleted: deletion
        case .contactUpdated: contact
        case .groupUpdated: group
        default: []
        }
    }

    private func text(_ key: String) -> String? {
        payload[key]?.string.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// When it happened; the moment of acceptance where the gateway did not say.
    private var moment: Timestamp { event.occurredAt ?? event.receivedAt }

    private var message: HistoryRecord? {
        guard let chat = event.chat, let id = text("messageId") else { return nil }
        let isOutbound = event.type == .messageSent
        // A receipt-like message.sent (the gateway's server acknowledged it) brings no content.
        guard let content = payload["content"] else {
            return .status(
                MessageStatusChange(session: event.session, chat: chat, message: id, status: .sent, at: moment))
        }
        return .message(
            Message(
                session: event.session,
                chat: chat,
                id: id,
                isOutbound: isOutbound,
                sender: text("from"),
                type: text("type") ?? "unknown",
                content: content,
                status: isOutbound ? .sent : .delivered,
                timestamp: moment,
                event: event.id
            )
        )
    }

    /// Who came along with a message: names, and which hidden identity is whose.
    private var people: [HistoryRecord] {
        guard let chat = event.chat, let jid = JID(chat) else { return [] }
        let isOutbound = event.type == .messageSent
        if jid.isPhone || jid.isLID {
            return person(chat, lid: text("chatLid"), named: text("contactName"), isOutbound)
        }
        var records: [HistoryRecord] = []
        if let author = text("participant") {
            records += person(author, lid: text("participantLid"), named: text("participantName"), isOutbound)
        }
        if jid.isGroup, let name = text("groupName") {
            records.append(.group(Group(session: event.session, id: chat, name: name, updatedAt: moment)))
        }
        return records
    }

    /// What a message tells of its author or its chat; nothing where it tells nothing.
    /// - Parameters:
    ///   - name: for formats that give one name and not which kind.
    ///   - isOutbound: whether the names are our own, and in a chat not those of the other side.
    private func person(_ id: String, lid: String?, named name: String?, _ isOutbound: Bool) -> [HistoryRecord] {
        let verified = isOutbound ? nil : text("verifiedName")
        let chosen = isOutbound ? nil : text("pushName") ?? (verified == nil ? name : nil) ?? verified
        return told(
            Contact(
                session: event.session,
                id: id,
                lid: lid,
                pushName: chosen,
                verifiedName: verified,
                updatedAt: moment
            )
        )
    }

    /// A contact's record; none when nothing is told but that it exists.
    private func told(_ contact: Contact) -> [HistoryRecord] {
        var contact = contact
        // Who is known by the hidden identity alone has none beside it.
        if contact.lid == contact.id { contact.lid = nil }
        let isTold = [contact.lid, contact.name, contact.pushName, contact.verifiedName, contact.imageURL]
            .contains { $0 != nil }
        return isTold ? [.contact(contact)] : []
    }

    private func status(_ status: MessageStatus) -> [HistoryRecord] {
        guard let chat = event.chat, let id = text("messageId") else { return [] }
        return [
            .status(MessageStatusChange(session: event.session, chat: chat, message: id, status: status, at: moment))
        ]
    }

    /// The message that an edit or deletion is about.
    private var target: (chat: String, id: String)? {
        guard let chat = event.chat, let id = text("targetMessageId") ?? text("messageId") else { return nil }
        return (chat, id)
    }

    private var edit: [HistoryRecord] {
        // A file that came late is told as an update too, and changes nothing of the message.
        guard text("update") != "media", let target, let content = payload["content"] else { return [] }
        return [.edited(session: event.session, chat: target.chat, message: target.id, content: content, at: moment)]
    }

    private var deletion: [HistoryRecord] {
        guard let target else { return [] }
        return [.deleted(session: event.session, chat: target.chat, message: target.id, at: moment)]
    }

    private var contact: [HistoryRecord] {
        guard let id = text("contactId") ?? event.chat else { return [] }
        return pictureChange(of: id)
            + told(
                Contact(
                    session: event.session,
                    id: id,
                    lid: text("lid"),
                    name: text("name"),
                    pushName: text("pushName"),
                    verifiedName: text("verifiedName"),
                    imageURL: payload["imageUrl"]?.string,
                    updatedAt: moment
                )
            )
    }

    private var group: [HistoryRecord] {
        guard let id = text("groupId") ?? event.chat else { return [] }
        let group = Group(
            session: event.session,
            id: id,
            name: text("groupName"),
            about: payload["description"]?.string,
            owner: text("owner"),
            // Of a change the number of those who come or go says nothing about the group's size.
            size: text("action") == nil ? payload["size"]?.int.map(Int.init) : nil,
            imageURL: payload["groupImageUrl"]?.string,
            updatedAt: moment
        )
        let isTold =
            [group.name, group.about, group.owner, group.imageURL].contains { $0 != nil } || group.size != nil
        return pictureChange(of: id) + (isTold ? [.group(group)] : []) + participants
    }

    /// Members whose hidden identity or name is told.
    private var participants: [HistoryRecord] {
        (payload["participants"]?.array ?? []).flatMap { member -> [HistoryRecord] in
            func text(_ key: String) -> String? { member[key]?.string.flatMap { $0.isEmpty ? nil : $0 } }
            guard let id = text("id") else { return [] }
            return told(
                Contact(
                    session: event.session,
                    id: id,
                    lid: text("lid"),
                    pushName: text("pushName") ?? text("name"),
                    verifiedName: text("verifiedName"),
                    updatedAt: moment
                )
            )
        }
    }

    /// A picture that was replaced: the address at hand is the old one's.
    private func pictureChange(of id: String) -> [HistoryRecord] {
        guard payload["imageChanged"]?.bool == true else { return [] }
        return [.pictureChanged(DirectoryKey(session: event.session, id: id))]
    }
}
