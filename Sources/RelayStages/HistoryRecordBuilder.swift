internal import RelayCore
internal import RelayJSON

/// Derives the records for the history and the directory from a normalized event.
struct HistoryRecordBuilder {
    private let event: Event
    private let payload: JSONObject

    init(_ event: Event) {
        self.event = event
        payload = event.payload
    }

    var records: [HistoryChange] {
        switch event.type {
        case .messageReceived, .messageSent: messageAndPeople
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
        guard case .string(let text) = payload[key], !text.isEmpty else { return nil }
        return text
    }

    /// The time of the event; the time of acceptance when the gateway reported none.
    private var moment: Timestamp { event.occurredAt ?? event.receivedAt }

    private var messageAndPeople: [HistoryChange] {
        var records: [HistoryChange] = []
        records.reserveCapacity(3)
        if let message { records.append(message) }
        records += people
        return records
    }

    private var message: HistoryChange? {
        guard let chat = event.chat, let id = text("messageId") else { return nil }
        let isOutbound = event.type == .messageSent
        // A message.sent that only acknowledges the message (by WhatsApp's server) has no content.
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

    /// The people in a message: their names, and the mapping from LIDs to phone numbers.
    private var people: [HistoryChange] {
        guard let chat = event.chat, let jid = JID(chat) else { return [] }
        let isOutbound = event.type == .messageSent
        if jid.isPhone || jid.isLID {
            return person(chat, lid: text("chatLid"), named: text("contactName"), isOutbound)
        }
        var records: [HistoryChange] = []
        if let author = text("participant") {
            records += person(author, lid: text("participantLid"), named: text("participantName"), isOutbound)
        }
        if jid.isGroup, let name = text("groupName") {
            records.append(.group(Group(session: event.session, id: chat, name: name, updatedAt: moment)))
        }
        return records
    }

    /// The record for a message's author or chat; empty when the message contains no data about them.
    /// - Parameters:
    ///   - name: the name from formats that report one name without its kind.
    ///   - isOutbound: whether the account sent the message, so that the names are not those of the other side.
    private func person(_ id: String, lid: String?, named name: String?, _ isOutbound: Bool) -> [HistoryChange] {
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

    /// A contact's record; empty when it would contain nothing but the id.
    private func told(_ contact: Contact) -> [HistoryChange] {
        var contact = contact
        // A person who is identified by the LID has no additional LID.
        if contact.lid == contact.id { contact.lid = nil }
        let isTold =
            contact.lid != nil || contact.name != nil || contact.pushName != nil || contact.verifiedName != nil
            || contact.imageURL != nil
        return isTold ? [.contact(contact)] : []
    }

    private func status(_ status: MessageStatus) -> [HistoryChange] {
        guard let chat = event.chat, let id = text("messageId") else { return [] }
        return [
            .status(MessageStatusChange(session: event.session, chat: chat, message: id, status: status, at: moment))
        ]
    }

    /// The message that an edit or deletion refers to.
    private var target: (chat: String, id: String)? {
        guard let chat = event.chat, let id = text("targetMessageId") ?? text("messageId") else { return nil }
        return (chat, id)
    }

    private var edit: [HistoryChange] {
        // A late file is also reported as an update, but does not change the message.
        guard text("update") != "media", let target, let content = payload["content"] else { return [] }
        return [.edited(session: event.session, chat: target.chat, message: target.id, content: content, at: moment)]
    }

    private var deletion: [HistoryChange] {
        guard let target else { return [] }
        return [.deleted(session: event.session, chat: target.chat, message: target.id, at: moment)]
    }

    private var contact: [HistoryChange] {
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

    private var group: [HistoryChange] {
        guard let id = text("groupId") ?? event.chat else { return [] }
        let group = Group(
            session: event.session,
            id: id,
            name: text("groupName"),
            about: payload["description"]?.string,
            owner: text("owner"),
            // In a membership change, the number of members in the event is not the group's size.
            size: text("action") == nil ? payload["size"]?.int.map(Int.init) : nil,
            imageURL: payload["groupImageUrl"]?.string,
            updatedAt: moment
        )
        let isTold =
            [group.name, group.about, group.owner, group.imageURL].contains { $0 != nil } || group.size != nil
        return pictureChange(of: id) + (isTold ? [.group(group)] : []) + participants
    }

    /// Members with a LID or a name.
    private var participants: [HistoryChange] {
        (payload["participants"]?.array ?? []).flatMap { member -> [HistoryChange] in
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

    /// A replaced picture: the stored URL is that of the old one.
    private func pictureChange(of id: String) -> [HistoryChange] {
        guard payload["imageChanged"]?.bool == true else { return [] }
        return [.pictureChanged(DirectoryEntryKey(session: event.session, id: id))]
    }
}
