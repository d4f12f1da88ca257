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

    /// Names that came along with a message.
    private var people: [HistoryRecord] {
        guard let chat = event.chat, let jid = JID(chat) else { return [] }
        if jid.isGroup {
            var records: [HistoryRecord] = []
            if let author = text("participant") { records += contact(author, named: text("participantName")) }
            if let name = text("groupName") {
                records.append(.group(Group(session: event.session, id: chat, name: name, updatedAt: moment)))
            }
            return records
        }
        return event.type == .messageReceived ? contact(chat, named: text("contactName")) : []
    }

    /// What a message tells of its author; nothing where it names nobody.
    /// - Parameter name: for formats that give one name and not which kind.
    private func contact(_ id: String, named name: String?) -> [HistoryRecord] {
        let verified = text("verifiedName")
        guard let pushName = text("pushName") ?? (verified == nil ? name : nil) ?? verified else { return [] }
        return [
            .contact(
                Contact(
                    session: event.session,
                    id: id,
                    lid: text(id == event.chat ? "chatLid" : "participantLid"),
                    pushName: pushName,
                    verifiedName: verified,
                    updatedAt: moment
                )
            )
        ]
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
        guard let target, let content = payload["content"] else { return [] }
        return [.edited(session: event.session, chat: target.chat, message: target.id, content: content, at: moment)]
    }

    private var deletion: [HistoryRecord] {
        guard let target else { return [] }
        return [.deleted(session: event.session, chat: target.chat, message: target.id, at: moment)]
    }

    private var contact: [HistoryRecord] {
        guard let id = text("contactId") ?? event.chat else { return [] }
        return [
            .contact(
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
        ]
    }

    private var group: [HistoryRecord] {
        guard let id = text("groupId") ?? event.chat else { return [] }
        return [
            .group(
                Group(
                    session: event.session,
                    id: id,
                    name: text("groupName"),
                    about: payload["description"]?.string,
                    owner: text("owner"),
                    size: payload["size"]?.int.map(Int.init),
                    imageURL: payload["groupImageUrl"]?.string,
                    updatedAt: moment
                )
            )
        ]
    }
}
